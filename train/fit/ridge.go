package main

import (
	"math"
	"slices"

	"github.com/saccade-dev/saccade/internal/score"
)

// ridge fits weights of the features to human complexity. Scores of SAVOIAS
// are relative inside one category: features and target are taken as
// differences from their category's mean, the target in units of its standard
// deviation there. Features are scaled to one standard deviation before the
// penalty applies, lambda for measures of pixels and network, unless it is 0, for
// features of the network; the weights returned are per unit of the feature.
func ridge(train []sample, network float64) []score.Weight {
	names := train[0].terms(network)
	n := len(names)
	x, y := relative(train, network)
	scale := make([]float64, n)
	for _, row := range x {
		for k, v := range row {
			scale[k] += v * v / float64(len(x))
		}
	}
	for k := range scale {
		scale[k] = math.Sqrt(scale[k]) + 1e-9
	}
	a, b := make([][]float64, n), make([]float64, n)
	for k := range a {
		a[k] = make([]float64, n)
		a[k][k] = lambda
		if k >= len(train[0].features) {
			a[k][k] = network
		}
	}
	for i, row := range x {
		for k := range n {
			u := row[k] / scale[k]
			b[k] += u * y[i]
			for j := range n {
				a[k][j] += u * row[j] / scale[j]
			}
		}
	}
	solve(a, b)
	out := make([]score.Weight, n)
	for k := range out {
		out[k] = score.Weight{Name: names[k].Name, Weight: b[k] / scale[k]}
	}
	return out
}

// terms are the features that are weighed: those of pixels and, unless the penalty is 0,
// those of the network.
func (s *sample) terms(network float64) []score.Feature {
	if network == 0 {
		return s.features
	}
	return slices.Concat(s.features, s.network)
}

// relative returns features (one row a sample) and complexity as differences
// from the mean of the category, the latter in its standard deviations.
func relative(s []sample, network float64) (x [][]float64, y []float64) {
	type sums struct {
		n, y, yy float64
		x        []float64
	}
	of := map[string]*sums{}
	for _, v := range s {
		c := of[v.Category]
		if c == nil {
			c = &sums{x: make([]float64, len(v.terms(network)))}
			of[v.Category] = c
		}
		c.n++
		c.y -= v.Score
		c.yy += v.Score * v.Score
		for k, f := range v.terms(network) {
			c.x[k] += f.Value
		}
	}
	for _, v := range s {
		c := of[v.Category]
		row := make([]float64, len(c.x))
		for k, f := range v.terms(network) {
			row[k] = f.Value - c.x[k]/c.n
		}
		x = append(x, row)
		sd := math.Sqrt(max(c.yy/c.n-c.y/c.n*c.y/c.n, 1e-9))
		y = append(y, (-v.Score-c.y/c.n)/sd) // the set's scores mean "clearer"
	}
	return x, y
}

// solve replaces b by the solution of a*x = b, a symmetric and positive.
func solve(a [][]float64, b []float64) {
	n := len(b)
	for i := range n {
		for k := i + 1; k < n; k++ {
			f := a[k][i] / a[i][i]
			for j := i; j < n; j++ {
				a[k][j] -= f * a[i][j]
			}
			b[k] -= f * b[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			b[i] -= a[i][j] * b[j]
		}
		b[i] /= a[i][i]
	}
}
