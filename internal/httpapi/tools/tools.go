// Package tools serves the operations that work on analyses that are there:
// comparing two of them, the report of one, and the lens, which predicts an image and keeps
// nothing.
package tools

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
)

// Analyses finds the analyses of an account; *store.Store does.
type Analyses interface {
	Analysis(ctx context.Context, account, id string) (*saccade.Analysis, error)
}

// Comparer compares two analyses; *service.Service does.
type Comparer interface {
	Compare(ctx context.Context, c service.Comparison) (*saccade.Comparison, error)
}

// Deps is what the operations need; all of it is required.
type Deps struct {
	Analyses Analyses
	Comparer Comparer
	Numbers  Numbers
	Lens     Lens
}

// group is the operations.
type group struct {
	deps   Deps
	table  *route.Table
	lenses *httpfront.Shares
}

// Register adds the operations to a table.
func Register(t *route.Table, deps Deps) {
	g := &group{deps: deps, table: t, lenses: httpfront.NewShares(maxLenses, lensShare)}
	route.Add(t, "compare", g.compare)
	route.Add(t, "get-report", g.report)
	t.Front().HandleFunc("POST /v2/lens", g.lens)
}

type compareInput struct {
	Body struct {
		Base       string              `json:"base" doc:"Id of the analysis to compare with." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
		Candidate  string              `json:"candidate" doc:"Id of the analysis to judge. A video is compared with a video, an image or a page with an image or a page." example:"7k2m4qz3v6w8y2b4d6f8h2k5hx"`
		AOIs       []saccade.AOI       `json:"aois,omitempty" doc:"Areas of interest to measure on both; what the analyses have stays. Omitted: those that each has."`
		Conditions []saccade.Condition `json:"conditions,omitempty" doc:"Checks that judge the candidate."`
	} `nameHint:"CompareRequest"`
}

type compareOutput struct{ Body *saccade.Comparison }

// compare sets two analyses of the account beside each other.
func (g *group) compare(ctx context.Context, in *compareInput) (*compareOutput, error) {
	base, err := g.named(ctx, "base", in.Body.Base)
	if err != nil {
		return nil, err
	}
	candidate, err := g.named(ctx, "candidate", in.Body.Candidate)
	if err != nil {
		return nil, err
	}
	d, err := g.deps.Comparer.Compare(ctx, service.Comparison{Base: base, Candidate: candidate, AOIs: in.Body.AOIs, Conditions: in.Body.Conditions})
	return &compareOutput{d}, err
}

// named is one, with the field that names the analysis in its errors.
func (g *group) named(ctx context.Context, field, id string) (*saccade.Analysis, error) {
	a, err := g.one(ctx, id)
	if saccade.IsCode(err, saccade.CodeNotFound) || saccade.IsCode(err, saccade.CodeGone) {
		return nil, saccade.AsError(err).About(field)
	}
	return a, err
}

// one finds an analysis of the caller. Videos belong to the video add-on.
func (g *group) one(ctx context.Context, id string) (*saccade.Analysis, error) {
	if !route.ValidID(id) {
		return nil, route.ErrNoAnalysis
	}
	caller := route.CallerOf(ctx)
	a, err := g.deps.Analyses.Analysis(ctx, caller.Account.Name, id)
	if saccade.IsCode(err, saccade.CodeNotFound) || err == nil && a.Request.Kind == saccade.KindVideo && !caller.Account.Has(saccade.AddOnVideo) {
		return nil, route.ErrNoAnalysis.With(err)
	}
	return a, err
}
