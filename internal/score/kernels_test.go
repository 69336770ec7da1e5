package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/lanes"
	"github.com/saccade-dev/saccade/internal/pix"
)

// noisy is an image of random blocks, lines and noise, up to the strongest one.
func noisy(r *rand.Rand, w, h int) *pix.RGB {
	p := pix.New(w, h)
	strength, side := r.IntN(256), 1+r.IntN(24)
	colors := [3][3]int{}
	for i := range colors {
		colors[i] = [3]int{r.IntN(256), r.IntN(256), r.IntN(256)}
	}
	for i := range p.Pix {
		x, y := i/3%w, i/3/w
		v := colors[(x/side*7+y/side*3)%3][i%3]
		if strength > 40 {
			v += r.IntN(2*strength+1) - strength
		}
		p.Pix[i] = uint8(min(max(v, 0), 255))
	}
	return p
}

// TestMeasureEqualsPlainGo: every measure and map is the same without kernels.
func TestMeasureEqualsPlainGo(t *testing.T) {
	if !lanes.Fast {
		t.Skip("no kernels for this processor")
	}
	defer func() { lanes.Fast = true }()
	r := rand.New(rand.NewPCG(7, 8))
	for _, size := range [][2]int{{446, 251}, {334, 335}, {37, 3000}, {1, 1}, {2, 5}, {9000, 12}, {400, 280}, {17, 6588}} {
		p := noisy(r, size[0], size[1])
		var got [2]*PageMetrics
		for i := range got {
			lanes.Fast = i == 0
			got[i] = Measure(p)
		}
		if d := cmp.Diff(got[1].Features(), got[0].Features()); d != "" {
			t.Errorf("%v: the kernels measure otherwise: %s", size, d)
		}
		for i, maps := range [2]func(*PageMetrics) *pix.Plane{(*PageMetrics).ClarityMap, (*PageMetrics).ExcitingnessMap} {
			if d := cmp.Diff(maps(got[1]), maps(got[0])); d != "" {
				t.Errorf("%v: map %d of the kernels: %s", size, i, d)
			}
		}
	}
}

// TestHue: bins are those of the angle itself, near their ends too.
func TestHue(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for i := range 200000 {
		a, b := float64(float32(r.NormFloat64()*50)), float64(float32(r.NormFloat64()*50))
		switch i % 8 {
		case 0:
			b = float64(float32(a * (math.Sqrt2 - 1)))
		case 1:
			b = -a
		case 2:
			b = float64(float32(-a * (math.Sqrt2 + 1)))
		case 3:
			a, b = float64(i%3-1), float64(i/3%3-1)
		case 4:
			a *= 1e-8
		}
		if got, want := hue(a, b), min(int((math.Atan2(b, a)/(2*math.Pi)+0.5)*16), 15); got != want {
			t.Fatalf("the hue of %g, %g is in bin %d, want %d", a, b, got, want)
		}
	}
}
