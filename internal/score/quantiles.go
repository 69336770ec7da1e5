package score

import (
	"math"
	"slices"
)

// Quantiles describes a population by values at equal steps of rank, smallest
// first: 0 %, 1 %, ... 100 % when there are 101. It turns a raw value into a
// percentile.
type Quantiles []float64

// NewQuantiles describes a sample by n+1 values.
func NewQuantiles(sample []float64, n int) Quantiles {
	s := slices.Sorted(slices.Values(sample))
	q := make(Quantiles, n+1)
	for i := range q {
		at := float64(i) / float64(n) * float64(len(s)-1)
		k := min(int(at), len(s)-2)
		q[i] = s[k] + (s[k+1]-s[k])*(at-float64(k))
	}
	return q
}

// tail is the part of the population at either end that is described by a
// logistic curve rather than by its few members.
const tail = 0.05

// Percentile returns the share of the population below v, strictly between 0 and
// 1 and strictly growing with v. Inside it interpolates; in the tails, and
// beyond any member, it follows the logistic curve through the ends of the
// inner part and the points a tenth of the population inside.
func (q Quantiles) Percentile(v float64) float64 {
	lo, hi := q.value(tail), q.value(1-tail)
	switch {
	case v < lo:
		return logistic(logit(tail) - (lo-v)*q.steepness(tail))
	case v > hi:
		return logistic(logit(1-tail) + (v-hi)*q.steepness(1-tail))
	}
	i, found := slices.BinarySearch(q, v)
	n := float64(len(q) - 1)
	if found {
		j := i // the middle of equal values
		for j+1 < len(q) && q[j+1] == v {
			j++
		}
		return min(max(float64(i+j)/2/n, tail), 1-tail)
	}
	return (float64(i-1) + (v-q[i-1])/(q[i]-q[i-1])) / n
}

// rank is the plain percentile, 0..1: nothing at or below the smallest value is
// above 0, nothing at or above the largest one is below 1.
func (q Quantiles) rank(v float64) float64 {
	if v <= q[0] {
		return 0
	}
	i, _ := slices.BinarySearch(q, v)
	if i >= len(q) {
		return 1
	}
	return (float64(i-1) + (v-q[i-1])/(q[i]-q[i-1])) / float64(len(q)-1)
}

// value is the quantile of a share of the population.
func (q Quantiles) value(share float64) float64 {
	at := share * float64(len(q)-1)
	i := min(int(at), len(q)-2)
	return q[i] + (q[i+1]-q[i])*(at-float64(i))
}

// steepness of the logistic curve beyond an end of the inner part.
func (q Quantiles) steepness(end float64) float64 {
	inner := 3 * tail
	if end > 0.5 {
		inner = 1 - inner
	}
	span := math.Abs(q.value(end) - q.value(inner))
	return (logit(1-tail) - logit(1-3*tail)) / max(span, 1e-9)
}

func logit(p float64) float64    { return math.Log(p / (1 - p)) }
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// score turns a percentile into 0..100.
func score(percentile float64) int { return int(math.Round(100 * percentile)) }
