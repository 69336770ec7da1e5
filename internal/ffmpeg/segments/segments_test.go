package segments

import (
	"errors"
	"image"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade/internal/webm/dealt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// frame is a frame of 5 x 3 pixels within a larger one, all of one value.
func frame(v byte) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, 9, 7), image.YCbCrSubsampleRatio420)
	for _, p := range [][]byte{img.Y, img.Cb, img.Cr} {
		for i := range p {
			p[i] = v
		}
	}
	return img.SubImage(image.Rect(2, 2, 7, 5)).(*image.YCbCr)
}

// taken is what a writer got: the value of a frame and its time.
type taken struct {
	V  byte
	At time.Duration
}

// writer keeps what it gets; each frame takes a time.
type writer struct {
	mu    sync.Mutex
	slow  time.Duration
	got   []taken
	seen  map[*image.YCbCr]bool
	fails func(n int) error
}

func (w *writer) Write(img image.Image, at time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	time.Sleep(w.slow)
	y := img.(*image.YCbCr)
	for _, p := range [][]byte{y.Y, y.Cb, y.Cr} {
		for _, v := range p {
			if v != y.Y[0] {
				return errors.New("a plane was not copied whole")
			}
		}
	}
	w.seen[y] = true
	w.got = append(w.got, taken{y.Y[0], at})
	if w.fails != nil {
		return w.fails(len(w.got))
	}
	return nil
}

// open makes writers by number.
func open(all *[]*writer, slow time.Duration) func(int) (Writer, error) {
	return func(n int) (Writer, error) {
		w := &writer{slow: slow, seen: map[*image.YCbCr]bool{}}
		*all = append(*all, w)
		return w, nil
	}
}

func config(writers, frames int) Config {
	return Config{Writers: writers, First: frames, Frames: frames, Size: image.Pt(5, 3), Memory: 1 << 20}
}

