package worker

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// Renderer renders more outputs of an analysis that has succeeded, in dir, an empty
// directory that is removed afterwards. It stores their files under blob.AnalysisKey and
// returns how many bytes more are stored than before, and how the analysis changes. Its
// errors count as those of a [Runner].
type Renderer interface {
	Render(ctx context.Context, a *saccade.Analysis, r store.Rendering, dir string, progress func(saccade.Progress)) (stored int64, change func(*saccade.Analysis), err error)
}

// render makes one attempt at the rendering whose turn it is.
func (s *session) render(ctx context.Context, w store.Work) error {
	c, err := s.Store.ClaimRendering(ctx, w, s.holder)
	if err != nil {
		return err
	}
	log := s.Log.With("analysis", c.Analysis.ID, "outputs", c.Outputs)
	log.InfoContext(ctx, "rendering begins")
	var change func(*saccade.Analysis)
	var stored int64
	var latest atomic.Pointer[saccade.Progress]
	latest.Store(&saccade.Progress{})
	extend := func(ctx context.Context) error { return c.Heartbeat(ctx, latest.Load().Fraction) }
	err, lost := s.underLease(ctx, extend, func(ctx context.Context, h *heartbeat) error {
		release, err := s.process.enter(ctx, false)
		if err != nil {
			return err
		}
		defer release()
		dir, err := s.makeDir(c.Analysis.ID+ofRendering, c.Attempt())
		if err != nil {
			return mapDiskFull(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		return within(ctx, s.cfg.Timeout, func(ctx context.Context) (err error) {
			stored, change, err = s.Renderer.Render(ctx, c.Analysis, c.Rendering, dir, func(p saccade.Progress) {
				latest.Store(&p)
				h.soon()
			})
			return err
		})
	})
	log.InfoContext(ctx, "rendering over", "err", err, "stopped", lost)
	if lost != nil {
		return nil // it is another attempt's now, or its analysis was deleted
	}
	if err := ignoreLost(persist(ctx, s.renderingWrite(ctx, c, stored, change, mapDiskFull(err)))); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	return nil
}

// renderingWrite is what is to be written of an attempt at rendering.
func (s *session) renderingWrite(ctx context.Context, c *store.RenderingClaim, stored int64, change func(*saccade.Analysis), err error) func(context.Context) error {
	switch {
	case err == nil:
		return func(ctx context.Context) error { return c.Succeed(ctx, stored, change) }
	case ctx.Err() != nil: // we are being stopped
		return func(ctx context.Context) error { return c.Release(ctx, 0, false) }
	case !Permanent(err) && c.Tries < s.Store.MaxTries():
		return func(ctx context.Context) error {
			defer s.requeueSoon()
			return c.Release(ctx, s.cfg.Pause<<(c.Tries-1), true)
		}
	}
	return func(ctx context.Context) error { return c.Fail(ctx, saccade.AsError(err)) }
}

// renderings is how many renderings this worker makes at a time, beside the so many analyses
// of their kind: none where it leaves these to others.
func (s *session) renderings(analyses int) int {
	if s.Renderer == nil {
		return 0
	}
	return min(1, analyses)
}
