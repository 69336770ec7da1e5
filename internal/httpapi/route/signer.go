package route

import (
	"context"
	"log/slog"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// Signer signs the links of answers.
type Signer struct {
	Links blob.Links
	Log   *slog.Logger
}

// Outputs signs links to everything that an analysis answered, good until a time; nil for
// one that did not succeed.
func (s Signer) Outputs(ctx context.Context, an *saccade.Analysis, expires time.Time) *saccade.Outputs[saccade.Link] {
	if an.Status != saccade.StatusSuccess {
		return nil
	}
	if an.Outputs == nil {
		return &saccade.Outputs[saccade.Link]{}
	}
	out := saccade.MapLinks(an.Outputs, func(file saccade.File) saccade.Link { return s.Link(ctx, blob.AnalysisKey(an.ID, file), expires) })
	if an.Request.Kind == saccade.KindVideo && an.Request.Object != "" {
		if out.Input == nil {
			out.Input = &saccade.InputOutput[saccade.Link]{}
		}
		out.Input.Video = s.Link(ctx, blob.Key(an.Request.Object), expires)
	}
	return out
}

// Link signs a link to an object, good until a time.
func (s Signer) Link(ctx context.Context, key blob.Key, expires time.Time) saccade.Link {
	link, err := s.Links.GetURL(OriginOf(ctx), key, expires)
	if err != nil { // a row that names no file; the other links are of use
		s.Log.ErrorContext(ctx, "cannot sign a link", "key", key, "err", err)
	}
	return link
}
