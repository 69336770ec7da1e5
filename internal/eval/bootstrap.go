package eval

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Estimate is a mean over images or clips with its 95 % interval.
type Estimate struct {
	Mean float64 `json:"mean"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	N    int     `json:"n"` // images or clips behind it
}

// Bootstrap returns the mean of one value an image or clip and its 95 %
// percentile interval (Efron and Tibshirani 1993): they are drawn again and
// again with replacement. The same seed and number of values draw the same
// ones, so rows of one table are resampled alike. Without values the mean is
// NaN; one value has no spread.
func Bootstrap(v []float64, resamples int, seed uint64) Estimate {
	if len(v) == 0 {
		return Estimate{math.NaN(), math.NaN(), math.NaN(), 0}
	}
	r := rand.New(rand.NewPCG(seed, 0x5acc4de))
	means := make([]float64, resamples)
	for k := range means {
		var s float64
		for range v {
			s += v[r.IntN(len(v))]
		}
		means[k] = s / float64(len(v))
	}
	slices.Sort(means)
	return Estimate{Mean: mean(v), Low: quantile(means, 0.025), High: quantile(means, 0.975), N: len(v)}
}

// quantile returns the quantile q of sorted values, interpolated.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
