package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
)

// finalWrite bounds writes that happen when the attempt's own context is over.
const finalWrite = 30 * time.Second

// retryableCodes are the codes that repeating may cure.
var retryableCodes = []saccade.Code{saccade.CodeServer, saccade.CodeOverCapacity}

// Permanent reports whether an error of a Runner lies in the input, so that
// repeating cannot help: a *saccade.Error with any code but server_error and
// over_capacity.
func Permanent(err error) bool {
	var e *saccade.Error
	return errors.As(err, &e) && !slices.Contains(retryableCodes, e.Code)
}

type analysisWorker struct {
	river.WorkerDefaults[store.AnalysisArgs]
	*session
}

// Work makes one attempt. The error tells River what becomes of the job.
func (w *analysisWorker) Work(ctx context.Context, job *river.Job[store.AnalysisArgs]) error {
	claim, err := w.Store.Begin(ctx, job.Args.Analysis, w.instance)
	switch {
	case errors.Is(err, store.ErrEnded):
		return nil
	case errors.Is(err, store.ErrBusy):
		return river.JobSnooze(w.cfg.Beat)
	case ctx.Err() != nil:
		return river.JobSnooze(0)
	case err != nil:
		return err
	}
	log := w.Log.With("analysis", claim.Analysis.ID, "attempt", claim.Analysis.Attempt)
	log.InfoContext(ctx, "analysis begins", "kind", claim.Analysis.Request.Kind)
	start := time.Now()
	outputs, runErr, stop := w.attempt(ctx, claim)
	err = w.settle(ctx, claim, outcome{outputs, runErr, stop})
	log.InfoContext(ctx, "analysis attempt over", "took", time.Since(start).Round(time.Millisecond), "error", runErr, "stopped", stop)
	return err
}

// attempt runs the Runner under a heartbeat. stop is why the store wanted it
// stopped, if it did.
func (s *session) attempt(ctx context.Context, claim *store.Claim) (out *saccade.Outputs[saccade.File], err, stop error) {
	dir := filepath.Join(s.dir, fmt.Sprintf("%s-%d", claim.Analysis.ID, claim.Analysis.Attempt))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err, nil
	}
	defer func() { _ = os.RemoveAll(dir) }()
	runCtx, cancel := context.WithTimeoutCause(ctx, s.cfg.Timeout, errTimeout)
	defer cancel()
	runCtx, stopRun := context.WithCancelCause(runCtx)
	pulse := s.startPulse(runCtx, claim, stopRun)
	out, err = s.run(runCtx, Task{Analysis: claim.Analysis, Dir: dir, Progress: pulse.progress})
	stop = pulse.end()
	if err != nil && errors.Is(context.Cause(runCtx), errTimeout) {
		err = fmt.Errorf("%w: %v", errTimeout, err) // whatever it says, it was cut short
	}
	stopRun(nil)
	return out, err, stop
}

var errTimeout = errors.New("worker: the attempt took too long")

// run turns a panic into an error.
func (s *session) run(ctx context.Context, t Task) (out *saccade.Outputs[saccade.File], err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.ErrorContext(ctx, "panic in an analysis", "analysis", t.Analysis.ID, "panic", p, "stack", string(debug.Stack()))
			out, err = nil, fmt.Errorf("worker: panic: %v", p)
		}
	}()
	return s.Runner.Run(ctx, t)
}

// outcome is what became of an attempt.
type outcome struct {
	outputs *saccade.Outputs[saccade.File]
	err     error // of the Runner
	stop    error // store.ErrFenced, store.ErrCanceled or nil
}

// settle writes the outcome down and tells River what becomes of the job.
func (s *session) settle(ctx context.Context, c *store.Claim, o outcome) error {
	shutdown := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finalWrite)
	defer cancel()
	var again time.Duration // until the job is to be taken up again
	var write func(context.Context) error
	switch {
	case o.stop != nil:
		write = func(context.Context) error { return o.stop }
	case o.err == nil:
		write = func(ctx context.Context) error { return c.Succeed(ctx, o.outputs) }
	case shutdown: // the error may say anything: the work was cut short
		again = time.Nanosecond
		write = func(ctx context.Context) error { return c.Release(ctx, false) }
	case !Permanent(o.err) && c.Tries < s.Store.MaxTries():
		again = s.cfg.Pause << (c.Tries - 1)
		write = func(ctx context.Context) error { return c.Release(ctx, true) }
	default:
		write = func(ctx context.Context) error { return c.Fail(ctx, saccade.AsError(o.err)) }
	}
	err := persist(ctx, write)
	switch {
	case errors.Is(err, store.ErrFenced):
		return nil // the job is somebody else's now
	case errors.Is(err, store.ErrCanceled):
		return s.erase(ctx, blob.AnalysisKey(c.Analysis.ID, ""))
	case err != nil:
		return err
	case again > 0:
		return river.JobSnooze(again)
	}
	return nil
}

// persist repeats a final write that the database refused: minutes of work
// hang on it.
func persist(ctx context.Context, write func(context.Context) error) error {
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		err := write(ctx)
		if err == nil || errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrCanceled) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// erase removes objects that a cancelled attempt may have written after they
// were erased. The store lists them too, should this fail.
func (s *session) erase(ctx context.Context, key blob.Key) error {
	if err := s.Objects.Delete(ctx, key); err != nil {
		s.Log.ErrorContext(ctx, "cannot erase objects", "key", key, "error", err)
	}
	return nil
}

// pulse tells the store that an attempt is alive and how far it is, and stops
// the attempt when the store says so.
type pulse struct {
	claim  *store.Claim
	latest atomic.Pointer[saccade.Progress]
	wake   chan struct{}
	quit   chan struct{}
	done   chan struct{}
	stop   error // read after done
}

func (s *session) startPulse(ctx context.Context, c *store.Claim, stopRun context.CancelCauseFunc) *pulse {
	p := &pulse{claim: c, wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	p.latest.Store(&saccade.Progress{Stage: saccade.StageStarting})
	go func() {
		defer close(p.done)
		ticker := time.NewTicker(s.cfg.Beat)
		defer ticker.Stop()
		quickest := time.NewTicker(max(s.cfg.Beat/8, time.Millisecond))
		defer quickest.Stop()
		for {
			// At most one write every Beat/8, at least one every Beat.
			select {
			case <-p.quit:
				return
			case <-quickest.C:
			}
			select {
			case <-p.quit:
				return
			case <-ticker.C:
			case <-p.wake:
			}
			err := c.Beat(ctx, *p.latest.Load())
			if errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrCanceled) {
				p.stop = err
				stopRun(err)
				return
			}
			if err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "cannot tell that an analysis is alive", "analysis", c.Analysis.ID, "error", err)
			}
		}
	}()
	return p
}

func (p *pulse) progress(v saccade.Progress) {
	p.latest.Store(&v)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// end stops the pulse and gives the reason for which the store wanted the
// attempt stopped, if any.
func (p *pulse) end() error {
	close(p.quit)
	<-p.done
	return p.stop
}
