package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/saccade-dev/saccade/internal/store/signal"
)

// DispatchConfig says how tickets are handed out.
type DispatchConfig struct {
	Instance string        // of the worker, for River's own bookkeeping
	Slots    map[Work]int  // tickets handled at a time; none of a kind that is missing or 0
	Poll     time.Duration // how often tickets are looked for besides, should a signal be lost
	// Handle works on a ticket: it claims what is due and does it. After an error
	// the ticket comes back a little later.
	Handle func(ctx context.Context, w Work) error
}

// Dispatcher hands out tickets, each to one handler in one process. Start and
// Stop it.
type Dispatcher struct {
	client *river.Client[*sql.Tx]
}

// handledKept is how long ended tickets stay.
const handledKept = time.Minute

// NewDispatcher makes a dispatcher of the tickets of this store.
func (s *Store) NewDispatcher(cfg DispatchConfig) (*Dispatcher, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &ticketWorker{handle: cfg.Handle})
	queues := map[string]river.QueueConfig{}
	for w, n := range cfg.Slots {
		if n > 0 {
			queues[string(w)] = river.QueueConfig{MaxWorkers: n}
		}
	}
	client, err := river.NewClient(s.queue.driver, &river.Config{
		ID:                          cfg.Instance,
		Logger:                      signal.Quiet(s.log),
		Queues:                      queues,
		Workers:                     workers,
		FetchCooldown:               min(cfg.Poll, 20*time.Millisecond),
		FetchPollInterval:           cfg.Poll,
		JobTimeout:                  -1, // the work has limits of its own
		RescueStuckJobsAfter:        time.Hour,
		CompletedJobRetentionPeriod: handledKept,
		RetryPolicy:                 retryPolicy{},
	})
	if err != nil {
		return nil, err
	}
	return &Dispatcher{client}, nil
}

// Start begins to hand out tickets. The context must outlive the handlers: they
// end with it.
func (d *Dispatcher) Start(ctx context.Context) error { return d.client.Start(ctx) }

// Stop hands out no more tickets and waits for the handlers until ctx ends.
// Then it cancels their contexts and waits for grace; the error is not nil if a
// handler did not come back in that time.
func (d *Dispatcher) Stop(ctx context.Context, grace time.Duration) error {
	if err := d.client.Stop(ctx); err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return d.client.StopAndCancel(ctx)
}

type ticketWorker struct {
	river.WorkerDefaults[ticket]
	handle func(ctx context.Context, w Work) error
}

// Work implements river.Worker.
func (t *ticketWorker) Work(ctx context.Context, job *river.Job[ticket]) error {
	err := t.handle(ctx, job.Args.Work)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return river.JobSnooze(0) // we are being stopped
	}
	return err
}

// retryPolicy is for tickets whose work could not even begin, as when the
// database is away.
type retryPolicy struct{}

func (retryPolicy) NextRetry(*rivertype.JobRow) time.Time { return time.Now().Add(2 * time.Second) }
