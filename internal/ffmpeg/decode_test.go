package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

// source is a generated frame of the size and length for ffmpeg.
func source(size, seconds string) []string {
	return []string{"-f", "lavfi", "-i", "testsrc2=s=" + size + ":r=25:d=" + seconds}
}

// slow is a source of so many frames, ten a second.
func slow(frames int) []string {
	return []string{"-f", "lavfi", "-i", "testsrc2=s=32x32:r=10", "-frames:v", strconv.Itoa(frames)}
}

func with(parts ...[]string) []string {
	var all []string
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestDecodeKinds(t *testing.T) {
	tests := map[string]struct {
		args   []string
		w, h   int
		frames int
	}{
		"vp8":                {with(source("64x48", "1"), []string{"-c:v", "libvpx", "-deadline", "realtime"}), 64, 48, 25},
		"vp8 with alt-ref":   {with(source("64x48", "3"), []string{"-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "16"}), 64, 48, 75},
		"vp9 with alt-ref":   {with(source("64x48", "2"), []string{"-c:v", "libvpx-vp9", "-cpu-used", "5", "-auto-alt-ref", "1", "-lag-in-frames", "16"}), 64, 48, 50},
		"vp9":                {with(source("64x48", "1"), vp9), 64, 48, 25},
		"vp9, odd size":      {with(source("640x360", "0.4"), []string{"-vf", "scale=639:359"}, vp9), 639, 359, 10},
		"vp9, one pixel":     {with(source("16x16", "0.4"), []string{"-vf", "scale=1:1"}, vp9), 1, 1, 10},
		"vp9, one frame":     {with(source("64x48", "1"), vp9, []string{"-frames:v", "1"}), 64, 48, 1},
		"vp9, 4:4:4":         {with(source("64x48", "0.4"), []string{"-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-pix_fmt", "yuv444p"}), 64, 48, 10},
		"vp9, RGB":           {with(source("64x48", "0.4"), []string{"-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-pix_fmt", "gbrp"}), 64, 48, 10},
		"vp9, ten bits":      {with(source("64x48", "0.4"), []string{"-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-pix_fmt", "yuv420p10le"}), 64, 48, 10},
		"vp9 with alpha":     {with(source("64x48", "0.4"), []string{"-vf", "format=yuva420p", "-c:v", "libvpx-vp9", "-auto-alt-ref", "0", "-cpu-used", "8", "-deadline", "realtime"}), 64, 48, 10},
		"av1":                {with(source("64x64", "0.4"), []string{"-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime"}), 64, 64, 10},
		"with audio":         {with(source("64x48", "1"), []string{"-f", "lavfi", "-i", "sine=d=1", "-c:a", "libopus"}, vp9), 64, 48, 25},
		"recorder's layout":  {with(source("64x48", "1"), vp9, []string{"-live", "1"}), 64, 48, 25},
		"variable intervals": {with(source("64x48", "2"), []string{"-vf", "select='not(mod(n\\,7))+not(mod(n\\,5))'", "-vsync", "passthrough"}, vp9), 64, 48, 16},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := makeFile(t, "in.webm", tc.args...)
			d, err := decode(context.Background(), tl, path, Alone)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if w, h := d.Size(); w != tc.w || h != tc.h {
				t.Errorf("size %d x %d, want %d x %d", w, h, tc.w, tc.h)
			}
			pts, err := drain(d)
			if !errors.Is(err, io.EOF) || len(pts) != tc.frames || d.Info().Frames != tc.frames {
				t.Errorf("%d frames (%d blocks), want %d; %v", len(pts), d.Info().Frames, tc.frames, err)
			}
			if want := packetTimes(t, path); len(want) == len(pts) {
				for i := range pts {
					if pts[i] != want[i] {
						t.Fatalf("frame %d at %v, want %v", i, pts[i], want[i])
					}
				}
			}
		})
	}
}

func TestDecodeAcceptsSixtySecondsAndOneFrame(t *testing.T) {
	tl := tool(t, nil)
	for _, frames := range []int{600, 601} {
		path := makeFile(t, "in.webm", with(slow(frames), vp9)...)
		if n := len(decodeAll(t, tl, path)); n != frames {
			t.Errorf("%d frames, want %d", n, frames)
		}
	}
}

// TestDecodeStopsAtTheLimit: should a container fool the scan, the frames'
// own times end the work.
func TestDecodeStopsAtTheLimit(t *testing.T) {
	d, err := decode(context.Background(), tool(t, nil), makeFile(t, "in.webm", with(source("64x48", "3"), vp9)...), Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.limit = time.Second
	if pts, err := drain(d); len(pts) != 26 || !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("%d frames, %v", len(pts), err)
	}
}

// TestDecodePixelLimitOfTheStream: the header claims small frames, the
// stream holds large ones.
func TestDecodePixelLimitOfTheStream(t *testing.T) {
	path := makeFile(t, "in.webm", with(source("1024x512", "0.2"), vp9)...)
	path = patch(t, path, func(b []byte) []byte {
		b = bytes.Replace(b, []byte{0xB0, 0x82, 4, 0}, []byte{0xB0, 0x82, 0, 64}, 1)
		return bytes.Replace(b, []byte{0xBA, 0x82, 2, 0}, []byte{0xBA, 0x82, 0, 32}, 1)
	})
	d, err := decode(context.Background(), tool(t, func(c *Config) { c.MaxPixels = 64 * 64 }), path, Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := drain(d); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("got %v", err)
	}
}

func TestDecodeSizeChange(t *testing.T) {
	a := makeFile(t, "a.webm", with(source("320x240", "1"), vp9)...)
	b := makeFile(t, "b.webm", with(source("160x200", "1"), vp9)...)
	list := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(list, []byte("file '"+a+"'\nfile '"+b+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := makeFile(t, "in.webm", "-f", "concat", "-safe", "0", "-i", list, "-c", "copy")
	if n := len(decodeAll(t, tool(t, nil), in)); n != 50 {
		t.Errorf("%d frames, want 50", n)
	}
}

func TestFramesAreRecycled(t *testing.T) {
	d, err := decode(context.Background(), tool(t, nil), makeFile(t, "in.webm", with(source("64x48", "2"), vp9)...), Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	seen := map[*Frame]bool{}
	for {
		f, err := d.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		seen[f] = true
		f.Release()
		f.Release() // harmless
	}
	if len(seen) > 2 {
		t.Errorf("%d frames were made for one in flight", len(seen))
	}
}
