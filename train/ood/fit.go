package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"slices"

	"github.com/saccade-dev/saccade/internal/ood"
	"github.com/saccade-dev/saccade/train/dataset"
)

const (
	penalty = 3e-4 // of the squares of the weights
	steps   = 400  // of the accelerated descent
	folds   = 5
	alarms  = 0.03 // share of the images of each natural class, in color and left out, that may count as outside
)

// fit fits the classes: a multinomial logistic regression by accelerated gradient
// descent. Classes count by the root of their size.
func fit(s []sample) *ood.Table {
	t := &ood.Table{}
	t.Mean, t.Scale = spread(s)
	d := newDescent(t, s)
	for range steps {
		d.step()
	}
	n := len(d.x[0])
	for k := range d.w {
		t.Bias = append(t.Bias, rounded(d.w[k][n-1])) // the last term is 1
		t.Weights = append(t.Weights, nil)
		for _, v := range d.w[k][:n-1] {
			t.Weights[k] = append(t.Weights[k], rounded(v))
		}
	}
	return t
}

func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// spread returns means and standard deviations of the inputs, to five digits.
func spread(s []sample) (mean, sd []float64) {
	digits := func(v float64) float64 {
		e := math.Pow(10, 4-math.Floor(math.Log10(max(math.Abs(v), 1e-9))))
		return math.Round(v*e) / e
	}
	n := float64(len(s))
	for k := range s[0].X {
		var sum, squares float64
		for _, v := range s {
			sum += v.X[k]
			squares += v.X[k] * v.X[k]
		}
		m := sum / n
		mean, sd = append(mean, digits(m)), append(sd, digits(math.Sqrt(max(squares/n-m*m, 0))+1e-6))
	}
	return mean, sd
}

// descent is a fit on its way.
type descent struct {
	x      [][]float64 // terms, and a last one of 1
	class  []int
	weight []float64   // of the samples; they sum to 1
	w, at  [][]float64 // by class: the weights, and where the next gradient is taken
	rate   float64
	t      float64 // of the acceleration
}

func newDescent(t *ood.Table, s []sample) *descent {
	classes := ood.Classes()
	d := &descent{t: 1}
	count := make([]float64, len(classes))
	for _, v := range s {
		k := slices.Index(classes, v.Kind)
		count[k]++
		d.class = append(d.class, k)
		d.x = append(d.x, append(t.Terms(v.X), 1))
	}
	total := 0.0
	for _, k := range d.class {
		total += 1 / math.Sqrt(count[k])
	}
	for _, k := range d.class {
		d.weight = append(d.weight, 1/math.Sqrt(count[k])/total)
	}
	for range classes {
		d.w, d.at = append(d.w, make([]float64, len(d.x[0]))), append(d.at, make([]float64, len(d.x[0])))
	}
	d.rate = 1 / (0.5*d.curvature() + 2*penalty)
	return d
}

