package service

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
)

// PreviewFile is the attention.grid of an analysis that runs: the frames so far. It is
// there from soon after the first frame until the analysis ends.
const PreviewFile saccade.File = "preview.grid"

// A preview is stored anew once it has grown by a part of itself, so that a long video
// writes no more than a few times its size.
const (
	previewEvery  = 500 * time.Millisecond
	previewGrowth = 1.1
)

// preview keeps the [PreviewFile] of a running analysis, whose directory is dir, up to
// date until the function that it returns is called, which deletes it.
func (s *Service) preview(ctx context.Context, id, dir string) (end func()) {
	quit := make(chan struct{})
	var wg sync.WaitGroup
	key := blob.AnalysisKey(id, PreviewFile)
	wg.Go(func() {
		tick := time.NewTicker(previewEvery)
		defer tick.Stop()
		var stored int64
		for {
			select {
			case <-tick.C:
			case <-quit:
				return
			}
			n, err := s.putPreview(ctx, key, filepath.Join(dir, string(artifact.GridFile)), stored)
			if err != nil && ctx.Err() == nil { // best effort: the analysis goes on
				s.log.WarnContext(ctx, "cannot store a preview", "analysis", id, "err", err)
			}
			stored = max(stored, n)
		}
	})
	return func() {
		close(quit)
		wg.Wait() // a bucket may finish a put that was cut off, after the delete
		s.tryDelete(ctx, key)
	}
}

// putPreview stores the whole frames of a grid that is being written, if there are enough
// more than the bytes that were stored before, and returns how many bytes it stored.
func (s *Service) putPreview(ctx context.Context, key blob.Key, path string, before int64) (int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	stat, err := f.Stat()
	if err != nil {
		return 0, err
	}
	n, err := artifact.WholeGrid(f, stat.Size())
	if err != nil || float64(n) <= previewGrowth*float64(before) {
		return 0, err
	}
	_, err = s.deps.Objects.Put(ctx, key, io.NewSectionReader(f, 0, n))
	return n, err
}
