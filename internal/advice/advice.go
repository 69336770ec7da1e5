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

// Config holds the settings of an advisor. The zero value is the default: it
// works on the outputs of an analysis alone.
type Config struct {
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

// Validate reports every fault of the settings.
func (c Config) Validate() error { return c.Phrasing.Validate() }

// New returns an advisor.
func New(cfg Config) (*Advisor, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Clutter == nil {
		cfg.Clutter = clarityMap
	}
	return &Advisor{source: cfg.Source, clutter: cfg.Clutter, phraser: newPhraser(cfg.Phrasing), log: cfg.Log}, nil
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
