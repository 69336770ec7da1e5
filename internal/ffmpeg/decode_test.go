package ffmpeg

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// source is a generated picture of the size and length for ffmpeg.
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
		"with sound":         {with(source("64x48", "1"), []string{"-f", "lavfi", "-i", "sine=d=1", "-c:a", "libopus"}, vp9), 64, 48, 25},
		"recorder's layout":  {with(source("64x48", "1"), vp9, []string{"-live", "1"}), 64, 48, 25},
		"variable intervals": {with(source("64x48", "2"), []string{"-vf", "select='not(mod(n\\,7))+not(mod(n\\,5))'", "-vsync", "passthrough"}, vp9), 64, 48, 16},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := makeFile(t, "in.webm", tc.args...)
			d, err := tl.Decode(context.Background(), path)
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

// patch changes a file's bytes.
func patch(t *testing.T, path string, f func([]byte) []byte) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "patched.webm")
	if err := os.WriteFile(out, f(b), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// garble overwrites a part of the file (fractions of its length) with noise.
func garble(from, to float64) func([]byte) []byte {
	return func(b []byte) []byte {
		v := uint32(7)
		for i := int(from * float64(len(b))); i < int(to*float64(len(b))); i++ {
			v = v*1664525 + 1013904223
			b[i] = byte(v >> 24)
		}
		return b
	}
}

func TestDecodeDamage(t *testing.T) {
	long := makeFile(t, "long.webm", with(source("320x240", "4"), vp9, []string{"-g", "25", "-b:v", "2M"})...)
	tests := map[string]struct {
		edit        func([]byte) []byte
		code        saccade.Code // "": readable
		least, most int          // frames
	}{
		"whole":                   {func(b []byte) []byte { return b }, "", 100, 100},
		"truncated in the middle": {func(b []byte) []byte { return b[:len(b)/2] }, "", 40, 60},
		"truncated in the header": {func(b []byte) []byte { return b[:200] }, saccade.CodeUnreadableVideo, 0, 0},
		"all payload noise":       {garble(0.02, 0.98), saccade.CodeUnreadableVideo, 0, 0},
		"most payload noise":      {garble(0.2, 0.98), saccade.CodeUnreadableVideo, 0, 0},
		"a little noise":          {garble(0.50, 0.505), "", 75, 100},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := tl.Decode(context.Background(), patch(t, long, tc.edit))
			var pts []time.Duration
			if err == nil {
				defer d.Close()
				pts, err = drain(d)
			}
			t.Logf("%d frames, %v", len(pts), err)
			switch {
			case tc.code != "" && !saccade.IsCode(err, tc.code):
				t.Errorf("want %s", tc.code)
			case tc.code == "" && (!errors.Is(err, io.EOF) || len(pts) < tc.least || len(pts) > tc.most):
				t.Errorf("want %d to %d frames and EOF", tc.least, tc.most)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	bytesFile := func(b string) func(*testing.T) string {
		return func(t *testing.T) string {
			p := filepath.Join(t.TempDir(), "in.webm")
			if err := os.WriteFile(p, []byte(b), 0o600); err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	made := func(args ...[]string) func(*testing.T) string {
		return func(t *testing.T) string { return makeFile(t, "in.webm", with(args...)...) }
	}
	tests := map[string]struct {
		file func(*testing.T) string
		code saccade.Code
		say  string
	}{
		"HLS playlist":    {bytesFile("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), saccade.CodeInvalidInput, "HLS"},
		"empty":           {bytesFile(""), saccade.CodeInvalidInput, "empty"},
		"sound only":      {made([]string{"-f", "lavfi", "-i", "sine=d=1", "-c:a", "libopus"}), saccade.CodeInvalidInput, "sound only"},
		"too long":        {made(slow(602), vp9), saccade.CodeInvalidInput, "at most 60 s"},
		"too many pixels": {made(source("4096x2320", "0.04"), vp9), saccade.CodeInvalidInput, "scale it down"},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := tl.Decode(context.Background(), tc.file(t))
			if err == nil {
				defer d.Close()
				_, err = drain(d)
			}
			if !saccade.IsCode(err, tc.code) || !strings.Contains(err.Error(), tc.say) {
				t.Errorf("got %v, want %s with %q", err, tc.code, tc.say)
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
	d, err := tool(t, nil).Decode(context.Background(), makeFile(t, "in.webm", with(source("64x48", "3"), vp9)...))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.limit = int64(time.Second)
	if pts, err := drain(d); len(pts) != 26 || !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("%d frames, %v", len(pts), err)
	}
}

// TestDecodePixelLimitOfTheStream: the header claims small pictures, the
// stream holds large ones.
func TestDecodePixelLimitOfTheStream(t *testing.T) {
	path := makeFile(t, "in.webm", with(source("1024x512", "0.2"), vp9)...)
	path = patch(t, path, func(b []byte) []byte {
		b = bytes.Replace(b, []byte{0xB0, 0x82, 4, 0}, []byte{0xB0, 0x82, 0, 64}, 1)
		return bytes.Replace(b, []byte{0xBA, 0x82, 2, 0}, []byte{0xBA, 0x82, 0, 32}, 1)
	})
	d, err := tool(t, func(c *Config) { c.MaxPixels = 64 * 64 }).Decode(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := drain(d); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("got %v", err)
	}
}

// TestDecodeRotates: a picture that is white on top, marked as turned.
func TestDecodeRotates(t *testing.T) {
	plain := makeFile(t, "in.webm", with([]string{"-f", "lavfi", "-i", "color=black:s=64x32:d=0.2,drawbox=w=64:h=16:color=white:t=fill"}, vp9, []string{"-live", "1"})...)
	tests := map[string]struct {
		roll  float64 // counter-clockwise
		w, h  int
		white image.Point // a pixel in the white half
	}{
		"upright":           {0, 64, 32, image.Pt(32, 4)},
		"clockwise":         {-90, 32, 64, image.Pt(28, 32)},
		"upside down":       {180, 64, 32, image.Pt(32, 28)},
		"counter-clockwise": {90, 32, 64, image.Pt(4, 32)},
		"askew":             {45, 64, 32, image.Pt(32, 4)},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := tl.Decode(context.Background(), patch(t, plain, func(b []byte) []byte { return turned(t, b, tc.roll) }))
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			f, err := d.Next()
			if err != nil {
				t.Fatal(err)
			}
			if f.Image.Rect.Dx() != tc.w || f.Image.Rect.Dy() != tc.h {
				t.Fatalf("size %v", f.Image.Rect.Size())
			}
			opposite := image.Pt(tc.w-1-tc.white.X, tc.h-1-tc.white.Y)
			at := func(p image.Point) byte { return f.Image.Y[f.Image.YOffset(p.X, p.Y)] }
			if at(tc.white) < 200 || at(opposite) > 50 {
				t.Errorf("luma %d at %v, %d at %v", at(tc.white), tc.white, at(opposite), opposite)
			}
		})
	}
}

// turned inserts a Projection with the roll into the video track of a file
// that ffmpeg wrote with -live, where only the track list has sizes.
func turned(t *testing.T, b []byte, roll float64) []byte {
	t.Helper()
	pose := append([]byte{0x76, 0x70, 0x8B, 0x76, 0x75, 0x88}, binary.BigEndian.AppendUint64(nil, math.Float64bits(roll))...)
	tracks := bytes.Index(b, []byte{0x16, 0x54, 0xAE, 0x6B})
	entry := tracks + 5
	video := bytes.Index(b[entry:], []byte{0xE0}) + entry
	for b[video+2] != 0xB0 { // PixelWidth comes first
		video += bytes.Index(b[video+1:], []byte{0xE0}) + 1
	}
	if b[tracks+4]&0x80 == 0 || b[entry] != 0xAE || b[entry+1] != 1 || b[video+1]&0x80 == 0 {
		t.Fatal("ffmpeg lays its tracks out differently")
	}
	size := int(b[tracks+4]&0x7F) + len(pose)
	out := append([]byte{}, b[:tracks+4]...)
	out = append(out, 0x40|byte(size>>8), byte(size))
	n := binary.BigEndian.Uint64(b[entry+1:]) + uint64(len(pose))
	out = append(out, 0xAE)
	out = binary.BigEndian.AppendUint64(out, n)
	out = append(out, b[entry+9:video+1]...)
	out = append(out, b[video+1]+byte(len(pose)))
	out = append(out, pose...)
	return append(out, b[video+2:]...)
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

func TestDecodeContext(t *testing.T) {
	path := makeFile(t, "in.webm", with(source("640x360", "4"), vp9)...)
	tl := tool(t, nil)
	t.Run("ended before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := tl.Decode(ctx, path); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ended within", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		d, err := tl.Decode(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := d.Next(); err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := drain(d); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("closed within", func(t *testing.T) {
		d, err := tl.Decode(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Next(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Close(), d.Close()); err != nil {
			t.Error(err)
		}
		if _, err := d.Next(); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("time limit", func(t *testing.T) {
		d, err := tool(t, func(c *Config) { c.Timeout = 50 * time.Millisecond }).Decode(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := drain(d); !saccade.IsCode(err, saccade.CodeUnreadableVideo) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("killed", func(t *testing.T) {
		d, err := tl.Decode(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := d.Next(); err != nil {
			t.Fatal(err)
		}
		if err := d.proc.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if _, err := drain(d); !saccade.IsCode(err, saccade.CodeUnreadableVideo) {
			t.Errorf("got %v", err)
		}
	})
}

func TestDecodeNormalisesRange(t *testing.T) {
	// White and black in full range, tagged as browsers tag it.
	path := makeFile(t, "in.webm", with([]string{"-f", "lavfi", "-i", "color=white:s=64x48:d=0.2,format=yuv444p,scale=out_range=full:out_color_matrix=bt709"}, vp9,
		[]string{"-color_range", "pc", "-colorspace", "bt709"})...)
	d, err := tool(t, nil).Decode(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f, err := d.Next()
	if err != nil {
		t.Fatal(err)
	}
	if y := f.Image.Y[0]; y < 233 || y > 236 {
		t.Errorf("white is %d, want 235", y)
	}
	if f.Colour.Range != webm.RangeLimited || !f.Colour.BT709() {
		t.Errorf("colour %+v", f.Colour)
	}
}

func TestToLimited(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 513, 1), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(i)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(i), byte(255-i)
	}
	toLimited(img)
	for i, got := range img.Y {
		if want := 16 + float64(i%256)*219/255; float64(got) < want-0.8 || float64(got) > want+0.8 {
			t.Errorf("luma %d became %d, want %.2f", i%256, got, want)
		}
	}
	for i := range img.Cb {
		want := 128 + (float64(i%256)-128)*224/255
		if got := float64(img.Cb[i]); got < want-0.8 || got > want+0.8 {
			t.Errorf("chroma %d became %v, want %.2f", i%256, got, want)
		}
	}
	if img.Cb[128] != 128 || img.Y[0] != 16 || img.Y[255] != 235 {
		t.Errorf("grey, black, white became %d, %d, %d", img.Cb[128], img.Y[0], img.Y[255])
	}
}

func TestFramesAreRecycled(t *testing.T) {
	d, err := tool(t, nil).Decode(context.Background(), makeFile(t, "in.webm", with(source("64x48", "2"), vp9)...))
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
