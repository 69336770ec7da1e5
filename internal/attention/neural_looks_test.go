package attention

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/pix"
)

// looks returns the frames of a clip that the network looks at, shown from the given times on.
func looks(t *testing.T, clip []*pix.RGB, at func(i int) time.Duration) (out []int) {
	t.Helper()
	s, _, _ := stream(t, neural(t), 320, 180, PriorNone)
	for i, p := range clip {
		b := s.consider(p, at(i), false)
		s.release(b.cells)
		if b.looks {
			out = append(out, i)
		}
	}
	return out
}

// TestLooks: the network looks twelve times a second at most, but at once where a scene or much
// of it is new; what changed in between is looked at even when nothing changes any more.
func TestLooks(t *testing.T) {
	_, w, h := stream(t, neural(t), 320, 180, PriorNone)
	clip := func(n int, frame func(i int) *pix.RGB) (out []*pix.RGB) {
		for i := range n {
			out = append(out, frame(i))
		}
		return out
	}
	pointer := func(i int) *pix.RGB { // moves from frame 1 to 4
		p := page(w, h, 0)
		square(p, 40+6*min(i, 4), 40, 4, [3]byte{20, 20, 20})
		return p
	}
	scrolled := func(i int) *pix.RGB { return page(w, h, i) }
	dialog := func(i int) *pix.RGB {
		p := pointer(i)
		if i >= 2 {
			square(p, 100, 40, 80, [3]byte{30, 60, 120})
		}
		return p
	}
	scene := func(i int) *pix.RGB {
		if i >= 2 {
			return pix.New(w, h)
		}
		return pointer(i)
	}
	rate := func(fps int) func(int) time.Duration {
		return func(i int) time.Duration {
			return (time.Duration(i) * time.Second / time.Duration(fps)).Truncate(time.Millisecond)
		}
	}
	back := func(i int) time.Duration { return time.Duration(10-i) * 20 * time.Millisecond }
	for _, c := range []struct {
		name string
		clip []*pix.RGB
		at   func(int) time.Duration
		want []int
	}{
		{"scroll at 30", clip(10, scrolled), rate(30), []int{0, 3, 6, 9}},
		{"scroll at 60", clip(12, scrolled), rate(60), []int{0, 5, 10}},
		{"scroll at 25", clip(6, scrolled), rate(25), []int{0, 2, 4}},
		{"scroll at 10", clip(4, scrolled), rate(10), []int{0, 1, 2, 3}},
		{"at rest from frame 4 on", clip(12, pointer), rate(30), []int{0, 3, 6}},
		{"a dialog", clip(8, dialog), rate(30), []int{0, 2, 5}},
		{"a cut", clip(8, scene), rate(30), []int{0, 2}},
		{"times that go back", clip(3, pointer), back, []int{0, 1, 2}},
	} {
		if diff := cmp.Diff(c.want, looks(t, c.clip, c.at)); diff != "" {
			t.Errorf("%s: frames looked at (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestLookForFeatures: features that are wanted are those of the very frame, on one core as on many.
func TestLookForFeatures(t *testing.T) {
	n := neural(t)
	s, w, h := stream(t, n, 320, 180, PriorNone)
	for i := range 3 {
		p, last := page(w, h, 5*i), i == 2
		at := time.Duration(i) * 10 * time.Millisecond
		if err := s.Begin(t.Context(), p, at, last); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Next(p, at); err != nil {
			t.Fatal(err)
		}
		want, _, err := n.Features(p)
		if err != nil {
			t.Fatal(err)
		}
		if same := slices.Equal(want, s.Features()); same != (i != 1) {
			t.Errorf("frame %d: the features are its own: %v", i, same)
		}
	}
}
