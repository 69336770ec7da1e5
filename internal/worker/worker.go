package worker

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
)

// Task is one attempt at one analysis.
type Task struct {
	Analysis *saccade.Analysis
	Dir      string                 // an empty folder; removed with everything in it afterwards
	Progress func(saccade.Progress) // may be called as often as you like, from any goroutine
}

// Runner does the work of an analysis. It stores its files under
// blob.AnalysisKey(task.Analysis.ID, …) and returns outputs that name them. An error that carries an input's code (see [Permanent]) ends the
// analysis; any other, and a panic, is repeated. When ctx ends it must return
// soon.
type Runner interface {
	Run(ctx context.Context, t Task) (*saccade.Outputs[saccade.File], error)
}

// Sender sends one webhook delivery, once. status is the answer's HTTP status,
// 0 if there was none; every status but 2xx comes with an error.
type Sender interface {
	Send(ctx context.Context, d store.Delivery) (status int, err error)
}

// Deps is what a worker works with.
type Deps struct {
	Store   *store.Store
	Objects blob.Store
	Runner  Runner
	Sender  Sender // may be nil if Config.Webhooks is 0
	Log     *slog.Logger
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
	instance string
	dir      string // of the temporary files
	lock     *lock
	client   *river.Client[*sql.Tx]
	cancel   context.CancelFunc // ends the loops
	loops    sync.WaitGroup
}

// New checks the configuration and makes the scratch folder.
func New(cfg Config, deps Deps) (*Worker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if deps.Sender == nil && cfg.Webhooks > 0 {
		return nil, errors.New("worker: Webhooks is above 0 but nothing can send them")
	}
	if lease := deps.Store.Lease(); 3*cfg.Beat > lease {
		return nil, fmt.Errorf("worker: Beat is %v and must be at most a third of the store's Lease of %v", cfg.Beat, lease)
	}
	abs, err := filepath.Abs(cfg.Scratch)
	if err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	cfg.Scratch = abs
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, fmt.Errorf("worker: cannot make the folder for temporary files: %w", err)
	}
	return &Worker{cfg: cfg, Deps: deps}, nil
}

// Start begins to take jobs, after putting back the jobs of instances that
// died on this machine. ctx bounds the start alone.
func (w *Worker) Start(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session != nil {
		return nil
	}
	s := &session{Worker: w, instance: saccade.NewID()}
	if err := s.start(ctx); err != nil {
		return errors.Join(fmt.Errorf("worker: start: %w", err), s.leave(context.WithoutCancel(ctx)))
	}
	w.session = s
	w.Log.InfoContext(ctx, "worker started", "instance", s.instance, "videos", w.cfg.Videos, "images", w.cfg.Images)
	return nil
}

func (s *session) start(ctx context.Context) (err error) {
	s.dir = filepath.Join(s.cfg.Scratch, s.instance)
	if s.lock, err = takeLock(s.dir + lockSuffix); err != nil {
		return err
	}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		return err
	}
	if err := s.Store.BeatInstance(ctx, s.instance); err != nil {
		return err
	}
	s.buryLocal(ctx)
	s.sweep(ctx)
	if s.client, err = s.Store.NewRiver(s.riverConfig()); err != nil {
		return err
	}
	// The jobs' contexts must outlive the caller's.
	if err := s.client.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	loopCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.every(loopCtx, s.cfg.Beat, s.beatInstance)
	s.every(loopCtx, s.cfg.Sweep, s.sweep)
	s.every(loopCtx, s.cfg.Tidy, s.tidy)
	return nil
}

func (s *session) riverConfig() *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &analysisWorker{session: s})
	river.AddWorker(workers, &deliveryWorker{session: s})
	queues := map[string]river.QueueConfig{}
	for name, q := range map[string]struct {
		slots int
		poll  time.Duration
	}{
		store.QueueImage:   {s.cfg.Images, s.cfg.Poll},
		store.QueueVideo:   {s.cfg.Videos, 4 * s.cfg.Poll},
		store.QueueWebhook: {s.cfg.Webhooks, 10 * s.cfg.Poll},
	} {
		if q.slots > 0 {
			queues[name] = river.QueueConfig{MaxWorkers: q.slots, FetchPollInterval: q.poll}
		}
	}
	return &river.Config{
		ID:                s.instance,
		Queues:            queues,
		Workers:           workers,
		FetchCooldown:     min(s.cfg.Poll, 20*time.Millisecond),
		FetchPollInterval: s.cfg.Poll,
		JobTimeout:        -1, // the attempt has its own
		// River's own rescue is the last resort: never of a job that may live.
		RescueStuckJobsAfter:        2*s.cfg.Timeout + time.Hour,
		CompletedJobRetentionPeriod: time.Hour,
		RetryPolicy:                 retryPolicy{},
	}
}

// retryPolicy is for jobs that could not even begin, as when the database is
// away.
type retryPolicy struct{}

func (retryPolicy) NextRetry(*rivertype.JobRow) time.Time { return time.Now().Add(2 * time.Second) }

// every runs f at the interval until ctx ends.
func (s *session) every(ctx context.Context, interval time.Duration, f func(context.Context)) {
	s.loops.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				f(ctx)
			}
		}
	})
}

// stopGrace is how long cancelled jobs get to come back.
const stopGrace = 15 * time.Second

// Stop takes no new jobs and waits for the running ones until ctx ends; what
// runs then is cancelled and goes back to the queue, for the next start. The
// error is not nil if a job did not come back in time; its analysis is put
// back all the same.
func (w *Worker) Stop(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.session
	if s == nil {
		return nil
	}
	w.session = nil
	err := s.client.Stop(ctx)
	if err != nil {
		w.Log.WarnContext(ctx, "putting running jobs back into the queue")
		graceCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
		err = s.client.StopAndCancel(graceCtx)
		cancel()
	}
	err = errors.Join(err, s.leave(context.WithoutCancel(ctx)))
	w.Log.InfoContext(ctx, "worker stopped", "instance", s.instance)
	if err != nil {
		return fmt.Errorf("worker: stop: %w", err)
	}
	return nil
}

// leave ends the loops and removes all traces of the instance.
func (s *session) leave(ctx context.Context) error {
	if s.cancel != nil {
		s.cancel()
	}
	s.loops.Wait()
	err := s.bury(ctx, s.instance)
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.release())
	}
	return err
}
