package eval

import (
	"math"
	"slices"
	"sort"

	"github.com/saccade-dev/saccade/internal/pix"
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

// sign returns -1 where less is better, else 1.
func (m Metric) sign() float64 {
	if m == MetricKLD {
		return -1
	}
	return 1
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
func NSS(m *pix.Plane, fixated []int) float64 {
	mean, std := meanStd(m)
	var s float64
	for _, i := range fixated {
		s += float64(m.V[i]) - mean
	}
	if flat(mean, std) {
		return 0
	}
	return s / std / float64(len(fixated))
}

// flat reports whether a map is the same everywhere, but for rounding.
func flat(mean, std float64) bool { return std <= 1e-9*math.Abs(mean) }

// AUC returns the area under the ROC curve, that is the chance that the map is
// higher at a positive than at a negative, ties counting half; NaN without any
// positive or negative. With all cells as negatives it is AUC-Judd (Judd,
// Ehinger, Durand and Torralba 2009), with the fixations of other images the
// shuffled AUC (Zhang et al. 2008).
func AUC(positives, negatives []float32) float64 {
	if len(positives) == 0 || len(negatives) == 0 {
		return math.NaN()
	}
	p := slices.Clone(positives)
	slices.Sort(p)
	// above[k] counts negatives below exactly the positives from k on; equal[k]
	// those that tie with positive k.
	above, equal := make([]float64, len(p)+1), make([]float64, len(p))
	for _, v := range negatives {
		k, _ := slices.BinarySearch(p, v)
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

// weightedAUC returns the AUC with a weight for every sample, both kinds at all
// cells of the same map.
func weightedAUC(m *pix.Plane, positive, negative []float32) float64 {
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
			pk += float64(positive[order[k]])
			nk += float64(negative[order[k]])
		}
		sum += pk * (below + nk/2)
		below, p, n = below+nk, p+pk, n+nk
	}
	return sum / max(p*n, epsilon)
}

// CC returns Pearson's linear correlation of a map with the ground-truth density
// q, -1..1; 0 for a flat map.
func CC(m, q *pix.Plane) float64 {
	am, as := meanStd(m)
	bm, bs := meanStd(q)
	if flat(am, as) || flat(bm, bs) {
		return 0
	}
	var s float64
	for i, v := range m.V {
		s += (float64(v) - am) * (float64(q.V[i]) - bm)
	}
	return s / (as * bs * float64(len(m.V)))
}

// KLD returns the Kullback-Leibler divergence of the density p from the ground
// truth q, sum q*ln(q/p), in nats; 0 is perfect.
func KLD(p, q *pix.Plane) float64 {
	var s float64
	for i, v := range q.V {
		s += float64(v) * math.Log(epsilon+float64(v)/(float64(p.V[i])+epsilon))
	}
	return s
}

// SIM returns the mass that two densities share, 0..1 (Judd, Durand and Torralba
// 2012).
func SIM(p, q *pix.Plane) float64 {
	var s float64
	for i, v := range q.V {
		s += float64(min(v, p.V[i]))
	}
	return s
}

// smooth returns a density with 1 % of its mass spread evenly, so that no fixation
// is impossible.
func smooth(p *pix.Plane) *pix.Plane {
	out := pix.NewPlane(p.W, p.H)
	even := 0.01 / float32(len(p.V))
	for i, v := range p.V {
		out.V[i] = 0.99*v + even
	}
	return out
}

// IG returns the information gain (Kuemmerer, Wallis and Bethge 2015): the mean
// over fixations of the log likelihood ratio of the density p to a prior, in
// bits. Both must be
// smoothed, so that no cell is 0.
func IG(p, prior *pix.Plane, fixated []int) float64 {
	var s float64
	for _, i := range fixated {
		s += math.Log2(float64(p.V[i]) / float64(prior.V[i]))
	}
	return s / float64(len(fixated))
}

// weightedIG returns the IG with every cell weighted by the ground-truth density q.
func weightedIG(p, prior, q *pix.Plane) float64 {
	var s float64
	for i, v := range q.V {
		s += float64(v) * math.Log2(float64(p.V[i])/float64(prior.V[i]))
	}
	return s
}
