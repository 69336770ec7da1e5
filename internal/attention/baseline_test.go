package attention

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// plain returns an image of one gray level with faint, fixed noise.
func plain(w, h int) *pix.RGB {
	p := pix.New(w, h)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range p.Pix {
		p.Pix[i] = 120 + byte(r.IntN(9))
	}
	return p
}

// square paints a filled square of the color with its corner at (x, y).
func square(p *pix.RGB, x, y, side int, color [3]byte) {
	for j := y; j < min(y+side, p.H); j++ {
		for i := x; i < min(x+side, p.W); i++ {
			copy(p.Pix[3*(j*p.W+i):], color[:])
		}
	}
}

// shareIn is the share of attention in a box given in fractions.
func shareIn(d saccade.Density, x0, y0, x1, y1 float64) float64 {
	var s float64
	for y := range d.H {
		for x := range d.W {
			fx, fy := (float64(x)+0.5)/float64(d.W), (float64(y)+0.5)/float64(d.H)
			if fx >= x0 && fx < x1 && fy >= y0 && fy < y1 {
				s += float64(d.At(x, y))
			}
		}
	}
	return s
}

func distance(a, b saccade.Density) float64 {
	var s float64
	for i := range a.V {
		s += math.Abs(float64(a.V[i] - b.V[i]))
	}
	return s
}

func TestBaselineImageKeepsTheContract(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 900}, {64, 64}, {1280, 720}, {333, 512}, {400, 2800}, {2000, 40}} {
		p := plain(size[0], size[1])
		for _, prior := range []Prior{PriorNatural, PriorWeb, PriorNone, PriorAuto} {
			t.Run(fmt.Sprintf("%dx%d/%s", size[0], size[1], prior), func(t *testing.T) {
				d, err := NewBaseline().Image(p, prior)
				if err != nil {
					t.Fatal(err)
				}
				if err := d.Validate(); err != nil {
					t.Fatal(err)
				}
				again, _ := NewBaseline().Image(p, prior)
				if diff := cmp.Diff(d, again); diff != "" {
					t.Error("not deterministic", diff)
				}
			})
		}
	}
}

