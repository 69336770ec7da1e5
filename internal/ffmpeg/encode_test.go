package ffmpeg

import (
	"context"
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// testImage makes a frame with a gradient; alpha as asked.
func testImage(w, h int, alpha bool) image.Image {
	r := image.Rect(0, 0, w, h)
	fill := func(img *image.YCbCr) {
		for i := range img.Y {
			img.Y[i] = byte(16 + i%w*200/w)
		}
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = 90, 160
		}
	}
	if !alpha {
		img := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
		fill(img)
		return img
	}
	img := image.NewNYCbCrA(r, image.YCbCrSubsampleRatio420)
	fill(&img.YCbCr)
	for i := range img.A {
		img.A[i] = byte(i % w * 255 / w)
	}
	return img
}

func ms(v ...int) []time.Duration {
	out := make([]time.Duration, len(v))
	for i := range v {
		out[i] = time.Duration(v[i]) * time.Millisecond
	}
	return out
}

func TestEncodeSizesAndTimes(t *testing.T) {
	variable := ms(0, 33, 34, 133, 1000, 1017)
	tests := map[string]struct {
		w, h  int
		alpha bool
		write []time.Duration
		want  []time.Duration
		end   time.Duration
	}{
		"one pixel":        {w: 1, h: 1, write: variable, want: variable, end: 1050 * time.Millisecond},
		"two by two":       {w: 2, h: 2, write: variable, want: variable, end: 1050 * time.Millisecond},
		"odd":              {w: 639, h: 359, write: variable, want: variable, end: 3 * time.Second},
		"one frame":        {w: 64, h: 48, write: ms(0), want: ms(0), end: 40 * time.Millisecond},
		"late start":       {w: 64, h: 48, write: ms(400, 440), want: ms(400, 440), end: 480 * time.Millisecond},
		"an hour in":       {w: 64, h: 48, write: ms(3600_000, 3600_040), want: ms(3600_000, 3600_040), end: 3600_080 * time.Millisecond},
		"long pause":       {w: 64, h: 48, write: ms(0, 40_000, 40_001), want: ms(0, 40_000, 40_001), end: 41 * time.Second},
		"repeated times":   {w: 64, h: 48, write: ms(0, 0, 20, 20), want: ms(0, 1, 20, 21), end: 40 * time.Millisecond},
		"alpha":            {w: 320, h: 180, alpha: true, write: variable, want: variable, end: 1050 * time.Millisecond},
		"alpha, odd":       {w: 33, h: 17, alpha: true, write: variable, want: variable, end: 1050 * time.Millisecond},
		"alpha, one pixel": {w: 1, h: 1, alpha: true, write: variable, want: variable, end: 1050 * time.Millisecond},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "out.webm")
			e, err := tl.Encode(context.Background(), EncodeOptions{Out: out, Width: tc.w, Height: tc.h, Alpha: tc.alpha, End: tc.end})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Abort()
			img := testImage(tc.w, tc.h, tc.alpha)
			for _, p := range tc.write {
				if err := e.Write(img, p); err != nil {
					t.Fatal(err)
				}
			}
			if err := e.Close(); err != nil {
				t.Fatal(err)
			}
			i := scan(t, out)
			if i.Width != tc.w || i.Height != tc.h || i.HasAlpha != tc.alpha || i.Declared != tc.end || i.Codec != "vp9" {
				t.Errorf("got %+v, want %d x %d, alpha %v, duration %v", i, tc.w, tc.h, tc.alpha, tc.end)
			}
			if diff := cmp.Diff(tc.want, packetTimes(t, out)); diff != "" {
				t.Errorf("times (-want +got):\n%s", diff)
			}
		})
	}
}

// packetTimes asks ffprobe, as an independent witness.
func packetTimes(t testing.TB, path string) []time.Duration {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var v []time.Duration
	for _, l := range strings.Fields(string(out)) {
		d, err := time.ParseDuration(strings.TrimSuffix(l, ",") + "s")
		if err != nil {
			t.Fatal(err)
		}
		v = append(v, d)
	}
	return v
}

