package service

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// sizeEvery is how often the files of a running analysis are measured.
const sizeEvery = time.Second

// watchSize ends the context that it returns once the files in dir have more than
// Limits.ResultBytes. Call end when the analysis is over.
func (s *Service) watchSize(ctx context.Context, dir string) (_ context.Context, end func()) {
	ctx, stop := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(sizeEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			if n, err := blob.DirSize(dir); err == nil && n > s.limits.ResultBytes {
				stop(s.errResultTooLarge())
			}
		}
	})
	return ctx, func() {
		stop(nil)
		wg.Wait()
	}
}

// checkSize returns the error of an analysis whose files are, or became, too
// large.
func (s *Service) checkSize(ctx context.Context, dir string) error {
	var e *saccade.Error
	if errors.As(context.Cause(ctx), &e) {
		return e
	}
	if n, err := blob.DirSize(dir); err != nil || n <= s.limits.ResultBytes {
		return err
	}
	return s.errResultTooLarge()
}

func (s *Service) errResultTooLarge() error {
	return saccade.Errorf(saccade.CodeInvalidInput,
		"The results would have more than %d MiB. Please ask for fewer outputs, or send a video that is shorter, smaller or has fewer frames.", s.limits.ResultBytes>>20)
}
