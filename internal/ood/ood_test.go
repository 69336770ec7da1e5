package ood

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/saccade-dev/saccade/internal/pix"
)

// drawn fills an image.
func drawn(w, h int, c func(x, y int) [3]byte) *pix.RGB {
	p := pix.New(w, h)
	for i := range w * h {
		v := c(i%w, i/w)
		copy(p.Pix[3*i:], v[:])
	}
	return p
}

func gray(v byte) [3]byte { return [3]byte{v, v, v} }

// TestStatistics: of any image, the smallest too, they are as many numbers, finite and
// the same every time.
func TestStatistics(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	want := len(table().Mean) - networkFeatures
	for _, size := range [][2]int{{1, 1}, {2, 1}, {1, 7}, {3, 3}, {32, 2048}, {384, 224}} {
		for name, p := range map[string]*pix.RGB{
			"black": pix.New(size[0], size[1]),
			"white": drawn(size[0], size[1], func(_, _ int) [3]byte { return gray(255) }),
			"noise": drawn(size[0], size[1], func(_, _ int) [3]byte { return [3]byte{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())} }),
		} {
			s := statistics(p)
			if len(s) != want {
				t.Fatalf("%s %v: %d statistics, the table has %d", name, size, len(s), want)
			}
			for i, v := range s {
				if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 100 {
					t.Errorf("%s %v: statistic %d is %v", name, size, i, v)
				}
			}
			if !slices.Equal(s, statistics(p)) {
				t.Errorf("%s %v: other statistics the second time", name, size)
			}
		}
	}
}

// TestSymmetryAndRepetition: what repeats itself and is symmetric says so, what is
// random does not.
func TestSymmetryAndRepetition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	stripes := luminance(drawn(120, 80, func(x, _ int) [3]byte { return gray(byte(255 * (x / 5 % 2))) }))
	noise := luminance(drawn(120, 80, func(_, _ int) [3]byte { return gray(byte(r.Uint32())) }))
	if a, b := repetition(stripes)[0], repetition(noise)[0]; a < 0.9 || b > 0.3 {
		t.Errorf("stripes repeat themselves by %.2f, noise by %.2f", a, b)
	}
	arch := luminance(drawn(120, 80, func(x, y int) [3]byte { return gray(byte(min(255, 2*max(x, 119-x)+y/8))) }))
	if a, b := symmetries(arch)[0], symmetries(noise)[0]; a < 0.95 || b > 0.2 {
		t.Errorf("an arch is symmetric by %.2f, noise by %.2f", a, b)
	}
}

// TestTable: the shipped table fits itself and the program.
func TestTable(t *testing.T) {
	if !Knows("saccade-1") || Knows("baseline") || Knows("") {
		t.Error("the table is not that of saccade-1 alone")
	}
	tab := table()
	n := len(tab.Mean)
	if n <= networkFeatures || len(tab.Scale) != n || len(tab.Bias) != len(Classes()) || len(tab.Weights) != len(Classes()) {
		t.Fatalf("%d means, %d scales, %d classes", n, len(tab.Scale), len(tab.Weights))
	}
	for k, w := range tab.Weights {
		if len(w) != n+n-networkFeatures {
			t.Errorf("%s: %d weights", Classes()[k], len(w))
		}
	}
	for i, s := range tab.Scale {
		if !(s > 0) {
			t.Errorf("scale %d is %v", i, s)
		}
	}
}

// TestLogOdds: the sum over classes on either side, far inputs cut.
func TestLogOdds(t *testing.T) {
	one := func(v float64) []float64 { return append(make([]float64, networkFeatures), v) }
	tab := &Table{Mean: one(0), Scale: slices.Repeat([]float64{1}, networkFeatures+1), Bias: make([]float64, 7), Weights: make([][]float64, 7)}
	for k := range tab.Weights {
		tab.Weights[k] = make([]float64, networkFeatures+2)
	}
	if got, want := tab.LogOdds(one(1)), math.Log(4.0/3); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v without weights, want %v", got, want)
	}
	tab.Weights[4][networkFeatures], tab.Weights[4][networkFeatures+1] = 2, 0.5 // 2x + x^2/2
	if got, want := tab.LogOdds(one(2)), math.Log((3+math.Exp(6))/3); math.Abs(got-want) > 1e-9 {
		t.Errorf("%v, want %v", got, want)
	}
	if a, b := tab.LogOdds(one(cut)), tab.LogOdds(one(1e6)); a != b {
		t.Errorf("%v at the cut, %v beyond", a, b)
	}
}

func BenchmarkStatistics(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	p := drawn(384, 224, func(x, y int) [3]byte { return gray(byte(x + y + int(r.Uint32()%32))) })
	for b.Loop() {
		statistics(p)
	}
}