func TestEncodeAlphaSurvives(t *testing.T) {
	const w, h = 64, 48
	tl := tool(t, nil)
	out := filepath.Join(t.TempDir(), "out.webm")
	e, err := tl.Encode(context.Background(), EncodeOptions{Out: out, Width: w, Height: h, Alpha: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Abort()
	for i := range 5 {
		if err := e.Write(testImage(w, h, true), time.Duration(i)*40*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := exec.Command("ffmpeg", "-v", "error", "-c:v", "libvpx-vp9", "-i", out, "-vf", "alphaextract", "-f", "rawvideo", "-pix_fmt", "gray", "-").Output()
	if err != nil || len(raw) != 5*w*h {
		t.Fatalf("%d bytes of alpha, %v", len(raw), err)
	}
	for x := range w {
		if got, want := int(raw[x]), x*255/w; got < want-12 || got > want+12 {
			t.Fatalf("alpha at %d is %d, want about %d", x, got, want)
		}
	}
}

// begin starts an encoder of 640 x 360 pixels and gives its file.
func begin(t *testing.T, ctx context.Context, edit func(*Config)) (*Encoder, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.webm")
	e, err := tool(t, edit).Encode(ctx, EncodeOptions{Out: out, Width: 640, Height: 360})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Abort)
	return e, out
}

// feed writes so many frames and closes, unless an error comes.
func feed(e *Encoder, frames int) error {
	img := noise(640, 360)
	for i := range frames {
		if err := e.Write(img, time.Duration(i)*40*time.Millisecond); err != nil {
			return err
		}
	}
	return e.Close()
}

const endless = 1_000_000

func TestEncodeFaults(t *testing.T) {
	tests := map[string]struct {
		edit   func(*Config)
		harm   func(*testing.T, *Encoder) // once the first frame is in
		frames int
		want   error
	}{
		"file size limit": {edit: func(c *Config) { c.FileSize = 1 << 20 }, frames: 20_000, want: ErrDiskFull},
		"time limit":      {edit: func(c *Config) { c.Timeout = 300 * time.Millisecond }, frames: endless},
		"wrong size": {frames: 1, harm: func(t *testing.T, e *Encoder) {
			if e.Write(testImage(320, 180, false), time.Second) == nil {
				t.Error("a frame of another size was taken")
			}
		}},
		"killed": {frames: endless, harm: func(t *testing.T, e *Encoder) {
			if err := e.codings.list[0].proc.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}},
		"aborted": {frames: endless, want: errAborted, harm: func(_ *testing.T, e *Encoder) { e.Abort() }},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			e, out := begin(t, context.Background(), tc.edit)
			if err := e.Write(noise(640, 360), 0); err == nil && tc.harm != nil {
				tc.harm(t, e)
			}
			err := feed(e, tc.frames)
			if err == nil || !errors.Is(err, tc.want) && tc.want != nil {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if e.Close() == nil {
				t.Error("Close forgot the error")
			}
			gone(t, out)
		})
	}
}

func TestEncodeNoFrame(t *testing.T) {
	e, out := begin(t, context.Background(), nil)
	if e.Close() == nil {
		t.Error("no error")
	}
	gone(t, out)
}

func TestEncodeAbortWhileWriting(t *testing.T) {
	e, out := begin(t, context.Background(), nil)
	got, started := make(chan error), make(chan struct{})
	go func() {
		err := e.Write(noise(640, 360), 0)
		close(started)
		got <- errors.Join(err, feed(e, endless))
	}()
	<-started
	e.Abort()
	if err := <-got; !errors.Is(err, errAborted) {
		t.Errorf("got %v", err)
	}
	gone(t, out)
}

func TestEncodeContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e, out := begin(t, ctx, nil)
	if err := e.Write(noise(640, 360), 0); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := feed(e, endless); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	gone(t, out)
}

// TestEncodeDiskFull writes to the device that is always full; it lies outside
// any sandbox.
func TestEncodeDiskFull(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.webm")
	if err := os.Symlink("/dev/full", out); err != nil {
		t.Skip(err)
	}
	e, err := tool(t, func(c *Config) { c.Sandbox = false }).Encode(context.Background(), EncodeOptions{Out: out, Width: 640, Height: 360})
	if err != nil {
		t.Fatal(err)
	}
	if err := feed(e, 200); !errors.Is(err, ErrDiskFull) || !saccade.IsCode(err, saccade.CodeOverCapacity) {
		t.Errorf("got %v", err)
	}
	gone(t, out)
}

// noise is a frame that does not compress.
func noise(w, h int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	v := uint32(1)
	for i := range img.Y {
		v = v*1664525 + 1013904223
		img.Y[i] = byte(v >> 24)
	}
	return img
}

// gone checks that nothing but the named was left behind beside path.
func gone(t *testing.T, path string, but ...string) {
	t.Helper()
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if !slices.Contains(but, f.Name()) {
			t.Errorf("%s was left behind", f.Name())
		}
	}
}

func TestEncodeKeepsColorAndAspect(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.webm")
	want := webm.Color{Matrix: 1, Range: 1, Transfer: 1, Primaries: 1}
	e, err := tool(t, nil).Encode(context.Background(), EncodeOptions{Out: out, Width: 60, Height: 48, AspectNum: 4, AspectDen: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Abort()
	e.Tag(want)
	if err := e.Write(testImage(60, 48, false), 0); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	i := scan(t, out)
	if diff := cmp.Diff(want, i.Color); diff != "" {
		t.Error(diff)
	}
	if i.AspectNum != 4 || i.AspectDen != 3 {
		t.Errorf("aspect %d:%d, want 4:3", i.AspectNum, i.AspectDen)
	}
}
