package score_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
)

// whitePage is a white page.
func whitePage(w, h int) *pix.RGB {
	p := pix.New(w, h)
	for i := range p.Pix {
		p.Pix[i] = 255
	}
	return p
}

// paint fills a rectangle, given in fractions, pixel by pixel.
func paint(p *pix.RGB, r [4]float64, f func(x, y int) color.RGBA) {
	for y := int(r[1] * float64(p.H)); y < int(r[3]*float64(p.H)); y++ {
		for x := int(r[0] * float64(p.W)); x < int(r[2]*float64(p.W)); x++ {
			c := f(x, y)
			copy(p.Pix[3*(y*p.W+x):], []byte{c.R, c.G, c.B})
		}
	}
}

// confetti is colored squares of a hundredth of the width.
func confetti(w int, seed uint64) func(x, y int) color.RGBA {
	side := max(w/100, 1)
	return func(x, y int) color.RGBA {
		r := rand.New(rand.NewPCG(seed, uint64(y/side*100003+x/side)))
		return color.RGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255}
	}
}

// simplePage is a heading, a image and some lines of text.
func simplePage(w, h int) *pix.RGB {
	p := whitePage(w, h)
	solid := func(c color.RGBA) func(x, y int) color.RGBA { return func(int, int) color.RGBA { return c } }
	paint(p, [4]float64{0.1, 0.08, 0.6, 0.16}, solid(color.RGBA{40, 40, 40, 255}))
	paint(p, [4]float64{0.1, 0.24, 0.45, 0.7}, solid(color.RGBA{70, 130, 180, 255}))
	for i := range 8 {
		y := 0.26 + float64(i)*0.05
		paint(p, [4]float64{0.5, y, 0.88, y + 0.02}, solid(color.RGBA{90, 90, 90, 255}))
	}
	return p
}

func TestUniformIsClear(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {640, 400}, {20000, 10}, {3, 3000}} {
		r := score.Measure(whitePage(size.X, size.Y))
		if r.Clarity() != 100 {
			t.Errorf("%v: clarity %d, want 100", size, r.Clarity())
		}
		for _, v := range r.ClarityMap().V {
			if v != 0 {
				t.Fatalf("%v: the clarity map of nothing holds %g", size, v)
			}
		}
	}
}

func TestMoreClutterIsLessClear(t *testing.T) {
	last := 101
	for i := range 4 {
		p := simplePage(800, 500)
		paint(p, [4]float64{0.05, 0.72, 0.05 + 0.3*float64(i), 0.98}, confetti(800, 1))
		c := score.Measure(p).Clarity()
		if c >= last {
			t.Errorf("clarity %d after %d with more clutter", c, last)
		}
		last = c
	}
}

func TestBusyPatchIsLocal(t *testing.T) {
	p := simplePage(960, 600)
	before := score.Measure(p).ClarityMap()
	patch := [4]float64{0.7, 0.75, 0.9, 0.95}
	paint(p, patch, confetti(960, 2))
	after := score.Measure(p).ClarityMap()
	var inside, outside, cells float64
	for i, v := range after.V {
		x, y := (float64(i%after.W)+0.5)/float64(after.W), (float64(i/after.W)+0.5)/float64(after.H)
		d := math.Abs(float64(v - before.V[i]))
		switch {
		case x > patch[0]+0.03 && x < patch[2]-0.03 && y > patch[1]+0.03 && y < patch[3]-0.03:
			inside += float64(v)
			cells++
		case x < patch[0]-0.3 || y < patch[1]-0.4:
			outside = max(outside, d)
		}
	}
	if inside/cells < 0.9 {
		t.Errorf("the patch has %.2f on average, want above 0.9", inside/cells)
	}
	if outside > 0.02 {
		t.Errorf("far from the patch the map changed by %.3f", outside)
	}
}

func TestScaleChangesLittle(t *testing.T) {
	big := simplePage(1920, 1200)
	paint(big, [4]float64{0.5, 0.75, 0.9, 0.95}, confetti(1920, 3))
	small := big.Scale(960, 600)
	a, b := score.Measure(big), score.Measure(small)
	if d := a.Clarity() - b.Clarity(); d < -6 || d > 6 {
		t.Errorf("clarity %d and %d at half the size", a.Clarity(), b.Clarity())
	}
	if d := a.Excitingness() - b.Excitingness(); d < -6 || d > 6 {
		t.Errorf("excitingness %d and %d at half the size", a.Excitingness(), b.Excitingness())
	}
	m, n := a.ClarityMap(), b.ClarityMap()
	if m.W != n.W || m.H != n.H {
		t.Fatalf("maps of %dx%d and %dx%d", m.W, m.H, n.W, n.H)
	}
	var diff float64
	for i, v := range m.V {
		diff += math.Abs(float64(v-n.V[i])) / float64(len(m.V))
	}
	if diff > 0.03 {
		t.Errorf("the maps differ by %.3f on average", diff)
	}
}

func TestColorExcites(t *testing.T) {
	gray, vivid := simplePage(800, 500), simplePage(800, 500)
	paint(vivid, [4]float64{0, 0.7, 1, 1}, func(x, _ int) color.RGBA {
		return color.RGBA{230, uint8(x / 8), 20, 255}
	})
	a, b := score.Measure(gray).Excitingness(), score.Measure(vivid).Excitingness()
	if b <= a {
		t.Errorf("excitingness %d, with vivid colors %d", a, b)
	}
}

func TestMeasureIsDeterministic(t *testing.T) {
	a, b := score.Measure(simplePage(700, 500)).Features(), score.Measure(simplePage(700, 500)).Features()
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("%s: %g and %g", a[i].Name, a[i].Value, b[i].Value)
		}
	}
}

func TestFocusScore(t *testing.T) {
	wide, narrow := saccade.NewDensity(40, 30), hot(40, 30)
	for _, model := range []string{"baseline", "some other model"} {
		a, b := score.FocusScore(model, wide), score.FocusScore(model, narrow)
		if a > 5 || b < 95 {
			t.Errorf("%s: focus of nothing %d, of a point %d", model, a, b)
		}
	}
}

func BenchmarkMeasure1440x900(b *testing.B) {
	p := simplePage(1440, 900)
	paint(p, [4]float64{0, 0.5, 1, 1}, confetti(1440, 4))
	for b.Loop() {
		r := score.Measure(p)
		r.ClarityMap()
		r.ExcitingnessMap()
	}
}

func BenchmarkMeasureFrame(b *testing.B) {
	w, h := score.WorkSize(1920, 1080)
	p := simplePage(w, h)
	paint(p, [4]float64{0, 0.5, 1, 1}, confetti(w, 4))
	for b.Loop() {
		r := score.Measure(p)
		r.Clarity()
		r.Excitingness()
	}
}
