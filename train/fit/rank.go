package main

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// ranks with ties given their mean.
func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	out := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j+1 < len(order) && v[order[j+1]] == v[order[i]] {
			j++
		}
		for k := i; k <= j; k++ {
			out[order[k]] = float64(i+j) / 2
		}
		i = j + 1
	}
	return out
}

func spearman(a, b []float64) float64 {
	a, b = ranks(a), ranks(b)
	ma, mb := mean(a), mean(b)
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	return ab / math.Sqrt(aa*bb)
}

// byCategory is the Spearman correlation inside each category.
func byCategory(s []sample, predicted []float64) map[string]float64 {
	p, h := map[string][]float64{}, map[string][]float64{}
	for i, v := range s {
		p[v.Category] = append(p[v.Category], predicted[i])
		h[v.Category] = append(h[v.Category], v.Score)
	}
	out := map[string]float64{}
	for c := range p {
		out[c] = spearman(p[c], h[c])
	}
	return out
}

// meanOf is the mean over categories, in their order.
func meanOf(of map[string]float64) float64 {
	var sum float64
	for _, c := range slices.Sorted(maps.Keys(of)) {
		sum += of[c] / float64(len(of))
	}
	return sum
}
