package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
)

// several returns a tool of so many encoders for small frames.
func several(t testing.TB, n int, edit func(*Config)) *Tool {
	t.Helper()
	tl := tool(t, func(c *Config) {
		c.Threads = 4 * n
		if edit != nil {
			edit(c)
		}
	})
	if got := tl.encoders(EncodeOptions{Width: 320, Height: 180}); got != n {
		t.Fatalf("%d encoders, want %d", got, n)
	}
	return tl
}

func TestEncoders(t *testing.T) {
	tests := []struct {
		threads, width, beside int
		alpha                  bool
		want                   int
		videos                 int
	}{
		{1, 1920, 0, false, 1, 0}, {2, 1920, 0, false, 1, 0}, {4, 1920, 0, false, 1, 0}, {7, 1920, 0, false, 1, 0},
		{8, 1920, 0, false, 2, 0}, {8, 1280, 0, false, 2, 0}, {8, 1920, 1, false, 1, 0}, {8, 1920, 5, false, 1, 0}, {8, 1920, 0, true, 1, 0},
		{8, 3840, 0, false, 1, 0}, {64, 1920, 0, false, 4, 0}, {64, 1920, 3, false, 4, 0}, {64, 1920, 5, false, 2, 0},
		{2, 320, 0, false, 1, 0}, {4, 640, 0, false, 1, 0}, {8, 640, 0, false, 2, 0}, {8, 640, 1, false, 1, 0}, {16, 640, 1, false, 2, 0},
		{8, 1920, 0, false, 2, 1}, {8, 1920, 0, false, 1, 2}, {16, 1920, 0, false, 2, 2}, {8, 640, 0, false, 1, 4},
	}
	for _, tc := range tests {
		tl := &Tool{cfg: Config{Threads: tc.threads, Videos: tc.videos}}
		o := EncodeOptions{Width: tc.width, Height: 100, Beside: tc.beside, Alpha: tc.alpha}
		if got := tl.encoders(o); got != tc.want {
			t.Errorf("%+v: %d", tc, got)
		}
	}
}

// moving is a frame whose disc is elsewhere in each.
func moving(i int) *image.YCbCr { return disc(20 + i*7%280) }

// plan is what an output is made of: frames at times, some of which repeat the one before.
type plan struct {
	frames  int          // in all
	repeats map[int]bool // by number
}

// at is when a frame comes: they are of unequal length, with a pause.
func (p plan) at(i int) time.Duration {
	at := time.Duration(i*33+i%3*5) * time.Millisecond
	if i > 30 {
		at += 7 * time.Second
	}
	return at + 400*time.Millisecond
}

// encode encodes a plan beside the audio of a file, where there is one.
func (p plan) encode(t *testing.T, tl *Tool, heard string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.webm")
	o := EncodeOptions{Out: out, Width: 320, Height: 180, Start: 100 * time.Millisecond, End: p.at(p.frames)}
	if heard != "" {
		var err error
		if o.Audio, err = tl.Audio(t.Context(), heard, scan(t, heard), filepath.Dir(out)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = o.Audio.Close() })
	}
	e, err := tl.Encode(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Abort()
	last := 0
	for i := range p.frames {
		if p.repeats[i] {
			err = e.Repeat(moving(last), p.at(i))
		} else {
			last = i
			err = e.Write(moving(i), p.at(i))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
	gone(t, out, filepath.Base(out), "audio.webm")
	return out
}

// keys are the numbers of the frames that ffprobe calls key frames.
func keys(t *testing.T, path string) []int {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=flags", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	for i, f := range strings.Fields(string(out)) {
		if strings.Contains(f, "K") {
			all = append(all, i)
		}
	}
	return all
}

// luma decodes a file and returns the PSNR of each frame against those of a plan, in dB.
func (p plan) luma(t *testing.T, path string) []float64 {
	t.Helper()
	cmd := exec.Command("ffmpeg", "-v", "warning", "-threads", "1", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	raw, err := cmd.Output()
	if err != nil || complaints.String() != "" {
		t.Fatalf("%v: %s", err, complaints.String())
	}
	const size = 320 * 180 * 3 / 2
	if len(raw) != p.frames*size {
		t.Fatalf("%d bytes, want %d frames", len(raw), p.frames)
	}
	var out []float64
	last := 0
	for i := range p.frames {
		if !p.repeats[i] {
			last = i
		}
		out = append(out, psnr(raw[i*size:][:320*180], moving(last).Y))
	}
	return out
}

// psnr is how near two planes are, in dB.
func psnr(a, b []byte) float64 {
	sum := 1.0
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(a))/sum)
}

