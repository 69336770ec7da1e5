// Package advice says in words what an analysis measured: a summary, and
// recommendations in order of weight, as Markdown.
//
// The text is made by rules from the numbers of the analysis and from nothing
// else: every statement carries the figures that it rests on, and the same
// analysis always has the same text. What the user wrote about the design
// (its description, its goal, the names of areas) decides which rules apply
// and is quoted, with Markdown made harmless.
//
// An operator may let a language model phrase the text ([PhrasingConfig], off
// by default). The rules stay the source: a phrasing that fails, takes too
// long, or contains a number that the rules' text does not, is thrown away.
package advice

import (
	"context"
	"io"
	"log/slog"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// The kinds of text.
const (
	KindSummary         = "summary"
	KindRecommendations = "recommendations"
)

// Source opens files that an analysis left behind: "frames.json",
// "density.npy" and, of an image or a page, "input.png". It returns an
// error for files that are gone or were never written; the text then makes do
// with the outputs.
type Source interface {
	Open(ctx context.Context, a *saccade.Analysis, file saccade.File) (io.ReadCloser, error)
}

// ClutterFunc measures where an image is busy: weights that sum to 1.
type ClutterFunc func(p *pix.RGB) saccade.Density

// Options of [New]; the zero value works on the outputs of an analysis alone.
type Options struct {
	Source   Source         // nil: only the outputs are used
	Clutter  ClutterFunc    // nil: the clarity map of package score
	Phrasing PhrasingConfig // zero: the rules' text as it is
	Log      *slog.Logger   // nil: silent
}

// Advisor writes texts. It is safe for concurrent use.
type Advisor struct {
	source  Source
	clutter ClutterFunc
	phraser *phraser // nil: rules' text as it is
	log     *slog.Logger
}

// New returns an advisor. The error names every fault of the configuration.
func New(o Options) (*Advisor, error) {
	if err := o.Phrasing.Validate(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clutter == nil {
		o.Clutter = clarityMap
	}
	return &Advisor{source: o.Source, clutter: o.Clutter, phraser: newPhraser(o.Phrasing), log: o.Log}, nil
}

// Advise writes a text about an analysis; kind is KindSummary or
// KindRecommendations. It fails on an unknown kind, on an analysis without
// outputs, and when ctx ends.
func (a *Advisor) Advise(ctx context.Context, an *saccade.Analysis, kind string) (string, error) {
	if an == nil || an.Outputs == nil {
		return "", saccade.Errorf(saccade.CodeClient, "The analysis has no result to write about. Wait until it has succeeded.")
	}
	f := a.gather(ctx, an)
	if err := ctx.Err(); err != nil {
		return "", err
	}
	var text string
	switch kind {
	case KindSummary:
		text = f.summary()
	case KindRecommendations:
		text = f.recommendations()
	default:
		return "", saccade.Errorf(saccade.CodeClient, "%q is no kind of text; ask for summary or recommendations.", kind)
	}
	if a.phraser == nil {
		return text, nil
	}
	phrased, err := a.phraser.phrase(ctx, text)
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		a.log.WarnContext(ctx, "the phrasing was not used", "analysis", an.ID, "kind", kind, "err", err)
		return text, nil
	}
	return phrased, nil
}
