package score_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/saccade-dev/saccade/internal/score"
)

func TestPercentile(t *testing.T) {
	sample := make([]float64, 1001)
	for i := range sample {
		sample[i] = float64((i * 617) % 1001)
	}
	q := score.NewQuantiles(sample, 100)
	for v, want := range map[float64]float64{500: 0.5, 100: 0.1, 875: 0.875, 50: 0.05, 950: 0.95} {
		if got := q.Percentile(v); !close(got, want, 1e-3) {
			t.Errorf("percentile of %g is %.4f, want %.4f", v, got, want)
		}
	}
	if lo, hi := q.Percentile(-1000), q.Percentile(2000); lo <= 0 || hi >= 1 || lo > 0.01 || hi < 0.99 {
		t.Errorf("far outside: %g and %g", lo, hi)
	}
}

func TestPercentileGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sample := rapid.SliceOfN(rapid.Float64Range(-5, 5), 2, 50).Draw(t, "sample")
		q := score.NewQuantiles(sample, 20)
		a, b := rapid.Float64Range(-8, 8).Draw(t, "a"), rapid.Float64Range(-8, 8).Draw(t, "b")
		if a > b {
			a, b = b, a
		}
		if pa, pb := q.Percentile(a), q.Percentile(b); pa > pb+1e-12 || pa < 0 || pb > 1 {
			t.Fatalf("percentiles of %g, %g: %g, %g", a, b, pa, pb)
		}
	})
}
