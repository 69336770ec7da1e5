package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
)

// Task is one attempt at one analysis.
type Task struct {
	Analysis *saccade.Analysis
	Dir      string                 // an empty directory; removed with everything in it afterwards
	Progress func(saccade.Progress) // may be called as often as you like, from any goroutine
}

// Runner does the work of an analysis. It stores its files under
// blob.AnalysisKey(task.Analysis.ID, …) and returns outputs that name them. An
// error that carries an input's code (see [Permanent]) ends the analysis; any
// other, and a panic, is repeated. When ctx ends it must return soon.
type Runner interface {
	Run(ctx context.Context, t Task) (*saccade.Outputs[saccade.File], error)
}

// TextWriter writes a text about an analysis, as Markdown: kind is "summary" or
// "recommendations". After an error, or a panic, the text has failed; its owner
// may start it again.
type TextWriter interface {
	WriteText(ctx context.Context, a *saccade.Analysis, kind string) (string, error)
}

// Sender sends one webhook delivery, once. status is the answer's HTTP status,
// 0 if there was none; every status but 2xx comes with an error.
type Sender interface {
	Send(ctx context.Context, d store.Delivery) (status int, err error)
}

// Deps is what a worker works with.
type Deps struct {
	Store    *store.Store
	Objects  blob.Store
	Runner   Runner
	Renderer Renderer   // may be nil: nothing is rendered later
	Texts    TextWriter // may be nil if Config.Texts is 0
	Sender   Sender     // may be nil if Config.Webhooks is 0
	Log      *slog.Logger
}

// Worker takes jobs from the queue. Start and Stop it; both may be called
// twice, and a stopped one may be started again.
type Worker struct {
	cfg Config
	Deps

	mu      sync.Mutex
	session *session // nil: stopped
}

// session is one life between Start and Stop.
type session struct {
	*Worker
	holder     store.Holder
	dispatcher *store.Dispatcher
	kick       chan struct{}      // wakes the loop that requeues
	stopping   chan struct{}      // closed when no more work is to be begun
	release    func()             // the lock of the scratch directory
	process    process            // of the attempts at analyses
	cancel     context.CancelFunc // ends the loops
	loops      sync.WaitGroup
}

// New checks the configuration and makes the scratch directory.
func New(cfg Config, deps Deps) (*Worker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	switch lease := deps.Store.Lease(); {
	case deps.Sender == nil && cfg.Webhooks > 0:
		return nil, errors.New("worker: Webhooks is above 0 but nothing can send them")
	case deps.Texts == nil && cfg.Texts > 0:
		return nil, errors.New("worker: Texts is above 0 but nothing can write them")
	case heartbeats*cfg.Heartbeat > lease:
		return nil, fmt.Errorf("worker: Heartbeat is %v and must be at most a fifth of the store's Lease of %v", cfg.Heartbeat, lease)
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	abs, err := filepath.Abs(cfg.Scratch)
	if err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	cfg.Scratch = abs
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, fmt.Errorf("worker: cannot make the directory for temporary files: %w", err)
	}
	return &Worker{cfg: cfg, Deps: deps}, nil
}

// Start begins to take jobs. ctx bounds the start alone.
func (w *Worker) Start(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session != nil {
		return nil
	}
	s := &session{Worker: w, kick: make(chan struct{}, 1), stopping: make(chan struct{}), process: newProcess(),
		holder: store.Holder{Instance: saccade.NewID(), Lease: heartbeats * w.cfg.Heartbeat}}
	if err := s.start(ctx); err != nil {
		return fmt.Errorf("worker: start: %w", err)
	}
	w.session = s
	w.Log.InfoContext(ctx, "worker started", "instance", s.holder.Instance, "videos", w.cfg.Videos, "images", w.cfg.Images,
		"texts", w.cfg.Texts, "webhooks", w.cfg.Webhooks)
	return nil
}

func (s *session) start(ctx context.Context) (err error) {
	s.dispatcher, err = s.Store.NewDispatcher(store.DispatchConfig{
		Instance: s.holder.Instance,
		Poll:     s.cfg.Poll,
		Slots: map[store.Work]int{
			store.WorkVideo: s.cfg.Videos, store.WorkImage: s.cfg.Images,
			store.WorkRendering: s.renderings(s.cfg.Videos), store.WorkImageRendering: s.renderings(s.cfg.Images),
			store.WorkText: s.cfg.Texts, store.WorkDelivery: s.cfg.Webhooks,
		},
		Handle: s.work,
	})
	if err != nil {
		return err
	}
	// The jobs' contexts must outlive the caller's.
	ctx = context.WithoutCancel(ctx)
	if s.release, err = s.reap(ctx); err != nil {
		return err
	}
	if err := s.dispatcher.Start(ctx); err != nil {
		s.release()
		return err
	}
	ctx, s.cancel = context.WithCancel(ctx)
	s.loops.Go(func() { s.requeue(ctx) })
	s.loops.Go(func() { s.runEvery(ctx, s.cfg.Janitor, s.janitor) })
	s.loops.Go(func() { s.runEvery(ctx, s.cfg.Orphans, s.orphans) })
	return nil
}

// work claims the job whose turn it is and does it.
func (s *session) work(ctx context.Context, w store.Work) error {
	var err error
	switch w {
	case store.WorkVideo, store.WorkImage:
		err = s.analyze(ctx, w)
	case store.WorkRendering, store.WorkImageRendering:
		err = s.render(ctx, w)
	case store.WorkText:
		err = s.writeText(ctx)
	case store.WorkDelivery:
		err = s.deliver(ctx)
	}
	if errors.Is(err, store.ErrNoWork) {
		return nil // somebody else did it, or it was deleted
	}
	return err
}

// requeue looks for jobs that nobody works on: at the interval, and whenever
// one is due.
func (s *session) requeue(ctx context.Context) {
	const soonest = 10 * time.Millisecond
	for ctx.Err() == nil {
		made, next, err := s.Store.Requeue(ctx)
		s.logError(ctx, "cannot look for jobs that nobody works on", err)
		if made > 0 {
			s.Log.DebugContext(ctx, "requeued jobs", "jobs", made)
		}
		wait := s.cfg.Requeue
		if !next.IsZero() {
			wait = min(wait, max(next.Sub(s.Store.Now()), soonest))
		}
		select {
		case <-ctx.Done():
		case <-s.kick:
		case <-time.After(wait):
		}
	}
}

// requeueSoon lets the loop that requeues learn of a job that is due later.
func (s *session) requeueSoon() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// runEvery runs f at once and at the interval until ctx ends.
func (s *session) runEvery(ctx context.Context, interval time.Duration, f func(context.Context)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		f(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *session) logError(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.Log.ErrorContext(ctx, what, "err", err)
	}
}

// stopGrace is how long canceled jobs get to come back.
const stopGrace = 15 * time.Second

// Stop takes no new jobs and waits for the running ones until ctx ends; what
// runs then is canceled and goes back to the queue, for the next start. The
// error is not nil if a job did not come back in time; it is requeued when its
// lease runs out.
func (w *Worker) Stop(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.session
	if s == nil {
		return nil
	}
	w.session = nil
	close(s.stopping)
	err := s.dispatcher.Stop(ctx, stopGrace)
	s.cancel()
	s.loops.Wait()
	s.release()
	w.Log.InfoContext(ctx, "worker stopped", "instance", s.holder.Instance)
	if err != nil {
		return fmt.Errorf("worker: stop: %w", err)
	}
	return nil
}
