package eval

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// minObservers is the least number of observers that an inter-observer figure
// is computed from.
const minObservers = 4

// halfSplits is the number of random halvings of the observers.
const halfSplits = 2

// leaveOneOut returns the inter-observer agreement: the density of all other
// observers predicts the fixations of each one in turn; the mean over them. CC,
// KLD and SIM mean little for a single observer and are left out. Images with
// fewer than four observers have no figure.
func leaveOneOut(t *truth, st *Stimulus, kernel []float64) Scores {
	if len(st.Observers) < minObservers {
		return Scores{}
	}
	own := make([][]float64, len(st.Observers))
	sum := make([]float64, t.w*t.h)
	cells := make([][]int, len(st.Observers))
	for o, f := range st.Observers {
		own[o] = make([]float64, len(sum))
		for _, p := range f {
			i := cellAt(t.w, t.h, p)
			cells[o] = append(cells[o], i)
			splat(own[o], t.w, i, kernel)
		}
		for i, v := range own[o] {
			sum[i] += v
		}
	}
	var all []Scores
	for o := range st.Observers {
		s := t.against(cells[o], t.q).score(narrowed(without(sum, own[o]), t.w, t.h))
		delete(s, MetricCC)
		delete(s, MetricKLD)
		delete(s, MetricSIM)
		all = append(all, s)
	}
	return meanScores(all)
}

// without returns a - b, with exact zeros where sums differ by rounding alone.
func without(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i, v := range a {
		if d := v - b[i]; d > 1e-12 {
			out[i] = d
		}
	}
	return out
}

// splitHalf returns the split-half consistency: the density of a random half of
// the observers predicts the other half, both ways, for two random halvings.
func splitHalf(t *truth, st *Stimulus, kernel []float64, seed uint64) Scores {
	if len(st.Observers) < minObservers {
		return Scores{}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(st.Name))
	r := rand.New(rand.NewPCG(seed, h.Sum64())) // own stream an image: the order of work does not matter
	var all []Scores
	for range halfSplits {
		order := r.Perm(len(st.Observers))
		var part [2][]Fixation
		for k, o := range order {
			side := 0
			if k >= len(order)/2 {
				side = 1
			}
			part[side] = append(part[side], st.Observers[o]...)
		}
		ca, qa := t.density(part[0], kernel)
		cb, qb := t.density(part[1], kernel)
		all = append(all, t.against(cb, qb).score(qa), t.against(ca, qa).score(qb))
	}
	return meanScores(all)
}

// meanScores averages every measure over the scores that have it.
func meanScores(all []Scores) Scores {
	out := Scores{}
	for _, m := range Metrics() {
		if v := values(all, m); len(v) > 0 {
			out[m] = mean(v)
		}
	}
	return out
}

// values lists a measure where it is present.
func values(all []Scores, m Metric) []float64 {
	var out []float64
	for _, s := range all {
		if v, ok := s[m]; ok {
			out = append(out, v)
		}
	}
	return slices.Clip(out)
}

func mean(v []float64) float64 {
	var s float64
	for _, x := range v {
		s += x
	}
	return s / float64(len(v))
}