// curvature returns the largest eigenvalue of the second moments, by iteration.
func (d *descent) curvature() float64 {
	v, size := slices.Repeat([]float64{1}, len(d.x[0])), 0.0
	for range 20 {
		next := make([]float64, len(v))
		for i, x := range d.x {
			p := d.weight[i] * dot(x, v)
			for k, u := range x {
				next[k] += p * u
			}
		}
		size = math.Sqrt(dot(next, next))
		for k := range next {
			v[k] = next[k] / size
		}
	}
	return size * 1.05
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// step goes down the gradient and starts the momentum anew where it leads up.
func (d *descent) step() {
	g, n := make([][]float64, len(d.w)), len(d.x[0])
	for k := range g {
		g[k] = make([]float64, n)
		for i, v := range d.at[k][:n-1] {
			g[k][i] = 2 * penalty * v
		}
	}
	z := make([]float64, len(d.w))
	for i, x := range d.x {
		most, sum := math.Inf(-1), 0.0
		for k := range z {
			z[k] = dot(x, d.at[k])
			most = max(most, z[k])
		}
		for k := range z {
			z[k] = math.Exp(z[k] - most)
			sum += z[k]
		}
		for k := range z {
			p := z[k] / sum
			if k == d.class[i] {
				p--
			}
			p *= d.weight[i]
			for j, v := range x {
				g[k][j] += p * v
			}
		}
	}
	uphill, t := 0.0, (1+math.Sqrt(1+4*d.t*d.t))/2
	for k := range g {
		for j := range g[k] {
			next := d.at[k][j] - d.rate*g[k][j]
			moved := next - d.w[k][j]
			uphill += g[k][j] * moved
			d.w[k][j] = next
			d.at[k][j] = next + (d.t-1)/t*moved
		}
	}
	if d.t = t; uphill > 0 {
		d.t = 1
		for k := range g {
			copy(d.at[k], d.w[k])
		}
	}
}

// leftOut returns the log-odds of every sample by a fit without its fold: without its
// image, site, clip, or the whole family that drew it.
func leftOut(s []sample) ([]float64, error) {
	of, scores := foldsOf(s), make([]float64, len(s))
	err := dataset.Each(folds, func(k int) error {
		var rest []sample
		for i, v := range s {
			if of[i] != k {
				rest = append(rest, v)
			}
		}
		t := fit(rest)
		for i, v := range s {
			if of[i] == k {
				scores[i] = t.LogOdds(v.X)
			}
		}
		return nil
	})
	return scores, err
}

// foldsOf deals the groups: natural ones by chance, families of a kind in turn.
func foldsOf(s []sample) []int {
	next, of := map[string]int{}, map[string]int{}
	out := make([]int, len(s))
	for i, v := range s {
		f, ok := of[v.Group]
		if !ok {
			h := fnv.New32a()
			h.Write([]byte(v.Group))
			f = int(h.Sum32() % folds)
			if !v.natural() {
				f = next[v.Kind] % folds
				next[v.Kind]++
			}
			of[v.Group] = f
		}
		out[i] = f
	}
	return out
}

// threshold returns the log-odds that no more than a share of the images of any
// natural class exceeds.
func threshold(s []sample, scores []float64) float64 {
	by := map[string][]float64{}
	for i, v := range s {
		if v.natural() && v.Set != inGray {
			by[v.Kind] = append(by[v.Kind], scores[i])
		}
	}
	at := math.Inf(-1)
	for _, v := range by {
		slices.Sort(v)
		at = max(at, v[int((1-alarms)*float64(len(v)))])
	}
	return math.Ceil(1000*at) / 1000
}

// report prints how many of each class, set and family count as outside.
func report(w io.Writer, s []sample, scores []float64, at float64) {
	type row struct {
		name     string
		n, above float64
	}
	var rows []*row
	count := func(name string, above bool) {
		i := slices.IndexFunc(rows, func(r *row) bool { return r.name == name })
		if i < 0 {
			i = len(rows)
			rows = append(rows, &row{name: name})
		}
		rows[i].n++
		if above {
			rows[i].above++
		}
	}
	for i, v := range s {
		if count(v.Kind+": "+v.Set, scores[i] > at); v.Set != inGray {
			count(v.Kind, scores[i] > at)
		}
	}
	slices.SortStableFunc(rows, func(a, b *row) int { return cmp.Compare(a.name, b.name) })
	fmt.Fprintf(w, "threshold %.3f; share outside, on images left out of the fit (95 %% interval of Wilson over images):\n", at)
	for _, r := range rows {
		low, high := wilson(r.above, r.n)
		fmt.Fprintf(w, "%-24s %5.0f of %5.0f  %.3f (%.3f..%.3f)\n", r.name, r.above, r.n, r.above/r.n, low, high)
	}
}

// wilson is the 95 % interval of a share.
func wilson(k, n float64) (low, high float64) {
	const z = 1.96
	p := k / n
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-half)/(1+z*z/n)), min(1, (middle+half)/(1+z*z/n))
}
