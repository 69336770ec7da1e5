package eval

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// minObservers is the least number that can tell anything about each other.
const minObservers = 4

// halfSplits is the number of random halvings of the observers.
const halfSplits = 2

// leaveOneOut lets the density of all other observers tell the fixations of
// each observer in turn, and gives the mean. It is what a perfect knowledge of
// the other people is worth; CC, KLD and SIM mean little for a single observer
// and are left out. Pictures with fewer than four observers give nothing.
func leaveOneOut(t *truth, st *Stimulus, kernel []float64) Scores {
	if len(st.Observers) < minObservers {
		return Scores{}
	}
	all := make([]Field, len(st.Observers))
	total := newField(t.w, t.h)
	cells := make([][]int, len(st.Observers))
	for o, f := range st.Observers {
		all[o] = newField(t.w, t.h)
		for _, p := range f {
			i := total.index(p.X, p.Y)
			cells[o] = append(cells[o], i)
			all[o].splat(i, kernel, 1)
		}
		for i, v := range all[o].V {
			total.V[i] += v
		}
	}
	var sum []Scores
	for o := range st.Observers {
		rest := newField(t.w, t.h)
		for i, v := range all[o].V {
			// Differences of sums may leave dust of either sign where nobody looked.
			if d := total.V[i] - v; d > 1e-12 {
				rest.V[i] = d
			}
		}
		rest.normalize()
		s := t.against(cells[o], t.q).score(rest)
		delete(s, MetricCC)
		delete(s, MetricKLD)
		delete(s, MetricSIM)
		sum = append(sum, s)
	}
	return meanScores(sum)
}

// halves lets the density of a random half of the observers tell the other
// half, both ways, for two random halvings.
func halves(t *truth, st *Stimulus, kernel []float64, seed uint64) Scores {
	if len(st.Observers) < minObservers {
		return Scores{}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(st.Name))
	r := rand.New(rand.NewPCG(seed, h.Sum64())) // own stream a picture: the order of work does not matter
	var sum []Scores
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
		ca, qa := t.look(part[0], kernel)
		cb, qb := t.look(part[1], kernel)
		sum = append(sum, t.against(cb, qb).score(qa), t.against(ca, qa).score(qb))
	}
	return meanScores(sum)
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
