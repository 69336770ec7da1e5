package attention

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/pix"
)

// scenes is a clip with all that a stream tells apart: scrolling, frames that stay the same for
// long and briefly, noise below notice, a cut.
func scenes(w, h int) []*pix.RGB {
	var clip []*pix.RGB
	for i := range 10 {
		clip = append(clip, page(w, h, 3*i))
	}
	for range 6 {
		clip = append(clip, clip[len(clip)-1])
	}
	noisy := *clip[len(clip)-1]
	noisy.Pix = slices.Clone(noisy.Pix)
	for i := range noisy.Pix {
		noisy.Pix[i] ^= byte(i % 2)
	}
	clip = append(clip, &noisy, page(w, h, 40))
	for i := range 8 {
		p := plain(w, h)
		bar(p, 10*i, h/2, 30)
		clip = append(clip, p)
	}
	return clip
}

// shown is when a frame of a clip is.
func shown(i int) time.Duration { return time.Duration(i) * 33 * time.Millisecond }

// predictAll returns the densities of a clip, with work begun ahead or not.
func predictAll(t *testing.T, s Stream, clip []*pix.RGB, ahead bool) [][]float32 {
	t.Helper()
	turn, begun := make(chan *pix.RGB, 4), make(chan error, 1)
	go func() {
		defer close(turn)
		for i, p := range clip {
			if ahead {
				if err := s.(Ahead).Begin(t.Context(), p, shown(i), false); err != nil {
					begun <- err
					return
				}
			}
			turn <- p
		}
		begun <- nil
	}()
	var all [][]float32
	for p := range turn {
		d, err := s.Next(p, shown(len(all)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, slices.Clone(d.V))
	}
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAheadChangesNothing: every density is the same to the bit, on however many
// cores work is begun ahead.
func TestAheadChangesNothing(t *testing.T) {
	n := neural(t)
	plainly, w, h := stream(t, n, 320, 180, PriorAuto)
	clip := scenes(w, h)
	want := predictAll(t, plainly, clip, false)
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		s, _, _ := stream(t, n, 320, 180, PriorAuto)
		got := predictAll(t, s, clip, true)
		if len(got) != len(want) {
			t.Fatalf("%d densities of %d frames", len(got), len(clip))
		}
		for i := range want {
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("%d cores: the density of frame %d differs", procs, i)
			}
		}
		if s.made > procs+1 {
			t.Errorf("%d cores: %d runners", procs, s.made)
		}
	}
}

// TestBeginRefuses: a frame of another size, one out of turn, and a wait that the context ends.
func TestBeginRefuses(t *testing.T) {
	before := runtime.GOMAXPROCS(2)
	defer runtime.GOMAXPROCS(before)
	s, w, h := stream(t, neural(t), 320, 180, PriorNone)
	if err := s.Begin(t.Context(), plain(w+1, h), 0, false); err == nil {
		t.Error("a frame of another size was begun")
	}
	clip := scenes(w, h)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var err error
	for i, p := range clip[:8] { // nobody calls Next
		if err = s.Begin(ctx, p, time.Duration(i)*lookEvery, false); err != nil {
			break
		}
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("too many frames under way: %v", err)
	}
	if _, err := s.Next(clip[1], 0); err == nil {
		t.Error("a frame came out of turn")
	}
}
