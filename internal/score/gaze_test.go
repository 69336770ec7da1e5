package score_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/score"
)

// hills is a density of Gaussians of sigma 0.04 with the given weights.
func hills(w, h int, at ...saccade.GazePoint) saccade.Density {
	d := saccade.Density{W: w, H: h, V: make([]float32, w*h)}
	for i := range d.V {
		x, y := (float64(i%w)+0.5)/float64(w), (float64(i/w)+0.5)/float64(h)
		v := 0.002
		for _, p := range at {
			v += p.Mass * math.Exp(-((x-p.X)*(x-p.X)+(y-p.Y)*(y-p.Y))/(2*0.04*0.04))
		}
		d.V[i] = float32(v)
	}
	d.Normalize()
	return d
}

func TestGazePointsFindTheHills(t *testing.T) {
	d := hills(96, 64, saccade.GazePoint{X: 0.25, Y: 0.3, Mass: 1}, saccade.GazePoint{X: 0.7, Y: 0.6, Mass: 3}, saccade.GazePoint{X: 0.5, Y: 0.9, Mass: 0.5})
	got := score.GazePoints(d, 5)
	want := [][2]float64{{0.7, 0.6}, {0.25, 0.3}, {0.5, 0.9}}
	if len(got) != len(want) {
		t.Fatalf("%d points: %+v", len(got), got)
	}
	for i, p := range got {
		if !close(p.X, want[i][0], 0.02) || !close(p.Y, want[i][1], 0.02) {
			t.Errorf("point %d at %.2f,%.2f, want %v", i, p.X, p.Y, want[i])
		}
	}
	if r := got[0].Mass / got[1].Mass; r < 2 || r > 4 {
		t.Errorf("masses %.3f and %.3f, want about 3 : 1", got[0].Mass, got[1].Mass)
	}
	if n := len(score.GazePoints(d, 2)); n != 2 {
		t.Errorf("asked for 2 points, got %d", n)
	}
	if p := score.GazePoints(saccade.NewDensity(40, 30), 5); len(p) != 0 {
		t.Errorf("a uniform density has points: %v", p)
	}
}

func TestGazePointsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDensity(t)
		var sum float64
		last := 1.0
		for _, p := range score.GazePoints(d, 8) {
			if p.X <= 0 || p.X >= 1 || p.Y <= 0 || p.Y >= 1 || p.Mass > last {
				t.Fatalf("point %+v after mass %g", p, last)
			}
			last = p.Mass
			sum += p.Mass
		}
		if sum > 1+1e-5 {
			t.Fatalf("masses sum to %g", sum)
		}
	})
}

func TestScanPath(t *testing.T) {
	d := hills(96, 64, saccade.GazePoint{X: 0.25, Y: 0.3, Mass: 1}, saccade.GazePoint{X: 0.7, Y: 0.6, Mass: 1.4}, saccade.GazePoint{X: 0.5, Y: 0.9, Mass: 0.9})
	path := score.ScanPath(d, 7)
	if len(path) != 23 || !close(path[0].Time, 0.25, 1e-9) || !close(path[22].Time, 6.85, 1e-9) {
		t.Fatalf("%d glances, the last at %g s", len(path), path[len(path)-1].Time)
	}
	if !close(path[0].X, 0.7, 0.03) || !close(path[0].Y, 0.6, 0.03) {
		t.Errorf("the first glance goes to %.2f,%.2f, want the highest hill", path[0].X, path[0].Y)
	}
	seen := map[int]bool{}
	for _, p := range path[:4] {
		for k, h := range [][2]float64{{0.25, 0.3}, {0.7, 0.6}, {0.5, 0.9}} {
			if math.Hypot(p.X-h[0], p.Y-h[1]) < 0.06 {
				seen[k] = true
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("after four glances %d of three hills were seen: %+v", len(seen), path[:4])
	}
	if diff := cmp.Diff(path[:9], score.ScanPath(d, 2.7)); diff != "" {
		t.Errorf("a shorter path must be the beginning of a longer one: %s", diff)
	}
	if n := len(score.ScanPath(saccade.NewDensity(10, 10), 3)); n != 10 {
		t.Errorf("%d glances at nothing in particular, want 10", n)
	}
}

func TestFocus(t *testing.T) {
	half := saccade.NewDensity(16, 16)
	for i := range half.V {
		if i%16 < 8 {
			half.V[i] = 0
		}
	}
	half.Normalize()
	for name, c := range map[string]struct {
		d    saccade.Density
		want float64
	}{
		"uniform": {saccade.NewDensity(20, 10), 0}, "half": {half, 1}, "one cell": {hot(32, 32), 10},
	} {
		if got := score.Focus(c.d); !close(got, c.want, 1e-3) {
			t.Errorf("%s: %.3f bits, want %.3f", name, got, c.want)
		}
	}
	p := saccade.GazePoint{X: 0.4, Y: 0.4, Mass: 1}
	if a, b := score.Focus(hills(48, 32, p)), score.Focus(hills(96, 64, p)); !close(a, b, 0.05) {
		t.Errorf("focus depends on the grid: %.3f and %.3f bits", a, b)
	}
}

// hot has everything in one cell.
func hot(w, h int) saccade.Density {
	d := saccade.Density{W: w, H: h, V: make([]float32, w*h)}
	d.V[w*h/2] = 1
	return d
}

// TestNearest: the mass of a gaze point is that of all cells whose nearest point it is.
func TestNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for range 50 {
		d := saccade.NewDensity(1+r.IntN(70), 1+r.IntN(50))
		for i := range d.V {
			d.V[i] = float32(math.Exp(4 * r.NormFloat64()))
		}
		diagonal := math.Hypot(float64(d.W), float64(d.H))
		points := score.GazePoints(d, 12)
		mass, unsure := make([]float64, len(points)), make([]bool, len(points))
		for i, v := range d.V {
			best, least := -1, 0.07
			for k, p := range points {
				dx, dy := float64(i%d.W)+0.5-p.X*float64(d.W), float64(i/d.W)+0.5-p.Y*float64(d.H)
				far := math.Sqrt(dx*dx+dy*dy) * (1 / diagonal)
				if best >= 0 && math.Abs(far-least) < 1e-9 { // the higher peak has it
					unsure[k], unsure[best] = true, true
				}
				if far < least {
					best, least = k, far
				}
			}
			if best >= 0 {
				mass[best] += float64(v)
			}
		}
		for k, p := range points {
			if want := mass[k]; !unsure[k] && math.Abs(p.Mass-want) > 1e-9*want {
				t.Errorf("%d x %d: the point at %g, %g has %g, want %g", d.W, d.H, p.X, p.Y, p.Mass, want)
			}
		}
	}
}
