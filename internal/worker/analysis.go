package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
)

// Permanent reports whether an error of a Runner lies in the input, so that
// repeating cannot help: a *saccade.Error with any code but server_error and
// over_capacity.
func Permanent(err error) bool {
	var e *saccade.Error
	return errors.As(err, &e) && !slices.Contains([]saccade.Code{saccade.CodeServer, saccade.CodeOverCapacity}, e.Code)
}

// analyze makes one attempt at the analysis whose turn it is.
func (s *session) analyze(ctx context.Context, w store.Work) error {
	c, err := s.Store.ClaimAnalysis(ctx, w, s.holder)
	if err != nil {
		return err
	}
	log := s.Log.With("analysis", c.Analysis.ID, "attempt", c.Analysis.Attempt)
	log.InfoContext(ctx, "analysis begins", "kind", c.Analysis.Request.Kind)
	start := time.Now()
	outputs, runErr, lost := s.attempt(ctx, c)
	err = s.finishAttempt(ctx, c, outcome{outputs, runErr, lost})
	log.InfoContext(ctx, "analysis attempt over", "took", time.Since(start).Round(time.Millisecond), "err", runErr, "stopped", lost)
	return err
}

// attempt runs the Runner in a directory of its own.
func (s *session) attempt(ctx context.Context, c *store.AnalysisClaim) (out *saccade.Outputs[saccade.File], err, lost error) {
	dir, err := s.makeDir(c.Analysis.ID, c.Attempt())
	if err != nil {
		return nil, mapDiskFull(err), nil
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var latest atomic.Pointer[saccade.Progress]
	latest.Store(&saccade.Progress{Stage: saccade.StageStarting})
	extend := func(ctx context.Context) error { return c.Heartbeat(ctx, *latest.Load()) }
	err, lost = s.underLease(ctx, extend, func(ctx context.Context, h *heartbeat) error {
		release, err := s.enter(ctx, c)
		if err != nil {
			return err
		}
		defer release()
		return within(ctx, s.cfg.Timeout, func(ctx context.Context) (err error) {
			out, err = s.Runner.Run(ctx, Task{Analysis: c.Analysis, Dir: dir, Progress: func(p saccade.Progress) {
				latest.Store(&p)
				h.soon()
			}})
			if err == nil {
				c.Stored, err = blob.DirSize(dir) // all of it is stored
			}
			return err
		})
	})
	return out, mapDiskFull(err), lost
}

// enter waits until an attempt may run: a suspect runs alone, since nobody knows
// which of those that ran together ended the process of before.
func (s *session) enter(ctx context.Context, c *store.AnalysisClaim) (release func(), err error) {
	release, err = s.process.enter(ctx, c.Suspect)
	if err != nil || !c.Suspect {
		return release, err
	}
	if err := c.Alone(ctx); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// mapDiskFull makes a disk without room over_capacity, wherever an attempt met
// it: nothing is wrong with the input.
func mapDiskFull(err error) error {
	if err == nil || Permanent(err) || !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT) {
		return err
	}
	return saccade.Errorf(saccade.CodeOverCapacity, "The storage of the server is full. Please try again later; the operator has to make room.").With(err)
}

// ofRendering is what the directory of an attempt at rendering has after the id.
const ofRendering = "_rendering"

// makeDir makes the directory of an attempt and removes those of earlier ones at
// the same analysis, or rendering: what is the id, and perhaps [ofRendering].
func (s *session) makeDir(what string, attempt int) (string, error) {
	dir := filepath.Join(s.cfg.Scratch, what+"-"+strconv.Itoa(attempt))
	old, _ := filepath.Glob(filepath.Join(s.cfg.Scratch, what+"-*"))
	for _, d := range old {
		if err := os.RemoveAll(d); err != nil {
			return "", err
		}
	}
	return dir, os.Mkdir(dir, 0o700)
}

// parseDirName returns which attempt the name of a directory is of, as [store.Store.Holds]
// wants it.
func parseDirName(name string) (w store.Work, id string, attempt int, ok bool) {
	i := strings.LastIndexByte(name, '-')
	if i < 1 {
		return "", "", 0, false
	}
	attempt, err := strconv.Atoi(name[i+1:])
	if id, is := strings.CutSuffix(name[:i], ofRendering); is {
		return store.WorkRendering, id, attempt, err == nil
	}
	return store.WorkVideo, name[:i], attempt, err == nil
}

// outcome is what became of an attempt.
type outcome struct {
	outputs *saccade.Outputs[saccade.File]
	err     error // of the Runner
	lost    error // store.ErrFenced, store.ErrCanceled or nil
}

// finishAttempt writes the outcome down.
func (s *session) finishAttempt(ctx context.Context, c *store.AnalysisClaim, o outcome) error {
	err := o.lost
	if err == nil {
		err = persist(ctx, s.finalWrite(ctx, c, o))
	}
	switch {
	case errors.Is(err, store.ErrCanceled):
		return s.erase(context.WithoutCancel(ctx), blob.AnalysisKey(c.Analysis.ID, ""))
	case errors.Is(err, store.ErrFenced):
		return nil // the analysis is another attempt's now
	case err != nil:
		return fmt.Errorf("worker: %w", err)
	}
	return nil
}

// finalWrite is what is to be written of an outcome.
func (s *session) finalWrite(ctx context.Context, c *store.AnalysisClaim, o outcome) func(context.Context) error {
	switch {
	case o.err == nil:
		return func(ctx context.Context) error { return c.Succeed(ctx, o.outputs) }
	case ctx.Err() != nil: // stopped: the error may say anything, the work was cut short
		return func(ctx context.Context) error { return c.Release(ctx, 0, false) }
	case !Permanent(o.err) && c.Tries < s.Store.MaxTries():
		return func(ctx context.Context) error {
			defer s.requeueSoon()
			return c.Release(ctx, s.cfg.Pause<<(c.Tries-1), true)
		}
	}
	return func(ctx context.Context) error { return c.Fail(ctx, saccade.AsError(o.err)) }
}

// erase removes objects that a canceled attempt may have written after they
// were erased. The store lists them too, should this fail.
func (s *session) erase(ctx context.Context, key blob.Key) error {
	if err := s.Objects.Delete(ctx, key); err != nil {
		s.Log.ErrorContext(ctx, "cannot erase objects", "key", key, "err", err)
	}
	return nil
}
