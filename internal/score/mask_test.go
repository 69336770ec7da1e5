package score_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/score"
)

// anyDensity draws a density of any small size.
func anyDensity(t *rapid.T) saccade.Density {
	w, h := rapid.IntRange(1, 40).Draw(t, "w"), rapid.IntRange(1, 30).Draw(t, "h")
	d := saccade.Density{W: w, H: h, V: make([]float32, w*h)}
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	for i := range d.V {
		d.V[i] = float32(math.Pow(r.Float64(), 4))
	}
	d.Normalize()
	return d
}

func poly(p ...saccade.Point) saccade.AOI { return saccade.AOI{Name: "p", Polygon: p} }

func box(x, y, w, h float64) saccade.AOI {
	return saccade.AOI{Name: "b", Box: &saccade.Box{X: x, Y: y, Width: w, Height: h}}
}

func close(a, b, eps float64) bool { return math.Abs(a-b) <= eps }

func TestSharesOfAPartitionSumToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDensity(t)
		unit := rapid.Float64Range(0, 1)
		// A fan of triangles around any inner point tiles the image.
		cx, cy := unit.Draw(t, "cx"), unit.Draw(t, "cy")
		rim := []saccade.Point{{0, 0}, {unit.Draw(t, "top"), 0}, {1, 0}, {1, unit.Draw(t, "right")}, {1, 1},
			{unit.Draw(t, "bottom"), 1}, {0, 1}, {0, unit.Draw(t, "left")}}
		var sum, area float64
		for i, p := range rim {
			m := score.NewMask(poly(p, rim[(i+1)%len(rim)], saccade.Point{cx, cy}), d.W, d.H)
			sum += m.Share(d)
			area += m.Area()
		}
		if !close(sum, 1, 1e-5) || !close(area, 1, 1e-5) {
			t.Fatalf("shares sum to %g, areas to %g", sum, area)
		}
	})
}

func TestSharesOfStripsSumToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDensity(t)
		n := rapid.IntRange(1, 9).Draw(t, "n")
		top, bottom := cuts(t, "top", n), cuts(t, "bottom", n)
		var sum float64
		for i := range n {
			sum += score.NewMask(poly(saccade.Point{top[i], 0}, saccade.Point{top[i+1], 0},
				saccade.Point{bottom[i+1], 1}, saccade.Point{bottom[i], 1}), d.W, d.H).Share(d)
		}
		if !close(sum, 1, 1e-5) {
			t.Fatalf("shares sum to %g", sum)
		}
	})
}

// cuts draws rising positions from 0 to 1.
func cuts(t *rapid.T, name string, n int) []float64 {
	out := make([]float64, n+1)
	var sum float64
	for i := range n {
		sum += rapid.Float64Range(0.01, 1).Draw(t, name)
		out[i+1] = sum
	}
	for i := range out {
		out[i] /= sum
	}
	out[n] = 1
	return out
}

func TestMaskAreas(t *testing.T) {
	star := make([]saccade.Point, 5) // a pentagram crosses itself; even-odd leaves its middle out
	for i := range star {
		s, c := math.Sincos(float64(2*i) * 2 * math.Pi / 5)
		star[i] = saccade.Point{0.5 + 0.5*s, 0.5 - 0.5*c}
	}
	for name, c := range map[string]struct {
		aoi  saccade.AOI
		area float64
	}{
		"all":         {box(0, 0, 1, 1), 1},
		"half a cell": {box(0.05, 0.05, 0.05, 0.1), 0.005},
		"off centre":  {box(0.123, 0.456, 0.333, 0.2), 0.0666},
		"triangle":    {poly(saccade.Point{0, 0}, saccade.Point{1, 0}, saccade.Point{0, 1}), 0.5},
		"turned":      {poly(saccade.Point{0, 1}, saccade.Point{1, 0}, saccade.Point{0, 0}), 0.5},
		"diamond":     {poly(saccade.Point{0.5, 0.1}, saccade.Point{0.9, 0.5}, saccade.Point{0.5, 0.9}, saccade.Point{0.1, 0.5}), 0.32},
		"bow tie":     {poly(saccade.Point{0, 0}, saccade.Point{1, 1}, saccade.Point{1, 0}, saccade.Point{0, 1}), 0.5},
		"pentagram":   {poly(star...), 0.2806 - 0.0868 + 0},
		"line":        {poly(saccade.Point{0, 0}, saccade.Point{1, 1}, saccade.Point{0, 0}), 0},
		"needle":      {poly(saccade.Point{0, 0.5}, saccade.Point{1, 0.5}, saccade.Point{1, 0.5001}), 0.00005},
	} {
		for _, n := range []int{10, 7, 1} {
			if got := score.NewMask(c.aoi, n, n).Area(); !close(got, c.area, 1e-3) {
				t.Errorf("%s on %dx%d: %.5f, want %.5f", name, n, n, got, c.area)
			}
		}
	}
}

func TestMaskTakesHostileOutlines(t *testing.T) {
	zigzag := make([]saccade.Point, saccade.MaxAOICorners)
	for i := range zigzag {
		zigzag[i] = saccade.Point{math.Mod(float64(i)*math.Phi, 1), math.Mod(float64(i)*math.Sqrt2, 1)}
	}
	m := score.NewMask(poly(zigzag...), 96, 56)
	if a := m.Area(); a < 0.3 || a > 0.7 {
		t.Errorf("a zigzag over everything covers %.3f, want about half", a)
	}
}
