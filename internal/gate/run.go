package gate

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/report"
)

// Job is what [Run] does.
type Job struct {
	Pairs    []Pair
	Areas    []compare.Area
	Checks   []*compare.Check
	Analyzer Analyzer
	Workers  int // pairs compared at the same time; at least 1

	Progress func(done, total int) // of pairs; nil: nobody asks. Called from one goroutine at a time
}

// Result is the document, and what a report shows beside it.
type Result struct {
	Document *saccade.Comparison
	Images   []report.PairImages // by pair
}

// Bind holds checks against the areas that there are, and returns what there is to
// warn of.
func Bind(checks []*compare.Check, areas []compare.Area) (warnings []string, err error) {
	var names []string
	for _, a := range areas {
		if slices.Contains(names, a.Name) {
			return nil, errors.New("two areas are called " + a.Name + "; names must differ")
		}
		names = append(names, a.Name)
	}
	for _, c := range checks {
		if err := c.Bind(names, compare.MendFlag); err != nil {
			return nil, err
		}
		if w := c.Warning(); w != "" {
			warnings = append(warnings, w)
		}
	}
	return warnings, nil
}

// Run compares every pair, several at a time; what it answers does not depend on
// how many.
func Run(ctx context.Context, j Job) (*Result, error) {
	warnings, err := Bind(j.Checks, j.Areas)
	if err != nil {
		return nil, err
	}
	pairs := make([]saccade.ComparedPair, len(j.Pairs))
	r := &Result{Images: make([]report.PairImages, len(j.Pairs))}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, j.Workers))
	var mu sync.Mutex
	done := 0
	for i, p := range j.Pairs {
		g.Go(func() error {
			var err error
			pairs[i], r.Images[i], err = j.one(ctx, p)
			mu.Lock()
			defer mu.Unlock()
			done++
			if j.Progress != nil {
				j.Progress(done, len(pairs))
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	r.Document = compare.Document(pairs, warnings)
	return r, nil
}

// one compares one pair.
func (j Job) one(ctx context.Context, p Pair) (saccade.ComparedPair, report.PairImages, error) {
	base, err := j.side(ctx, p.Base)
	var candidate *Measured
	if err == nil {
		candidate, err = j.side(ctx, p.Candidate)
	}
	var out saccade.ComparedPair
	if err == nil {
		out, err = compare.Pair(p.Name, sideOf(base), sideOf(candidate), j.Checks)
	}
	if err != nil {
		if !blamesInput(err) || ctx.Err() != nil {
			return out, report.PairImages{}, errors.Join(ctx.Err(), err)
		}
		out = compare.Failed(p.Name, err)
		out.Medium = p.medium()
		return out, report.PairImages{}, nil
	}
	out.Medium = p.medium()
	return out, report.PairImages{Base: imageOf(base), Candidate: imageOf(candidate)}, nil
}

// side analyzes one side; its errors name the input.
func (j Job) side(ctx context.Context, in *Input) (*Measured, error) {
	if in == nil {
		return nil, nil
	}
	m, err := j.Analyzer.Analyze(ctx, *in, j.Areas)
	var known *saccade.Error
	if blamesInput(err) && errors.As(err, &known) {
		named := *known
		named.Message = in.Name + ": " + known.Message
		return nil, &named
	}
	return m, err
}

func sideOf(m *Measured) *compare.Side {
	if m == nil {
		return nil
	}
	return m.Side
}

func imageOf(m *Measured) *report.Image {
	if m == nil {
		return nil
	}
	return m.Image
}

// blamesInput reports whether an error is about one input, so that the others
// can go on.
func blamesInput(err error) bool {
	var e *saccade.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case saccade.CodeServer, saccade.CodeAuth, saccade.CodeOverCapacity, saccade.CodeRateLimited:
		return false
	}
	return true
}