// TestEncodeSeveral makes the same outputs by one encoder, two and three: of the
// same frames, times and audio, with key frames where segments begin.
func TestEncodeSeveral(t *testing.T) {
	heard := makeFile(t, "audio.webm", with([]string{"-f", "lavfi", "-i", "testsrc=s=64x48:d=0.1", "-f", "lavfi", "-i", "sine=d=20"}, vp9, []string{"-c:a", "libopus"})...)
	const first, segment = firstFrames, segmentFrames
	at := func(numbers ...int) map[int]bool {
		m := map[int]bool{}
		for _, n := range numbers {
			m[n] = true
		}
		return m
	}
	tests := map[string]struct {
		plan
		audio string
		keys  []int // with several encoders
	}{
		"one frame":             {plan{1, nil}, "", []int{0}},
		"less than a segment":   {plan{first - 1, nil}, "", []int{0}},
		"one segment":           {plan{first, nil}, heard, []int{0}},
		"and a frame":           {plan{first + 1, nil}, "", []int{0, first}},
		"two segments":          {plan{first + segment, nil}, "", []int{0, first}},
		"two, and a frame":      {plan{first + segment + 1, nil}, "", []int{0, first, first + segment}},
		"many, with audio":      {plan{first + 4*segment + 7, nil}, heard, []int{0, first, first + segment, first + 2*segment, first + 3*segment, first + 4*segment}},
		"repeats at a border":   {plan{first + segment + 10, at(first, first+1, first+3)}, heard, []int{0, first + 2, first + segment + 3}},
		"repeats before one":    {plan{first + 10, at(first - 2)}, "", []int{0, first + 1}},
		"repeats behind one":    {plan{first + 10, at(first + 1)}, "", []int{0, first}},
		"repeats at the end":    {plan{first + 3, at(first, first+1, first+2)}, "", []int{0}},
		"hardly anything moves": {plan{2 * segment, at(slices.Collect(between(1, 2*segment-3))...)}, "", []int{0}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := tc.encode(t, several(t, 1, nil), tc.audio)
			times, heard, quality := packetTimes(t, one), packets(t, one, "a"), tc.luma(t, one)
			for n := 2; n <= 3; n++ {
				got := tc.encode(t, several(t, n, nil), tc.audio)
				if diff := cmp.Diff(times, packetTimes(t, got)); diff != "" {
					t.Errorf("%d encoders: times (-one +several):\n%s", n, diff)
				}
				if diff := cmp.Diff(heard, packets(t, got, "a")); diff != "" {
					t.Errorf("%d encoders: audio (-one +several):\n%s", n, diff)
				}
				if diff := cmp.Diff(tc.keys, keys(t, got)); diff != "" {
					t.Errorf("%d encoders: key frames (-want +got):\n%s", n, diff)
				}
				for i, q := range tc.luma(t, got) {
					if q < 38 {
						t.Errorf("%d encoders: frame %d has %.1f dB, by one %.1f", n, i, q, quality[i])
					}
				}
				if i, want := scan(t, got), scan(t, one); i.Frames != tc.frames || i.Declared != want.Declared || i.FirstPTS != want.FirstPTS || i.HasAudio != want.HasAudio {
					t.Errorf("%d encoders: %+v, by one %+v", n, i, want)
				}
			}
		})
	}
}

// between yields the numbers from one to below another.
func between(from, to int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := from; i < to && yield(i); i++ {
		}
	}
}

// TestEncodeSeveralTwice: the same frames make the same file, whatever each process had time for.
func TestEncodeSeveralTwice(t *testing.T) {
	p := plan{firstFrames + 2*segmentFrames + 30, map[int]bool{70: true}}
	for n := 2; n <= 3; n++ {
		var sums []string
		for range 2 {
			b, err := os.ReadFile(p.encode(t, several(t, n, nil), ""))
			if err != nil {
				t.Fatal(err)
			}
			sums = append(sums, string(b))
		}
		if sums[0] != sums[1] {
			t.Errorf("%d encoders: two files of %d and %d bytes differ", n, len(sums[0]), len(sums[1]))
		}
	}
}

// noise640 is a frame for beginSeveral.
var noise640 = noise(640, 360)

