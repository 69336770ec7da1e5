//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

// blow is one thing that happens to the cluster.
type blow struct {
	what string
	// strike does it, and ends when the cluster is whole again. It returns what it
	// measured, for the table.
	strike func(ctx context.Context, l *load, t *tally) (string, error)
}

// away is how long things are away.
type away struct {
	bucket, frozen, process time.Duration // the service that speaks S3; a worker that stands still; PostgreSQL and a process that answers
}

// blows are all of them, in their order.
func blows(p plan) []blow {
	d := away{bucket: 10 * time.Second, frozen: 15 * time.Second, process: 3 * time.Second}
	stages := []string{"starting", "predicting", "rendering", "storing"}
	if p.short {
		d = away{bucket: 4 * time.Second, frozen: 10 * time.Second, process: 2 * time.Second}
		stages = []string{"predicting"}
	}
	var all []blow
	for _, stage := range stages {
		all = append(all, blow{"kill -9 of a worker with a job that is " + stage, func(ctx context.Context, l *load, t *tally) (string, error) {
			return killWorker(ctx, l, t, stage)
		}})
	}
	return append(all,
		blow{fmt.Sprintf("kill -9 of a process that answers, back after %v", d.process), d.killAPI},
		blow{fmt.Sprintf("PostgreSQL crashes, back after %v", d.process), d.crashPostgres},
		blow{fmt.Sprintf("the S3 server is killed, back after %v", d.bucket), d.cutBucket},
		blow{fmt.Sprintf("the S3 server does not answer for %v", d.bucket), d.freezeBucket},
		blow{fmt.Sprintf("a worker stands still for %v, then goes on", d.frozen), d.freezeWorker},
		blow{"SIGTERM of a worker, started again", replaceWorker},
	)
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// jobs lists the analyses that a worker is busy with.
func (c *cluster) jobs(ctx context.Context, w *process) ([]row, error) {
	rows, err := c.pending(ctx)
	names := w.instances()
	return slices.DeleteFunc(rows, func(r row) bool { return !r.leased || !slices.Contains(names, r.instance) }), err
}

// victim waits until a worker has a job at a stage, for a while, then takes any worker
// with a job.
func victim(ctx context.Context, l *load, stage string) (*process, []row, error) {
	for begin := time.Now(); ; {
		for _, w := range l.cluster.workers {
			jobs, err := l.cluster.jobs(ctx, w)
			if err != nil {
				return nil, nil, err
			}
			at := slices.ContainsFunc(jobs, func(r row) bool { return r.stage == stage })
			if at || len(jobs) > 0 && time.Since(begin) > 10*time.Second {
				return w, jobs, nil
			}
		}
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return nil, nil, err
		}
	}
}

// killWorker kills a worker and measures when others have its jobs. Nothing is ordered
// meanwhile, so that no queue is measured.
func killWorker(ctx context.Context, l *load, t *tally, stage string) (string, error) {
	for {
		w, _, err := victim(ctx, l, stage)
		if err != nil {
			return "", err
		}
		l.hold.Lock()
		w.kill()
		killed := time.Now()
		jobs, err := l.cluster.jobs(ctx, w) // that it has left
		if err == nil {
			err = l.cluster.takenOver(ctx, jobs)
		}
		took := time.Since(killed)
		l.hold.Unlock()
		if err := errors.Join(err, w.start()); err != nil {
			return "", err
		}
		if len(jobs) > 0 { // else it ended in time
			t.takeover = max(t.takeover, took)
			return fmt.Sprintf("%d left, the last one taken over after %.1f s", len(jobs), took.Seconds()), nil
		}
	}
}

// takenOver waits until other attempts at jobs have begun, or they have ended.
func (c *cluster) takenOver(ctx context.Context, jobs []row) error {
	for _, job := range jobs {
		for {
			now, err := c.ask(ctx, `WHERE id = $1`, job.id)
			if err != nil {
				return err
			}
			if len(now) == 1 && (now[0].attempt > job.attempt || now[0].status != "pending") {
				break
			}
			if err := pause(ctx, 10*time.Millisecond); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d away) killAPI(ctx context.Context, l *load, _ *tally) (string, error) {
	p := l.cluster.apis[rand.IntN(len(l.cluster.apis))]
	p.kill()
	return "", errors.Join(pause(ctx, d.process), p.start())
}

func (d away) crashPostgres(ctx context.Context, l *load, _ *tally) (string, error) {
	if err := l.cluster.rows.Stop(); err != nil {
		return "", err
	}
	return "", errors.Join(pause(ctx, d.process), l.cluster.rows.Restart())
}

func (d away) cutBucket(ctx context.Context, l *load, _ *tally) (string, error) {
	l.cluster.bucket.Stop()
	return "", errors.Join(pause(ctx, d.bucket), l.cluster.bucket.Restart())
}

func (d away) freezeBucket(ctx context.Context, l *load, _ *tally) (string, error) {
	err := l.cluster.bucket.Signal(syscall.SIGSTOP)
	return "", errors.Join(err, pause(ctx, d.bucket), l.cluster.bucket.Signal(syscall.SIGCONT))
}

// freezeWorker lets a worker lose its leases and then find out.
func (d away) freezeWorker(ctx context.Context, l *load, _ *tally) (string, error) {
	w, _, err := victim(ctx, l, "storing")
	if err != nil {
		return "", err
	}
	err = w.signal(syscall.SIGSTOP)
	return "", errors.Join(err, pause(ctx, d.frozen), w.signal(syscall.SIGCONT))
}

func replaceWorker(ctx context.Context, l *load, _ *tally) (string, error) {
	w, _, err := victim(ctx, l, "predicting")
	if err != nil {
		return "", err
	}
	return "", errors.Join(w.terminate(time.Minute), w.start())
}