func TestBaselineRefuses(t *testing.T) {
	b := NewBaseline()
	for name, p := range map[string]*pix.RGB{"nil": nil, "empty": {}, "short": {W: 9, H: 9, Pix: make([]byte, 8)}} {
		if _, err := b.Image(p, PriorNone); err == nil {
			t.Error(name, "was accepted")
		}
	}
	if _, err := b.Image(plain(9, 9), "sideways"); err == nil {
		t.Error("an unknown prior was accepted")
	}
	if _, err := b.NewStream(0, 10, PriorNone); err == nil {
		t.Error("a video without width was accepted")
	}
	if _, err := b.NewStream(10, 10, "sideways"); err == nil {
		t.Error("a stream with an unknown prior was accepted")
	}
	s, err := b.NewStream(320, 240, PriorNone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Next(plain(10, 10), 0); err == nil {
		t.Error("a frame of the wrong size was accepted")
	}
}

func TestBaselineSeesTheOddOneOut(t *testing.T) {
	p := plain(640, 480)
	square(p, 480, 60, 60, [3]byte{220, 40, 30})
	d, err := NewBaseline().Image(p, PriorNone)
	if err != nil {
		t.Fatal(err)
	}
	area := 0.14 * 0.2
	if got := shareIn(d, 0.73, 0.1, 0.87, 0.3); got < 5*area {
		t.Errorf("a red square on gray draws %.3f of the attention, %.1f times its area", got, got/area)
	}
}

func TestPriors(t *testing.T) {
	p := plain(400, 300)
	b := NewBaseline()
	natural, _ := b.Image(p, PriorNatural)
	web, _ := b.Image(p, PriorWeb)
	none, _ := b.Image(p, PriorNone)
	if c, n := shareIn(natural, .25, .25, .75, .75), shareIn(none, .25, .25, .75, .75); c < 0.5 || n > 0.35 {
		t.Errorf("the middle holds %.2f with the natural prior, %.2f without", c, n)
	}
	if u, n := shareIn(web, 0, 0, .5, .5), shareIn(none, 0, 0, .5, .5); u < n+0.1 {
		t.Errorf("the upper left holds %.2f with the web prior, %.2f without", u, n)
	}
}

// play feeds n frames at 30 a second from index i on and returns the last density.
func play(t *testing.T, s Stream, i, n int, frame func(i int) *pix.RGB) saccade.Density {
	t.Helper()
	var d saccade.Density
	for ; n > 0; i, n = i+1, n-1 {
		var err error
		if d, err = s.Next(frame(i), time.Duration(i)*time.Second/30); err != nil {
			t.Fatal(err)
		}
		if err := d.Validate(); err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
	}
	return d.Clone()
}

func TestStaticVideoEqualsImage(t *testing.T) {
	s, err := NewBaseline().NewStream(640, 360, PriorNatural)
	if err != nil {
		t.Fatal(err)
	}
	w, h := s.Size()
	p := plain(w, h)
	square(p, w/2, h/4, w/8, [3]byte{30, 60, 200})
	want, err := NewBaseline().Image(p, PriorNatural)
	if err != nil {
		t.Fatal(err)
	}
	first := play(t, s, 0, 1, func(int) *pix.RGB { return p })
	last := play(t, s, 1, 60, func(int) *pix.RGB { return p })
	if d := distance(first, want); d > 1e-4 {
		t.Errorf("the first frame differs from the image by %g", d)
	}
	if d := distance(last, want); d > 1e-4 {
		t.Errorf("after two seconds without change the video differs from the image by %g", d)
	}
	if !s.(*baselineStream).converged {
		t.Error("a static video does not converge")
	}
}

func TestCutStartsAnew(t *testing.T) {
	b := NewBaseline()
	s, _ := b.NewStream(640, 360, PriorNatural)
	w, h := s.Size()
	before, after := plain(w, h), pix.New(w, h)
	square(before, 10, 10, 40, [3]byte{250, 250, 0})
	square(after, w-60, h-50, 40, [3]byte{250, 0, 0})
	play(t, s, 0, 10, func(int) *pix.RGB { return before })
	got := play(t, s, 10, 1, func(int) *pix.RGB { return after })
	want, _ := b.Image(after, PriorNatural)
	if d := distance(got, want); d > 1e-4 {
		t.Errorf("the first frame after a cut differs from the image by %g", d)
	}
}

// TestMoverAttracts holds the stream to the chief claim about motion: one of
// four equal squares draws more once it moves, and less again after it stops.
func TestMoverAttracts(t *testing.T) {
	s, _ := NewBaseline().NewStream(640, 480, PriorNone)
	w, h := s.Size()
	scene := func(shift int) *pix.RGB {
		p := plain(w, h)
		for k, at := range [][2]int{{w / 5, h / 5}, {3 * w / 5, h / 5}, {w / 5, 3 * h / 5}, {3 * w / 5, 3 * h / 5}} {
			if k == 1 {
				at[0] += shift
			}
			square(p, at[0], at[1], w/10, [3]byte{40, 120, 60})
		}
		return p
	}
	quarter := func(d saccade.Density) float64 { return shareIn(d, .5, 0, 1, .5) }
	resting := quarter(play(t, s, 0, 30, func(int) *pix.RGB { return scene(0) }))
	moving := quarter(play(t, s, 30, 10, func(i int) *pix.RGB { return scene(i - 29) }))
	after := quarter(play(t, s, 40, 120, func(int) *pix.RGB { return scene(10) }))
	if moving < resting+0.15 {
		t.Errorf("a mover draws %.2f of the attention, %.2f when it rests", moving, resting)
	}
	if math.Abs(after-resting) > 0.05 {
		t.Errorf("after it stopped it draws %.2f, before it moved %.2f", after, resting)
	}
}

// TestPanIsNoMover: when everything moves alike, the density follows the
// content instead of lighting up.
func TestPanIsNoMover(t *testing.T) {
	s, _ := NewBaseline().NewStream(640, 480, PriorNone)
	w, h := s.Size()
	wide := plain(2*w, h)
	r := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		square(wide, r.IntN(2*w-20), r.IntN(h-20), 6+r.IntN(14), [3]byte{byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))})
	}
	crop := func(x int) *pix.RGB {
		p := pix.New(w, h)
		for y := range h {
			copy(p.Pix[3*y*w:3*(y+1)*w], wide.Pix[3*(y*2*w+x):])
		}
		return p
	}
	moving := play(t, s, 0, 40, crop)
	static, _ := NewBaseline().Image(crop(39), PriorNone)
	if d := distance(moving, static) / 2; d > 0.25 {
		t.Errorf("a slow pan moves %.2f of the attention", d)
	}
}

