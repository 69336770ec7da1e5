package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/saccade-dev/saccade/internal/store"
)

// heartbeat extends the lease of an attempt, and stops the attempt when the
// store says that the lease is lost.
type heartbeat struct {
	wake chan struct{} // makes the next one come sooner
	quit chan struct{}
	done chan struct{}
	lost error // store.ErrFenced, store.ErrCanceled or nil; read after done
}

// startHeartbeat calls extend at least every Config.Heartbeat and at most eight
// times as often.
func (s *session) startHeartbeat(ctx context.Context, extend func(context.Context) error, stop context.CancelCauseFunc) *heartbeat {
	h := &heartbeat{wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(h.done)
		ticker := time.NewTicker(s.cfg.Heartbeat)
		defer ticker.Stop()
		quickest := time.NewTicker(max(s.cfg.Heartbeat/8, time.Millisecond))
		defer quickest.Stop()
		for {
			select {
			case <-h.quit:
				return
			case <-quickest.C:
			}
			select {
			case <-h.quit:
				return
			case <-ticker.C:
			case <-h.wake:
			}
			err := extend(ctx)
			if leaseLost(err) {
				h.lost = err
				stop(err)
				return
			}
			if err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "cannot extend the lease of a job", "err", err)
			}
		}
	}()
	return h
}

// soon makes the next heartbeat come soon.
func (h *heartbeat) soon() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// end stops the heartbeat and returns why the lease was lost, if it was.
func (h *heartbeat) end() error {
	close(h.quit)
	<-h.done
	return h.lost
}

func leaseLost(err error) bool {
	return errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrCanceled)
}

var errTimeout = errors.New("worker: the attempt took too long")

// within runs f with a time limit.
func within(ctx context.Context, limit time.Duration, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer cancel()
	err := f(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errTimeout) {
		err = fmt.Errorf("%w: %v", errTimeout, err) // whatever it says, it was cut short
	}
	return err
}

// underLease runs f with a heartbeat, and turns a panic into an error. lost is why
// the lease was lost, if it was.
func (s *session) underLease(ctx context.Context, extend func(context.Context) error,
	f func(ctx context.Context, h *heartbeat) error) (err, lost error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	h := s.startHeartbeat(ctx, extend, stop)
	func() {
		defer func() {
			if p := recover(); p != nil {
				s.Log.ErrorContext(ctx, "panic in a job", "panic", p, "stack", string(debug.Stack()))
				err = fmt.Errorf("worker: panic: %v", p)
			}
		}()
		err = f(ctx, h)
	}()
	return err, h.end()
}

// finalWrite bounds writes that happen when the attempt's own context is over.
const finalWrite = 30 * time.Second

// persist repeats a final write that the database refused: minutes of work
// hang on it. A lease that was lost is no error: the job is somebody else's.
func persist(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finalWrite)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		err := write(ctx)
		if err == nil || leaseLost(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}
