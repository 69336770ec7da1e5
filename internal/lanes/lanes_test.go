package lanes

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMedians: with kernels and without, the median of the 25 values around, edges repeated.
func TestMedians(t *testing.T) {
	defer func(v bool) { Fast = v }(Fast)
	r := rand.New(rand.NewPCG(1, 5))
	var m Medians
	for i := range 60 {
		w, h := 1+r.IntN(80), 1+r.IntN(12)
		stride := Stride(w)
		src, got := make([]uint8, stride*h), make([]uint8, stride*h)
		for k := range src {
			src[k] = uint8(r.IntN(1 + min(MedianTop, i)))
		}
		for _, Fast = range []bool{Fast, false} {
			m.Of(got, src, w, h)
			for k := range w * h {
				x, y := k%w, k/w
				var around []uint8
				for j := range 25 {
					around = append(around, src[stride*min(max(y+j/5-2, 0), h-1)+min(max(x+j%5-2, 0), w-1)])
				}
				if slices.Sort(around); got[stride*y+x] != around[12] {
					t.Fatalf("%d x %d, kernels %t: at %d, %d stands %d, want the median of %d", w, h, Fast, x, y, got[stride*y+x], around)
				}
			}
		}
	}
}

// TestLanesEqualPlainGo: what whole blocks come to is what plain Go makes of them.
func TestLanesEqualPlainGo(t *testing.T) {
	if !Fast {
		t.Skip("no kernels for this processor")
	}
	defer func() { Fast = true }()
	for n := range 60 {
		var got [2][]any
		for i := range got {
			Fast = i == 0
			got[i] = results(rand.New(rand.NewPCG(uint64(n), 6)), n)
		}
		if d := cmp.Diff(got[1], got[0], cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })); d != "" {
			t.Errorf("%d values: %s", n, d)
		}
	}
}

// results are those of all functions for random rows of n values.
func results(r *rand.Rand, n int) (all []any) {
	var rows [8][]float32
	for k := range rows {
		rows[k] = make([]float32, n+2)
		for x := range rows[k] {
			rows[k][x] = float32(r.NormFloat64()) * []float32{0, 1e-3, 1, 40}[r.IntN(4)]
		}
	}
	dst := func() []float32 {
		v := make([]float32, n)
		copy(v, rows[7])
		all = append(all, v)
		return v
	}
	Minus(dst(), rows[0], 3)
	Times(dst(), rows[0], rows[1])
	WeighAll(dst(), rows[:5], []float32{0.1, 0.2, 0.4, 0.2, 0.1})
	Contrasts(dst(), dst(), rows[0], rows[1])
	Spread(dst(), rows[0], rows[1])
	Directions(dst(), dst(), rows[0], rows[1], rows[2])
	Area(dst(), &rows)
	Volume(dst(), &rows, rows[0])
	LerpMax(dst(), rows[0], rows[1], 0.3)
	AddSobel(dst(), rows[0], rows[1], rows[2])
	return append(all, measures(r, &rows, n)...)
}

// measures are the results of what measures rows.
func measures(r *rand.Rand, rows *[8][]float32, n int) (all []any) {
	roots := make([]float32, n)
	for x := range roots {
		roots[x] = float32(math.Exp(r.NormFloat64() * 12))
	}
	SixthRoots(roots)
	bins, levels, length := make([]uint8, n), make([]uint8, n), 1.0
	chromas := make([]float32, n)
	warm := Chromas(chromas, bins, rows[0], rows[1], rows[2])
	Levels(levels, rows[0], -20, 1.5, MedianTop)
	squares := make([]float32, n)
	Times(squares, rows[7], rows[7])
	strong := Lengths(squares, &length)
	a, b, c := Means(rows[0][:n], rows[1], rows[2])
	d, e := Deviations(rows[0][:n], rows[1], a, b)
	var sum, left, right [Lags]float64
	Products(rows[0], n/3, &sum, &left, &right)
	all = append(all, sum, left, right)
	if n > 1 {
		mean, second, third := Moments(rows[0])
		even, bent := Slopes(rows[0], rows[1], rows[2])
		all = append(all, mean, second, third, even, bent)
	}
	density := slices.Clone(roots)
	if n > 3 {
		density[0], density[1], density[2] = 0.25, 0, 1e-40
	}
	all = append(all, Information(density, float64(n)), Information(rows[0], 1))
	packed := make([]float32, 8*n)
	Pack(packed, rows)
	all = append(all, roots, chromas, bins, levels, warm, strong, length, a, b, c, d, e, packed)
	if n > 0 {
		var boxes Boxes
		lanes := slices.Repeat(packed, 5)
		boxes.BlurLanes(lanes, n, 2)
		plane := slices.Repeat(slices.Clone(rows[0]), 43)
		boxes.Blur(plane, n+2, 2)
		all = append(all, lanes, plane)
	}
	return all
}
