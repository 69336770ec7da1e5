package vaapi

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
)

func TestCommandLine(t *testing.T) {
	d := Device{Node: "/dev/dri/renderD129"}
	before, level := d.Before()
	got := strings.Join(append(append(before, level), d.Encoder(34, 120)...), " ")
	const want = "-vaapi_device /dev/dri/renderD129 error -vf format=nv12,hwupload -c:v vp9_vaapi -rc_mode CQP -global_quality 136 -g 120 -bf 0"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	d.LowPower, d.Verbose = true, true
	if args := d.Encoder(34, 120); !slices.Equal(args[len(args)-2:], []string{"-low_power", "1"}) {
		t.Error(args)
	}
	if _, level := d.Before(); level != "verbose" {
		t.Error(level)
	}
}

func TestAllow(t *testing.T) {
	t.Setenv("LIBVA_DRIVERS_PATH", "/opt/a:/opt/b")
	t.Setenv("LIBVA_DRIVER_NAME", "iHD")
	shared := make([]string, 1, 99)
	shared[0] = "/lib"
	l := sandbox.Limits{Needs: sandbox.Needs{Libraries: shared}, Write: []string{"/out"}}
	(&Device{Node: "/dev/dri/renderD128"}).Allow(&l)
	if diff := cmp.Diff([]string{"/dev/dri/renderD128"}, l.Devices); diff != "" {
		t.Error(diff)
	}
	for _, dir := range []string{"/lib", "/opt/a", "/opt/b", "/sys/class/drm/renderD128/device/drm"} {
		if !slices.Contains(l.Libraries, dir) {
			t.Errorf("%s is not among %v", dir, l.Libraries)
		}
	}
	if !slices.Contains(l.Read, "/sys/class/drm/renderD128/device/uevent") || len(l.Write) != 1 || shared[:2][1] != "" {
		t.Errorf("%+v", l)
	}
	if diff := cmp.Diff([]string{"LIBVA_DRIVER_NAME=iHD", "LIBVA_DRIVERS_PATH=/opt/a:/opt/b"}, Environment()); diff != "" {
		t.Error(diff)
	}
}

// TestFind tries what a trial may say. The words are those of ffmpeg 4.4 to 7.
func TestFind(t *testing.T) {
	const entrypoint = "[vp9_vaapi @ 0x1] No usable encoding entrypoint found for profile VAProfileVP9Profile0 (19).\nError while opening encoder"
	failed := errors.New("exit status 1")
	fails := func(said string) Trial {
		return func(context.Context, Device) (string, error) { return said, failed }
	}
	for name, tc := range map[string]struct {
		try   Trial
		words string
		want  *Device
		tried int
	}{
		"works": {func(context.Context, Device) (string, error) {
			return "[AVHWDeviceContext @ 0x1] VAAPI driver: Intel iHD driver for Intel(R) Gen Graphics - 23.1.1 ().\n", nil
		}, "encodes VP9 (Intel iHD driver for Intel(R) Gen Graphics - 23.1.1)", &Device{Repeats: true}, 1},
		"has low power alone": {func(_ context.Context, d Device) (string, error) {
			if !d.LowPower {
				return entrypoint, failed
			}
			return "", nil
		}, "encodes VP9 (a driver without a name)", &Device{Repeats: true, LowPower: true}, 3},
		"hides slots": {func(_ context.Context, d Device) (string, error) {
			if d.Repeats {
				return "", errors.New("a frame that is not kept")
			}
			return "", nil
		}, "encodes VP9", &Device{}, 2},
		"has no entrypoint":   {fails(entrypoint), "its driver does not encode VP9; Intel's do from", nil, 4},
		"has no driver":       {fails("Failed to initialise VAAPI connection: -1 (unknown libva error)."), "apt install intel-media-va-driver", nil, 1},
		"is no render node":   {fails("No VA display found for device /dev/zero."), "libva does not take it for a render node", nil, 1},
		"is unknown":          {fails("Unknown encoder 'vp9_vaapi'"), "this ffmpeg has no vp9_vaapi; install a full build", nil, 1},
		"fails for a reason":  {fails("first\nGPU hang"), "it does not encode: GPU hang", nil, 4},
		"fails without words": {fails(""), "it does not encode: exit status 1", nil, 4},
	} {
		t.Run(name, func(t *testing.T) {
			node := filepath.Join(t.TempDir(), "renderD128")
			if err := os.WriteFile(node, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			tried := 0
			words, got := Find(t.Context(), []string{node}, func(ctx context.Context, d Device) (string, error) {
				tried++
				if d.Node != node || !d.Verbose {
					t.Errorf("tried %+v", d)
				}
				return tc.try(ctx, d)
			})
			if tc.want != nil {
				tc.want.Node = node
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || !strings.HasPrefix(words, node) || !strings.Contains(words, tc.words) || tried != tc.tried {
				t.Errorf("%s, %q after %d trials", diff, words, tried)
			}
		})
	}
}

// TestFindTakesTheFirstThatWorks: each node is tried, and told of.
func TestFindTakesTheFirstThatWorks(t *testing.T) {
	dir := t.TempDir()
	closed, first, second := filepath.Join(dir, "closed"), filepath.Join(dir, "first"), filepath.Join(dir, "second")
	for _, f := range []string{closed, first, second} {
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	works := func(context.Context, Device) (string, error) { return "", nil }
	words, d := Find(t.Context(), []string{filepath.Join(dir, "gone"), first, second}, works)
	if d == nil || d.Node != first || !strings.Contains(words, "gone: there is no such device; ") || !strings.Contains(words, second+" encodes") {
		t.Errorf("%+v: %s", d, words)
	}
	if os.Getuid() != 0 { // who may open everything
		if words, d := Find(t.Context(), []string{closed}, works); d != nil || !strings.Contains(words, "no permission; put the user into the group") {
			t.Errorf("%+v: %s", d, words)
		}
	}
	if words, d := Find(t.Context(), nil, works); d != nil || !strings.Contains(words, "no render node in /dev/dri") {
		t.Errorf("%+v: %s", d, words)
	}
}

func TestAlike(t *testing.T) {
	frames := Frames()
	if len(frames) != 8 || frames[1] != frames[2] || frames[0] == frames[1] {
		t.Fatalf("%d frames", len(frames))
	}
	if !Alike(frames[0], frames[0]) || Alike(frames[0], frames[1]) || Alike(frames[6], frames[7]) {
		t.Error("a square that is a step behind is not told from its own")
	}
	gray := square(0)
	for i := range gray.Y {
		gray.Y[i] = 0
	}
	if Alike(frames[0], gray) {
		t.Error("a black frame is taken for the first")
	}
}
