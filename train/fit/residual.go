package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/saccade-dev/saccade/internal/certainty"
	"github.com/saccade-dev/saccade/internal/score"
)

// folds deals the samples of every category into n parts.
func folds(s []sample, n int, seed uint64) []int {
	out := make([]int, len(s))
	next := map[string]int{}
	for _, i := range rand.New(rand.NewPCG(seed, 9)).Perm(len(s)) {
		c := s[i].Category
		out[i] = next[c] % n
		next[c]++
	}
	return out
}

// crossValidated returns the clarity of every sample, predicted by a fit without
// its fifth of the images: neither the weights nor the means of its category know
// it.
func crossValidated(s []sample, seed uint64) []float64 {
	const n = 5
	of, predicted := folds(s, n, seed), make([]float64, len(s))
	for k := range n {
		var train []sample
		for i := range s {
			if of[i] != k {
				train = append(train, s[i])
			}
		}
		w := ridge(train, lambda)
		level, count := map[string]float64{}, map[string]float64{}
		for _, v := range train {
			level[v.Category] += weigh(w, v.features)
			count[v.Category]++
		}
		for i, v := range s {
			if of[i] == k {
				predicted[i] = level[v.Category]/count[v.Category] - weigh(w, v.features)
			}
		}
	}
	return predicted
}

func weigh(w []score.Weight, f []score.Feature) float64 {
	var sum float64
	for k := range w {
		sum += w[k].Weight * f[k].Value
	}
	return sum
}

// residual returns the distance, in logits of the percentile inside the category,
// within which [certainty.Coverage] of the samples lie, people's place against the
// predicted one.
func residual(s []sample, predicted []float64) float64 {
	byPeople, byUs := places(s, func(i int) float64 { return s[i].Score }), places(s, func(i int) float64 { return predicted[i] })
	apart := make([]float64, len(s))
	for i := range s {
		apart[i] = math.Abs(math.Log(byPeople[i]/(1-byPeople[i])) - math.Log(byUs[i]/(1-byUs[i])))
	}
	slices.Sort(apart)
	return math.Ceil(1000*apart[min(int(certainty.Coverage*float64(len(apart))), len(apart)-1)]) / 1000
}

// places returns the percentile of every sample inside its category, strictly
// between 0 and 1.
func places(s []sample, value func(int) float64) []float64 {
	members := map[string][]int{}
	for i := range s {
		members[s[i].Category] = append(members[s[i].Category], i)
	}
	out := make([]float64, len(s))
	for _, m := range members {
		slices.SortFunc(m, func(a, b int) int { return cmp.Or(cmp.Compare(value(a), value(b)), cmp.Compare(a, b)) })
		for place, i := range m {
			out[i] = (float64(place) + 0.5) / float64(len(m))
		}
	}
	return out
}
