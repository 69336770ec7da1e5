package service

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/markers"
)

// Files are the files that finished analyses left behind.
type Files struct{ Objects blob.Store }

var errGone = saccade.Errorf(saccade.CodeGone, "This resource is no longer available.")

// FileKey returns the key of a file of an analysis. The tables and markers, which are
// measured areas' too, are those of the current edition.
func FileKey(a *saccade.Analysis, file saccade.File) blob.Key {
	if len(a.Request.Editions) == 0 || !slices.Contains(renewed(), file) {
		return blob.AnalysisKey(a.ID, file)
	}
	return blob.EditionKey(a.ID, a.Request.Editions[0], file)
}

// renewed are the files that every edition has, the markers where there are any.
func renewed() []saccade.File {
	return append([]saccade.File{artifact.FramesJSON, artifact.FramesCSV}, markers.All()...)
}

// Open opens a file of an analysis: resource_gone when it is no longer there.
func (f Files) Open(ctx context.Context, a *saccade.Analysis, file saccade.File) (io.ReadCloser, error) {
	o, _, err := f.Objects.Open(ctx, FileKey(a, file))
	if errors.Is(err, blob.ErrNotFound) {
		return nil, errGone.With(err)
	}
	return o, err
}
