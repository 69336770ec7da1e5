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
	Own   OwnLinks // of links that lead to this server, wherever the objects are
	Now   func() time.Time
	Key   func(an *saccade.Analysis, file saccade.File) blob.Key // of a file that an analysis answered
	Log   *slog.Logger
}

// OwnLinks makes links that lead to this server; *blob.Signer does.
type OwnLinks interface {
	GetURL(o blob.Origin, key blob.Key, expires time.Time) (saccade.Link, error)
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
	out := saccade.MapLinks(an.Outputs, func(file saccade.File) saccade.Link { return s.Link(ctx, s.Key(an, file), expires) })
	if an.Request.Kind == saccade.KindVideo && an.Request.Object != "" {
		if out.Input == nil {
			out.Input = &saccade.InputOutput[saccade.Link]{}
		}
		links := OwnLinks(s.Links)
		if an.InputExpiresAt != nil && !s.Now().Before(*an.InputExpiresAt) {
			links = s.Own // a bucket would not say that it is gone
		}
		key := blob.Key(an.Request.Object)
		if in := an.Outputs.Input; in != nil && in.Video != "" { // a copy that browsers can play
			key = blob.AnalysisKey(an.ID, in.Video)
		}
		out.Input.Video = s.link(ctx, links, key, expires)
	}
	return out
}

// Link signs a link to an object, good until a time.
func (s Signer) Link(ctx context.Context, key blob.Key, expires time.Time) saccade.Link {
	return s.link(ctx, s.Links, key, expires)
}

func (s Signer) link(ctx context.Context, links OwnLinks, key blob.Key, expires time.Time) saccade.Link {
	link, err := links.GetURL(OriginOf(ctx), key, expires)
	if err != nil { // a row that names no file; the other links are of use
		s.Log.ErrorContext(ctx, "cannot sign a link", "key", key, "err", err)
	}
	return link
}
