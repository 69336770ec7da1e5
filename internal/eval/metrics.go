package eval

import (
	"math"
	"slices"
	"sort"
)

// Metric names a measure, as it stands in tables and JSON.
type Metric string

// The measures; their definitions are in the package comment.
const (
	MetricNSS  Metric = "NSS"
	MetricCC   Metric = "CC"
	MetricAUC  Metric = "AUC-J"
	MetricSAUC Metric = "sAUC"
	MetricKLD  Metric = "KLD"
	MetricSIM  Metric = "SIM"
	MetricIG   Metric = "IG"
)

// Metrics lists all measures in the order of tables.
func Metrics() []Metric {
	return []Metric{MetricNSS, MetricCC, MetricAUC, MetricSAUC, MetricKLD, MetricSIM, MetricIG}
}

// Scores holds the measures of one map; a measure that does not apply is
// absent.
type Scores map[Metric]float64

// epsilon keeps quotients and logarithms finite: the spacing of float64 at 1,
// as in the reference code.
const epsilon = 2.2204e-16

// NSS is the normalized scanpath saliency (Peters, Iyer, Itti and Koch 2005):
// the mean of the map at the fixated cells, in standard deviations above the
// map's mean. Every fixation counts once. A flat map scores 0.
func NSS(m Field, fixated []int) float64 {
	mean, std := m.meanStd()
	var s float64
	for _, i := range fixated {
		s += m.V[i] - mean
	}
	return s / (std + epsilon) / float64(len(fixated))
}

// AUC is the area under the ROC curve, that is the chance that the map is
// higher at a positive than at a negative, ties counting half. With all cells
// as negatives it is AUC-Judd (Judd, Ehinger, Durand and Torralba 2009), with
// the fixations of other pictures the shuffled AUC (Zhang et al. 2008).
func AUC(positives, negatives []float64) float64 {
	if len(positives) == 0 || len(negatives) == 0 {
		return math.NaN()
	}
	p := slices.Clone(positives)
	slices.Sort(p)
	// above[k] counts negatives below exactly the positives from k on; equal[k]
	// those that tie with positive k.
	above, equal := make([]float64, len(p)+1), make([]float64, len(p))
	for _, v := range negatives {
		k := sort.SearchFloat64s(p, v)
		if k < len(p) && p[k] == v {
			equal[k]++
		} else {
			above[k]++
		}
	}
	var sum, below float64
	for k := 0; k < len(p); {
		end := k + 1
		for end < len(p) && p[end] == p[k] {
			end++
		}
		for i := k; i < end; i++ {
			below += above[i]
		}
		sum += float64(end-k) * (below + equal[k]/2)
		below += equal[k]
		k = end
	}
	return sum / (float64(len(p)) * float64(len(negatives)))
}

// weightedAUC is AUC with a weight for every sample, both kinds at all cells
// of the same map.
func weightedAUC(m Field, positive, negative []float64) float64 {
	order := make([]int, len(m.V))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return m.V[order[a]] < m.V[order[b]] })
	var sum, below, p, n float64
	for k := 0; k < len(order); {
		var pk, nk float64
		v := m.V[order[k]]
		for ; k < len(order) && m.V[order[k]] == v; k++ {
			pk += positive[order[k]]
			nk += negative[order[k]]
		}
		sum += pk * (below + nk/2)
		below, p, n = below+nk, p+pk, n+nk
	}
	return sum / max(p*n, epsilon)
}

// CC is Pearson's linear correlation of a map with the ground-truth density
// q, -1..1; 0 for a flat map.
func CC(m, q Field) float64 {
	am, as := m.meanStd()
	bm, bs := q.meanStd()
	if as == 0 || bs == 0 {
		return 0
	}
	var s float64
	for i, v := range m.V {
		s += (v - am) * (q.V[i] - bm)
	}
	return s / (as * bs * float64(len(m.V)))
}

// KLD is the Kullback-Leibler divergence of the density p from the ground
// truth q, sum q*ln(q/p), in nats; 0 is perfect.
func KLD(p, q Field) float64 {
	var s float64
	for i, v := range q.V {
		s += v * math.Log(epsilon+v/(p.V[i]+epsilon))
	}
	return s
}

// SIM is the mass that two densities share, 0..1 (Judd, Durand and Torralba
// 2012).
func SIM(p, q Field) float64 {
	var s float64
	for i, v := range q.V {
		s += min(v, p.V[i])
	}
	return s
}

// smooth is a density with 1 % of its mass spread evenly, so that no fixation
// is impossible.
func smooth(p Field) Field {
	out := newField(p.W, p.H)
	even := 0.01 / float64(len(p.V))
	for i, v := range p.V {
		out.V[i] = 0.99*v + even
	}
	return out
}

// IG is the information gain (Kuemmerer, Wallis and Bethge 2015): how many
// bits a fixation the density p tells more than the center prior. Both must be
// smoothed, so that no cell is 0.
func IG(p, center Field, fixated []int) float64 {
	var s float64
	for _, i := range fixated {
		s += math.Log2(p.V[i] / center.V[i])
	}
	return s / float64(len(fixated))
}

// weightedIG is IG with every cell weighted by the ground-truth density q.
func weightedIG(p, center, q Field) float64 {
	var s float64
	for i, v := range q.V {
		s += v * math.Log2(p.V[i]/center.V[i])
	}
	return s
}
