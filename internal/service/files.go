package service

import (
	"context"
	"errors"
	"io"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// Files are the files that finished analyses left behind.
type Files struct{ Objects blob.Store }

var errGone = saccade.Errorf(saccade.CodeGone, "This resource is no longer available.")

// Open opens a file of an analysis: resource_gone when it is no longer there.
func (f Files) Open(ctx context.Context, a *saccade.Analysis, file saccade.File) (io.ReadCloser, error) {
	o, _, err := f.Objects.Open(ctx, blob.AnalysisKey(a.ID, file))
	if errors.Is(err, blob.ErrNotFound) {
		return nil, errGone.With(err)
	}
	return o, err
}