// beginSeveral starts an encoder of two processes, and both have frames.
func beginSeveral(t *testing.T, ctx context.Context, edit func(*Config)) (*Encoder, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.webm")
	e, err := several(t, 2, edit).Encode(ctx, EncodeOptions{Out: out, Width: 640, Height: 360})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Abort)
	for i := range firstFrames + 5 {
		if err := e.Write(noise640, time.Duration(i)*40*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	return e, out
}

// TestEncodeSeveralFaults: what happens to one process happens to the output.
func TestEncodeSeveralFaults(t *testing.T) {
	kill := func(n int) func(*testing.T, *Encoder) {
		return func(t *testing.T, e *Encoder) {
			if err := e.codings.list[n].proc.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	tests := map[string]struct {
		ctx  context.Context
		edit func(*Config)
		harm func(*testing.T, *Encoder) // once two processes have frames
		want error
		say  string
	}{
		"first killed":    {harm: kill(0), say: "killed"},
		"second killed":   {harm: kill(1), say: "killed"},
		"aborted":         {harm: func(_ *testing.T, e *Encoder) { e.Abort() }, want: errAborted},
		"canceled":        {ctx: ctx, harm: func(*testing.T, *Encoder) { cancel() }, want: context.Canceled},
		"file size limit": {edit: func(c *Config) { c.FileSize = 1 << 20 }, want: ErrDiskFull},
		"time limit":      {edit: func(c *Config) { c.Timeout = 2 * time.Second }, say: errTimeout.Error()},
		"wrong size": {harm: func(t *testing.T, e *Encoder) {
			if e.Write(testImage(320, 180, false), time.Hour) == nil {
				t.Error("a frame of another size was taken")
			}
		}, say: "does not fit"},
		"another kind": {harm: func(t *testing.T, e *Encoder) {
			if e.Write(testImage(640, 360, true), time.Hour) == nil {
				t.Error("a frame with transparency was taken")
			}
		}, say: "does not fit"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if tc.ctx == nil {
				tc.ctx = context.Background()
			}
			e, out := beginSeveral(t, tc.ctx, tc.edit)
			if tc.harm != nil {
				tc.harm(t, e)
			}
			var err error
			for i := firstFrames + 5; err == nil && i < endless; i++ {
				err = e.Write(noise640, time.Duration(i)*40*time.Millisecond)
			}
			if err == nil || !errors.Is(err, tc.want) && tc.want != nil || !strings.Contains(fmt.Sprint(err), tc.say) && !errors.Is(err, ErrDiskFull) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if e.Close() == nil {
				t.Error("Close forgot the error")
			}
			gone(t, out)
		})
	}
}

// TestEncodeSeveralDiskFull writes one of two files to the device that is always full.
func TestEncodeSeveralDiskFull(t *testing.T) {
	for n, name := range []string{"out.webm", "out-part1.webm"} {
		out := filepath.Join(t.TempDir(), "out.webm")
		if err := os.Symlink("/dev/full", filepath.Join(filepath.Dir(out), name)); err != nil {
			t.Skip(err)
		}
		e, err := several(t, 2, func(c *Config) { c.Sandbox = false }).Encode(t.Context(), EncodeOptions{Out: out, Width: 640, Height: 360})
		if err != nil {
			t.Fatal(err)
		}
		if err := feed(e, 200); !errors.Is(err, ErrDiskFull) || !saccade.IsCode(err, saccade.CodeOverCapacity) {
			t.Errorf("%s, the file of process %d: got %v", name, n, err)
		}
		gone(t, out)
	}
}

// TestEncodeSeveralAbort: it may come while Write waits, and while the second process starts.
func TestEncodeSeveralAbort(t *testing.T) {
	for _, frames := range []int{0, firstFrames - 1, firstFrames, 3 * segmentFrames} {
		out := filepath.Join(t.TempDir(), "out.webm")
		e, err := several(t, 2, nil).Encode(t.Context(), EncodeOptions{Out: out, Width: 640, Height: 360})
		if err != nil {
			t.Fatal(err)
		}
		got, reached := make(chan error), make(chan struct{})
		go func() {
			var err error
			img := noise(640, 360)
			for i := 0; err == nil; i++ {
				if i == frames {
					close(reached)
				}
				err = e.Write(img, time.Duration(i)*40*time.Millisecond)
			}
			got <- err
		}()
		<-reached
		e.Abort()
		if err := <-got; !errors.Is(err, errAborted) {
			t.Errorf("after %d frames: %v", frames, err)
		}
		gone(t, out)
	}
}
