package eval

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/saccade-dev/saccade/internal/pix"
)

// naive is a second, deliberately plain implementation of the measures.
type naive struct{ m, q []float32 }

func (n naive) auc(fixated, negative []int) float64 {
	var wins float64
	for _, p := range fixated {
		for _, i := range negative {
			switch {
			case n.m[p] > n.m[i]:
				wins++
			case n.m[p] == n.m[i]:
				wins += 0.5
			}
		}
	}
	return wins / float64(len(fixated)*len(negative))
}

func (n naive) cc() float64 {
	k := float64(len(n.m))
	var sx, sy, sxx, syy, sxy float64
	for i, x := range n.m {
		x, y := float64(x), float64(n.q[i])
		sx, sy, sxx, syy, sxy = sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y
	}
	return (k*sxy - sx*sy) / math.Sqrt((k*sxx-sx*sx)*(k*syy-sy*sy))
}

func (n naive) nss(fixated []int) float64 {
	var s, q, sum float64
	for _, v := range n.m {
		v := float64(v)
		s, q = s+v, q+v*v
	}
	k := float64(len(n.m))
	for _, i := range fixated {
		sum += (float64(n.m[i]) - s/k) / math.Sqrt(q/k-s*s/k/k)
	}
	return sum / float64(len(fixated))
}

func TestMetricsAgreeWithPlainOnes(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 20 {
		m, q := pix.NewPlane(23, 17), pix.NewPlane(23, 17)
		for i := range m.V {
			m.V[i] = float32(r.IntN(9)) // many ties
			q.V[i] = r.Float32()
		}
		normalize(q)
		var fixated, all, others []int
		for range 30 {
			fixated = append(fixated, r.IntN(len(m.V)))
			others = append(others, r.IntN(len(m.V)), r.IntN(len(m.V)))
		}
		for i := range m.V {
			all = append(all, i)
		}
		n := naive{m.V, q.V}
		one := make([]float32, len(m.V))
		hits := make([]float32, len(m.V))
		for i := range one {
			one[i] = 1
		}
		for _, i := range fixated {
			hits[i]++
		}
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"NSS", NSS(m, fixated), n.nss(fixated)},
			{"CC", CC(m, q), n.cc()},
			{"AUC", AUC(pick(m, fixated), m.V), n.auc(fixated, all)},
			{"sAUC", AUC(pick(m, fixated), pick(m, others)), n.auc(fixated, others)},
			{"weighted AUC", weightedAUC(m, hits, one), n.auc(fixated, all)},
		} {
			if math.Abs(c.got-c.want) > 1e-9 {
				t.Errorf("%s is %.12f, plainly %.12f", c.name, c.got, c.want)
			}
		}
	}
}

func TestMetricsByHand(t *testing.T) {
	p := &pix.Plane{W: 2, H: 1, V: []float32{0.25, 0.75}}
	q := &pix.Plane{W: 2, H: 1, V: []float32{0.5, 0.5}}
	even := &pix.Plane{W: 2, H: 1, V: []float32{0.5, 0.5}}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"KLD", KLD(p, q), 0.5*math.Log(2) + 0.5*math.Log(2.0/3)},
		{"KLD of itself", KLD(q, q), 0},
		{"SIM", SIM(p, q), 0.75},
		{"CC of a flat map", CC(even, p), 0},
		{"NSS", NSS(p, []int{1}), 1},
		{"NSS of a flat map", NSS(even, []int{1}), 0},
		{"AUC of a flat map", AUC([]float32{0.5}, even.V), 0.5},
		{"IG", IG(p, even, []int{1, 0}), (math.Log2(1.5) - 1) / 2},
		{"mass kept at 1 %", total(smooth(p)), 1},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s is %.12f, want %.12f", c.name, c.got, c.want)
		}
	}
	if !math.IsNaN(AUC(nil, p.V)) {
		t.Error("an AUC without positives is a number")
	}
}

func TestResize(t *testing.T) {
	f := &pix.Plane{W: 4, H: 2, V: []float32{0, 1, 2, 3, 4, 5, 6, 7}}
	small := resize(f, 2, 1)
	if small.V[0] != 2.5 || small.V[1] != 4.5 {
		t.Errorf("half the size: %v", small.V)
	}
	if one := resize(&pix.Plane{W: 1, H: 1, V: []float32{7}}, 3, 2); one.V[0] != 7 || one.V[5] != 7 {
		t.Errorf("one cell enlarged: %v", one.V)
	}
	big := resize(f, 40, 20)
	if math.Abs(total(big)/800-3.5) > 1e-7 || big.V[0] != 0 || big.V[799] != 7 {
		t.Errorf("enlarged: mean %v, corners %v %v", total(big)/800, big.V[0], big.V[799])
	}
}

func TestBlurEqualsSplats(t *testing.T) {
	p := pix.NewPlane(31, 19)
	p.V[0], p.V[200], p.V[588] = 1, 2, 3
	got, want := blur(p, 2.3, 2.3, nothing), make([]float64, 31*19)
	for i, v := range p.V {
		for range int(v) {
			splat(want, 31, i, gaussian(2.3))
		}
	}
	for i := range want {
		if math.Abs(float64(got.V[i])-want[i]) > 1e-7 {
			t.Fatalf("cell %d: %g and %g", i, got.V[i], want[i])
		}
	}
}

func TestBootstrap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	v := make([]float64, 400)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	e := Bootstrap(v, 4000, 7)
	if width := e.High - e.Low; math.Abs(width-2*1.96/20) > 0.02 {
		t.Errorf("the interval of 400 standard normals is %.3f wide, theory says 0.196", width)
	}
	if again := Bootstrap(v, 4000, 7); again != e {
		t.Error("the same seed gives another interval")
	}
	if e := Bootstrap([]float64{3}, 50, 1); e != (Estimate{3, 3, 3, 1}) {
		t.Errorf("one value: %+v", e)
	}
	if e := Bootstrap(nil, 50, 1); !math.IsNaN(e.Mean) || e.N != 0 {
		t.Errorf("no value: %+v", e)
	}
}