func TestDealer(t *testing.T) {
	at := []time.Duration{10 * ms, 20 * ms, 40 * ms, 45 * ms, 60 * ms, 5060 * ms, 5061 * ms}
	tests := map[string]struct {
		writers int
		want    [][]taken
		starts  []time.Duration
	}{
		"one":   {1, [][]taken{{{0, 0}, {1, 10 * ms}, {2, 30 * ms}, {3, 35 * ms}, {4, 50 * ms}, {5, 5050 * ms}, {6, 5051 * ms}}}, []time.Duration{10 * ms, 40 * ms, 60 * ms, 5061 * ms}},
		"two":   {2, [][]taken{{{0, 0}, {1, 10 * ms}, {4, 25 * ms}, {5, 5025 * ms}}, {{2, 0}, {3, 5 * ms}, {6, 6 * ms}}}, []time.Duration{10 * ms, 40 * ms, 60 * ms, 5061 * ms}},
		"three": {3, [][]taken{{{0, 0}, {1, 10 * ms}, {6, 11 * ms}}, {{2, 0}, {3, 5 * ms}}, {{4, 0}, {5, 5000 * ms}}}, []time.Duration{10 * ms, 40 * ms, 60 * ms, 5061 * ms}},
	}
	for name, tc := range tests {
		for n := range len(at) + 1 { // of the frames
			var all []*writer
			cfg := config(tc.writers, 2)
			cfg.Open = open(&all, 0)
			d := New(cfg)
			for i, t0 := range at[:n] {
				if err := d.Write(frame(byte(i)), t0); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(d.Finish(), d.Finish()); err != nil {
				t.Fatal(err)
			}
			var want, got [][]taken
			for _, w := range tc.want {
				var part []taken
				for _, f := range w {
					if int(f.V) < n {
						part = append(part, f)
					}
				}
				if part != nil {
					want = append(want, part)
				}
			}
			for _, w := range all {
				got = append(got, w.got)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %d frames (-want +got):\n%s", name, n, diff)
			}
			order := dealt.Order{Files: len(want), First: 2, Frames: 2, Starts: tc.starts[:(n+1)/2]}
			if n == 0 {
				order.Starts = nil
			}
			if diff := cmp.Diff(order, d.Order()); diff != "" {
				t.Errorf("%s, %d frames (-want +got):\n%s", name, n, diff)
			}
		}
	}
}

// TestFirst: the first segment of all may have a length of its own.
func TestFirst(t *testing.T) {
	var all []*writer
	cfg := config(2, 3)
	cfg.First, cfg.Open = 1, open(&all, 0)
	d := New(cfg)
	for i := range 9 {
		if err := d.Write(frame(byte(i)), time.Duration(i)*ms); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Finish(); err != nil {
		t.Fatal(err)
	}
	want := [][]taken{{{0, 0}, {4, 1 * ms}, {5, 2 * ms}, {6, 3 * ms}}, {{1, 0}, {2, 1 * ms}, {3, 2 * ms}, {7, 3 * ms}, {8, 4 * ms}}}
	if diff := cmp.Diff(want, [][]taken{all[0].got, all[1].got}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	order := dealt.Order{Files: 2, First: 1, Frames: 3, Starts: []time.Duration{0, 1 * ms, 4 * ms, 7 * ms}}
	if diff := cmp.Diff(order, d.Order()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestSideBySide: while frames come twice as fast as one writer takes them, two keep up,
// with little more memory than half a segment.
func TestSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []*writer
		cfg := config(2, 20)
		cfg.Open = open(&all, 10*ms)
		d, begin := New(cfg), time.Now()
		for i := range 200 {
			time.Sleep(5 * ms)
			if err := d.Write(frame(byte(i)), time.Duration(i)*ms); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begin); took > 1050*ms {
			t.Errorf("frames of a second were taken in %v", took)
		}
		if err := d.Finish(); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took > 1150*ms {
			t.Errorf("writers need a second each, and together %v", took)
		}
		for _, w := range all {
			for p := range w.seen {
				all[0].seen[p] = true
			}
		}
		if n := len(all[0].seen); n > 12 {
			t.Errorf("%d frames were allocated, want no more than 12", n)
		}
	})
}

// TestMemory: no more frames wait than may, and two at least.
func TestMemory(t *testing.T) {
	for memory, want := range map[int]int{0: 2, 5 * 27: 5, 1 << 20: 62} { // a frame has 27 bytes
		synctest.Test(t, func(t *testing.T) {
			var all []*writer
			cfg := config(2, 100)
			cfg.Memory, cfg.Open = memory, open(&all, time.Hour)
			d := New(cfg)
			begin := time.Now()
			for i := range want {
				if err := d.Write(frame(byte(i)), time.Duration(i)*ms); err != nil || time.Since(begin) > 0 {
					t.Fatalf("frame %d waited for %v, %v", i, time.Since(begin), err)
				}
			}
			if err := d.Write(frame(9), time.Second); err != nil || time.Since(begin) == 0 {
				t.Errorf("frame %d did not wait, %v", want, err)
			}
			if err := d.Finish(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	broken := errors.New("broken pipe")
	faulty := func(n int, fails func(int) error) func(int) (Writer, error) {
		return func(i int) (Writer, error) {
			w := &writer{seen: map[*image.YCbCr]bool{}}
			if i == n {
				w.fails = fails
			}
			return w, nil
		}
	}
	tests := map[string]struct {
		open func(int) (Writer, error)
		want string
	}{
		"first writer":  {faulty(0, func(int) error { return broken }), "broken pipe"},
		"second writer": {faulty(1, func(n int) error { return map[bool]error{true: broken}[n == 2] }), "broken pipe"},
		"panic":         {faulty(1, func(int) error { panic("out of luck") }), "out of luck"},
		"not opened":    {func(int) (Writer, error) { return nil, broken }, "broken pipe"},
	}
	for name, tc := range tests {
		cfg := config(2, 3)
		cfg.Open = tc.open
		d := New(cfg)
		var err error
		for i := range 10_000 {
			if err = d.Write(frame(1), time.Duration(i)*ms); err != nil {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
		if err := d.Finish(); err == nil && name != "not opened" {
			t.Errorf("%s: Finish forgot the error", name)
		}
	}
}

func TestRefusals(t *testing.T) {
	var all []*writer
	cfg := config(2, 3)
	cfg.Open = open(&all, 0)
	d := New(cfg)
	for name, img := range map[string]image.Image{
		"size":   image.NewYCbCr(image.Rect(0, 0, 5, 4), image.YCbCrSubsampleRatio420),
		"format": image.NewYCbCr(image.Rect(0, 0, 5, 3), image.YCbCrSubsampleRatio444),
		"kind":   image.NewGray(image.Rect(0, 0, 5, 3)),
	} {
		if d.Write(img, 0) == nil {
			t.Errorf("a frame of another %s was taken", name)
		}
	}
	if err := d.Finish(); err != nil {
		t.Error(err)
	}
	if d.Write(frame(0), 0) == nil {
		t.Error("a frame behind the end was taken")
	}
}

// TestStop: it ends a Write that waits, and writers that have nothing to do.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []*writer
		cfg := config(2, 2)
		cfg.Open = open(&all, time.Hour)
		d, stopped := New(cfg), errors.New("stopped")
		go func() {
			time.Sleep(time.Minute)
			d.Stop(stopped)
			d.Stop(errors.New("once more"))
		}()
		var err error
		begin := time.Now()
		for i := 0; err == nil; i++ {
			err = d.Write(frame(0), time.Duration(i)*ms)
		}
		if !errors.Is(err, stopped) || time.Since(begin) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		if err := d.Finish(); !errors.Is(err, stopped) {
			t.Errorf("Finish: %v", err)
		}
	})
}
