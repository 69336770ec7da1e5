package ffmpeg

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
	"github.com/saccade-dev/saccade/internal/ffmpeg/vaapi"
)

// standIn is a program like ffmpeg that encodes by libvpx where vp9_vaapi is asked for,
// since there is no device here: all but the device and its driver is real. edit is of the
// shell; it may change the arguments, which are in $@.
func standIn(t *testing.T, edit string) string {
	t.Helper()
	real, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "ffmpeg")
	script := `#!/bin/bash
args=()
while [ $# -gt 0 ]; do
  case "$1" in
  -vaapi_device) echo "[AVHWDeviceContext @ 0x1] VAAPI driver: Stand-in driver - 1.0 ()." >&2; shift 2;;
  -rc_mode|-global_quality) shift 2;;
  -low_power) low=1; shift 2;;
  vp9_vaapi) hard=1; args+=(libvpx-vp9 -deadline realtime -speed 9 -lag-in-frames 0 -auto-alt-ref 0 -b:v 2M); shift;;
  format=nv12,hwupload) args+=(format=nv12,format=yuv420p); shift;;
  *) args+=("$1"); shift;;
  esac
done
set -- "${args[@]}"
` + edit + `
exec ` + real + ` "$@"
`
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// withDevice is the configuration of a tool whose device is a file.
func withDevice(t *testing.T, program string) Config {
	t.Helper()
	node := filepath.Join(t.TempDir(), "renderD128")
	if err := os.WriteFile(node, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := DefaultConfig()
	cfg.Path, cfg.Encoder, cfg.Nodes, cfg.Sandbox = program, EncoderVAAPI, []string{node}, false // a script does not run confined
	return cfg
}

func TestVAAPIStandIn(t *testing.T) {
	const refuse = `[ -n "$hard" ] && [ -z "$low" ] && { echo "No usable encoding entrypoint found for profile VAProfileVP9Profile0 (19)." >&2; exit 1; }`
	const resilient = `[ -n "$hard" ] && set -- "${@:1:$#-1}" -error-resilient 1 "${@: -1}"`
	for name, tc := range map[string]struct {
		edit string
		want vaapi.Device
	}{
		"usual":     {"", vaapi.Device{Repeats: true}},
		"low power": {refuse, vaapi.Device{Repeats: true, LowPower: true}},
		"resilient": {resilient, vaapi.Device{Repeats: true}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := withDevice(t, standIn(t, tc.edit))
			tl, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			tc.want.Node = cfg.Nodes[0]
			if diff := cmp.Diff(&tc.want, tl.device); diff != "" {
				t.Error(diff)
			}
			if c := tl.DoctorVAAPI(t.Context()); !c.OK || !strings.Contains(c.Detail, "renderD128 encodes VP9 (Stand-in driver - 1.0)") {
				t.Errorf("%+v", c)
			}
			checkComposite(t, tl, true)
		})
	}
}

