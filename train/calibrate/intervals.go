package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/certainty"
)

const foldCount = 5

// intervals fits the error bars of shares and writes them.
func intervals(o options, model *attention.Neural) error {
	all, err := cases(o, model)
	if err != nil {
		return err
	}
	t := certainty.Tables{Version: "1", Model: model.Name(), Kinds: map[certainty.Kind]certainty.Table{}}
	for _, kind := range certainty.Kinds() {
		rows, groups := rowsOf(all, kind)
		f := certainty.Table{Cases: len(rows), Groups: groups, Views: fit(rows, true), Without: fit(rows, false)}
		h := held(rows, true)
		f.Held = round(h.blurred)
		w := held(rows, false)
		fmt.Printf("%-5s %4d groups %5d areas; inside on groups left out: %.3f (without views %.3f), of raw fixations %.3f; by size of the share %.3f; median width %.3f (without %.3f)\n",
			kind, groups, len(rows), h.blurred, w.blurred, h.raw, h.bySize, h.width, w.width)
		t.Kinds[kind] = f
	}
	b, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(o.intervals, append(b, '\n'), 0o644)
}

// cases measures what people and the model say, or reads it from -cases.
func cases(o options, model *attention.Neural) ([]gazed, error) {
	var all []gazed
	b, err := os.ReadFile(o.cases)
	if err == nil {
		return all, json.Unmarshal(b, &all)
	}
	if o.cases != "" && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if all, err = collect(model, o.shared); err != nil || o.cases == "" {
		return all, err
	}
	if b, err = json.Marshal(all); err != nil {
		return nil, err
	}
	return all, os.WriteFile(o.cases, b, 0o644)
}

// row is one area as the fit sees it.
type row struct {
	areaCase
	fold          int
	spread, small float64
	residual      float64 // logit of people's share less that of the model's
}

// rowsOf returns the areas of one kind, dealt into folds by group, and the number
// of groups.
func rowsOf(all []gazed, kind certainty.Kind) ([]row, int) {
	folds := map[string]int{}
	var out []row
	for _, g := range all {
		if g.Kind != string(kind) {
			continue
		}
		if _, ok := folds[g.Group]; !ok {
			folds[g.Group] = len(folds) % foldCount
		}
		for _, a := range g.Areas {
			out = append(out, row{areaCase: a, fold: folds[g.Group], spread: certainty.Spread(a.Model, a.Views),
				small: certainty.Smallness(a.Model), residual: certainty.Logit(a.People) - certainty.Logit(a.Model)})
		}
	}
	return out, len(folds)
}

// fit finds the reaches to both sides: the 10 % and 90 % quantiles of the
// residual by quantile regression (Koenker and Bassett 1978), none of whose
// terms is negative.
func fit(rows []row, views bool) certainty.Reaches {
	tail := (1 - certainty.Coverage) / 2
	side := func(sign float64) certainty.Reach {
		y := make([]float64, len(rows))
		for i, r := range rows {
			y[i] = sign * r.residual
		}
		return quantile(rows, y, 1-tail, views)
	}
	return certainty.Reaches{Low: side(-1), High: side(1)}
}

// quantile minimizes the pinball loss by coordinate descent.
func quantile(rows []row, y []float64, q float64, views bool) certainty.Reach {
	var c [3]float64
	loss := func(c [3]float64) (sum float64) {
		for i, r := range rows {
			d := y[i] - (c[0] + c[1]*r.spread + c[2]*r.small)
			sum += max(q*d, (q-1)*d)
		}
		return sum
	}
	best := loss(c)
	for step := 2.0; step > 1e-3; {
		better := false
		for k := range c {
			if k == 1 && !views {
				continue
			}
			for _, d := range []float64{step, -step} {
				try := c
				try[k] = max(0, try[k]+d)
				if l := loss(try); l < best-1e-9 {
					c, best, better = try, l, true
				}
			}
		}
		if !better {
			step /= 2
		}
	}
	return certainty.Reach{Base: round(c[0]), Spread: round(c[1]), Small: round(c[2])}
}

func round(v float64) float64 { return math.Round(v*1000) / 1000 }

// heldOut is what intervals hold on groups that they were not fitted on.
type heldOut struct {
	blurred, raw, width float64
	bySize              [4]float64 // blurred, for shares below 0.03, 0.1, 0.3 and 1
}

// held fits on the other folds and counts on each fold.
func held(rows []row, views bool) heldOut {
	var out heldOut
	var n, in [4]float64
	var widths []float64
	for k := range foldCount {
		var train []row
		for _, r := range rows {
			if r.fold != k {
				train = append(train, r)
			}
		}
		c := fit(train, views)
		for _, r := range rows {
			if r.fold != k {
				continue
			}
			i := certainty.Around(c, r.Model, r.spread)
			low, high := i[0], i[1]
			size, _ := slices.BinarySearch([]float64{0.03, 0.1, 0.3}, r.Model)
			n[size]++
			if low <= r.People && r.People <= high {
				in[size]++
			}
			if low <= r.Raw && r.Raw <= high {
				out.raw += 1 / float64(len(rows))
			}
			widths = append(widths, high-low)
		}
	}
	for i := range n {
		out.bySize[i] = in[i] / n[i]
		out.blurred += in[i] / float64(len(rows))
	}
	slices.Sort(widths)
	out.width = widths[len(widths)/2]
	return out
}
