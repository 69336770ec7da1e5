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

// parts is into how many parts samples are dealt.
const parts = 5

// withNetwork asks for a fit with the features of the network, whose penalty is chosen
// inside.
const withNetwork = -1

// penalties of the network's features that are tried.
var penalties = []float64{60, 200, 600, 2000}

// choose returns the penalty whose predictions of parts left out agree best with people.
func choose(s []sample) float64 {
	best, at := math.Inf(-1), 0.0
	for _, p := range penalties {
		if r := meanOf(byCategory(s, crossValidated(s, 7, p))); r > best {
			best, at = r, p
		}
	}
	return at
}

// crossValidated returns the clarity of every sample, predicted by a fit without
// its fifth of the images: neither the weights, nor the penalty of the network's
// features (withNetwork: chosen inside; 0: without them), nor the means of its category
// know it.
func crossValidated(s []sample, seed uint64, network float64) []float64 {
	const n = parts
	of, predicted := folds(s, n, seed), make([]float64, len(s))
	for k := range n {
		var train []sample
		for i := range s {
			if of[i] != k {
				train = append(train, s[i])
			}
		}
		penalty := network
		if penalty == withNetwork {
			penalty = choose(train)
		}
		w := ridge(train, penalty)
		level, count := map[string]float64{}, map[string]float64{}
		for _, v := range train {
			level[v.Category] += score.Weigh(w, v.terms(penalty))
			count[v.Category]++
		}
		for i, v := range s {
			if of[i] == k {
				predicted[i] = level[v.Category]/count[v.Category] - score.Weigh(w, v.terms(penalty))
			}
		}
	}
	return predicted
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