// checkComposite encodes a composite whose frames repeat and decodes it again.
func checkComposite(t *testing.T, tl *Tool, quiet bool) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.webm")
	e, err := tl.Encode(t.Context(), EncodeOptions{Out: out, Width: 320, Height: 180})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Abort()
	for i, x := range []int{20, 40, 40, 40, 60} {
		write := e.Write
		if i > 0 && x == 40 {
			write = e.Repeat
		}
		if err := write(disc(x), time.Duration(i)*50*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(decodeAll(t, tl, out)); got != 5 {
		t.Errorf("%d frames", got)
	}
	if text, _ := e.codings.list[0].proc.stderr.text(); quiet && strings.Contains(text, "verbose") {
		t.Errorf("it is verbose: %s", text)
	}
}

// TestVAAPIWithoutSlots: where a driver's frames cannot be shown again, they are written again.
func TestVAAPIWithoutSlots(t *testing.T) {
	tl, err := New(withDevice(t, standIn(t, "")))
	if err != nil {
		t.Fatal(err)
	}
	tl.device.Repeats = false
	checkComposite(t, tl, false)
	e, err := tl.Encode(t.Context(), EncodeOptions{Out: filepath.Join(t.TempDir(), "out.webm"), Width: 320, Height: 180})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Abort()
	for i := range 3 {
		if err := e.Repeat(disc(9), time.Duration(i)*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.repeats) != 0 || e.frames != 3 {
		t.Errorf("%d of %d frames are repeats", len(e.repeats), e.frames)
	}
}

// TestVAAPIKeepsAlphaOnTheProcessor: what VAAPI cannot do does not go there.
func TestVAAPIKeepsAlphaOnTheProcessor(t *testing.T) {
	tl := tool(t, nil)
	tl.device = &vaapi.Device{Node: "/dev/dri/renderD128"}
	for name, tc := range map[string]struct {
		options EncodeOptions
		device  bool
	}{
		"composite":   {EncodeOptions{Width: 640, Height: 360}, true},
		"transparent": {EncodeOptions{Width: 640, Height: 360, Alpha: true}, false},
		"small":       {EncodeOptions{Width: 128, Height: 360}, false},
		"odd":         {EncodeOptions{Width: 641, Height: 360}, false},
	} {
		on := tl.deviceFor(tc.options)
		args := tl.encodeArgs(tc.options, on)
		if got := slices.Contains(args, "vp9_vaapi"); got != tc.device || got == slices.Contains(args, "libvpx-vp9") || got != slices.Contains(args, "-vaapi_device") {
			t.Errorf("%s: %v", name, args)
		}
	}
}

// TestVAAPIOfNoDevice: with the real ffmpeg, in the real sandbox.
func TestVAAPIOfNoDevice(t *testing.T) {
	for name, tc := range map[string]struct {
		nodes []string
		want  string
	}{
		"none":          {[]string{}, "no render node in /dev/dri"},
		"missing":       {[]string{"/dev/dri/renderD999"}, "/dev/dri/renderD999: there is no such device"},
		"not of VAAPI":  {[]string{"/dev/zero"}, "/dev/zero: no device of VAAPI: libva does not take it for a render node"},
		"several nodes": {[]string{"/dev/dri/renderD999", "/dev/zero"}, "no such device; /dev/zero: no device"},
	} {
		t.Run(name, func(t *testing.T) {
			tl := tool(t, func(c *Config) { c.Nodes = tc.nodes })
			if c := tl.DoctorVAAPI(t.Context()); c.OK || c.Name != "vaapi" || !strings.Contains(c.Detail, tc.want) {
				t.Errorf("doctor: %+v", c)
			}
			cfg := tl.cfg
			cfg.Encoder = EncoderVAAPI
			if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "--encoder libvpx does without") {
				t.Errorf("New: %v", err)
			}
		})
	}
}

// TestDeviceIsForItsEncoderAlone: ffmpeg opens the device where it encodes on it, and
// nowhere else. libva says what it thinks of the device once that is open.
func TestDeviceIsForItsEncoderAlone(t *testing.T) {
	if _, ok := sandbox.Level(); !ok {
		t.Skip("this system has no Landlock")
	}
	tl := tool(t, nil)
	d := vaapi.Device{Node: "/dev/zero", Verbose: true}
	said, err := tl.tryDevice(t.Context(), d)
	if err == nil || !strings.Contains(said, "Cannot open a VA display from DRM device /dev/zero") {
		t.Errorf("the encoder of the device: %v: %s", err, said)
	}
	p, err := tl.start(t.Context(), job{args: []string{"-nostdin", "-v", "verbose", "-vaapi_device", d.Node, "-f", "lavfi", "-i", "nullsrc=s=16x16:d=0.04", "-f", "null", "-"}})
	if err != nil {
		t.Fatal(err)
	}
	err = p.wait()
	if text, _ := p.stderr.text(); err == nil || strings.Contains(text, "Cannot open a VA display from") || !strings.Contains(text, "No VA display found") {
		t.Errorf("another process: %v: %s", err, text)
	}
	for name, j := range map[string]job{"decoder": {}, "encoder": {write: t.TempDir()}} {
		if args := tl.confinement(j); slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "-device=") || strings.Contains(a, "/sys/class/drm") }) {
			t.Errorf("%s: %v", name, args)
		}
	}
}