// TestScrollLeavesNoTrail scrolls a page with one block on it: attention must
// be where the block is and not where it was.
func TestScrollLeavesNoTrail(t *testing.T) {
	s, _ := NewBaseline().NewStream(640, 480, PriorNone)
	w, h := s.Size()
	const step, frames, side = 6, 16, 24
	page := func(i int) *pix.RGB {
		p := plain(w, h)
		square(p, w/2-side/2, h-side-step*i, side, [3]byte{200, 30, 60})
		return p
	}
	got := play(t, s, 0, frames, page)
	want, err := NewBaseline().Image(page(frames-1), PriorNone)
	if err != nil {
		t.Fatal(err)
	}
	box := func(d saccade.Density, i int) float64 {
		y := float64(h-side-step*i) / float64(h)
		return shareIn(d, 0.5-float64(side)/2/float64(w), y, 0.5+float64(side)/2/float64(w), y+float64(side)/float64(h))
	}
	now, before := box(got, frames-1), box(got, frames-8)
	if now < 0.8*box(want, frames-1) {
		t.Errorf("where the block is lies %.3f of the attention, %.3f on a static page", now, box(want, frames-1))
	}
	if before > now/3 {
		t.Errorf("where the block was a quarter of a second ago lies %.3f of the attention, where it is %.3f", before, now)
	}
}

func TestSurroundAgreesWithPlainFloodFill(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, size := range [][2]int{{3, 3}, {63, 20}, {64, 20}, {65, 21}, {130, 40}, {192, 50}} {
		w, h := size[0], size[1]
		for density := 3; density < 8; density++ {
			s := newSurround(w, h)
			m := make([]bool, w*h)
			for i := range m {
				if m[i] = r.IntN(10) < density; m[i] {
					s.mask[i/w*s.words+i%w>>6] |= 1 << (uint(i%w) & 63)
				}
			}
			s.fillFromBorder(s.mask)
			want := floodFromBorder(m, w, h)
			for i := range want {
				if got := s.reach[i/w*s.words+i%w>>6]>>(uint(i%w)&63)&1 == 1; got != want[i] {
					t.Fatalf("%dx%d, density %d: pixel (%d,%d) is %v, want %v", w, h, density, i%w, i/w, got, want[i])
				}
			}
		}
	}
}

func floodFromBorder(m []bool, w, h int) []bool {
	out := make([]bool, len(m))
	var stack []int
	visit := func(x, y int) {
		if x >= 0 && y >= 0 && x < w && y < h && m[y*w+x] && !out[y*w+x] {
			out[y*w+x] = true
			stack = append(stack, y*w+x)
		}
	}
	for x := range w {
		visit(x, 0)
		visit(x, h-1)
	}
	for y := range h {
		visit(0, y)
		visit(w-1, y)
	}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		x, y := i%w, i/w
		visit(x-1, y)
		visit(x+1, y)
		visit(x, y-1)
		visit(x, y+1)
	}
	return out
}

func TestBoxBlurKeepsTheMean(t *testing.T) {
	b := newBoxBlur(40, 30)
	v := make([]float32, 1200)
	v[15*40+20] = 1
	b.apply(v, 1.8)
	var sum, moment float64
	for i, x := range v {
		sum += float64(x)
		moment += float64(x) * math.Pow(float64(i%40-20), 2)
	}
	if math.Abs(sum-1) > 1e-4 || math.Abs(math.Sqrt(moment)-1.8) > 0.5 {
		t.Errorf("mass %.4f, deviation %.2f", sum, math.Sqrt(moment))
	}
}

func BenchmarkBaselineFrame(b *testing.B) {
	s, err := NewBaseline().NewStream(1920, 1080, PriorNatural)
	if err != nil {
		b.Fatal(err)
	}
	w, h := s.Size()
	var frames [2]*pix.RGB
	for k := range frames {
		frames[k] = plain(w, h)
		r := rand.New(rand.NewPCG(7, 8))
		for range 80 {
			square(frames[k], r.IntN(w-20)+2*k, r.IntN(h-20), 4+r.IntN(24), [3]byte{byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))})
		}
	}
	i := 0
	for b.Loop() {
		i++
		if _, err := s.Next(frames[i%2], time.Duration(i)*time.Second/30); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBaselineStatic(b *testing.B) {
	s, err := NewBaseline().NewStream(1920, 1080, PriorNatural)
	if err != nil {
		b.Fatal(err)
	}
	p := plain(s.Size())
	i := 0
	for b.Loop() {
		i++
		if _, err := s.Next(p, time.Duration(i)*time.Second/30); err != nil {
			b.Fatal(err)
		}
	}
}
