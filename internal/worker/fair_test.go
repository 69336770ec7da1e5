package worker_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/worker"
)

// TestFairOverProcesses: two processes take orders and two run them, two images each at a
// time. With a thousand images of another account queued, the neighbor's one is among the
// first that any of the four slots takes: whoever has taken another one since then would
// wait for the neighbor's end, and the test with it.
func TestFairOverProcesses(t *testing.T) {
	const many, slots = 1000, 4
	cfg := storetest.Config(t, store.DriverPostgres)
	cfg.MaxQueued = 2 * many
	front := []*fixture{fixtureOn(t, cfg, t.TempDir()), fixtureOn(t, cfg, t.TempDir())}
	if _, err := front[0].store.EnsureAccount(t.Context(), "neighbor"); err != nil {
		t.Fatal(err)
	}
	queueImages(t, front, many)

	var started, ended atomic.Int64
	ordered, done, full := make(chan struct{}), make(chan int64, 1), make(chan struct{})
	run := func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
		wait := ordered
		if task.Analysis.Account == "neighbor" {
			done <- ended.Load()
			return succeed(ctx, task)
		}
		if n := started.Add(1); n == slots {
			close(full)
		} else if n > slots {
			wait = nil // until the end of the test
		}
		select {
		case <-wait:
			ended.Add(1)
			return succeed(ctx, task)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	for range 2 {
		b := fixtureOn(t, cfg, t.TempDir())
		b.cfg.Images, b.cfg.Heartbeat = slots/2, worker.DefaultConfig().Heartbeat
		b.start(run, nil)
	}
	<-full
	orderImage(t, front[1], "neighbor")
	close(ordered)
	select {
	case n := <-done:
		if n > slots {
			t.Errorf("%d of the other account's images ended before the neighbor's one", n)
		}
		t.Logf("%d of the other account's images ended before the neighbor's one", n)
	case <-time.After(2 * time.Minute):
		t.Fatal(fmt.Sprint("the neighbor waits; started of the other account: ", started.Load()))
	}
}

// orderImage orders the analysis of an image.
func orderImage(t *testing.T, b *fixture, who string) {
	r := saccade.Request{Kind: saccade.KindImage, Outputs: saccade.DefaultOutputs(saccade.KindImage)}
	if _, _, err := b.store.CreateAnalysis(t.Context(), &saccade.Analysis{Account: who, Request: r}, nil); err != nil {
		t.Error(err)
	}
}

// queueImages orders n images, some at each of the processes, four at a time.
func queueImages(t *testing.T, front []*fixture, n int) {
	const clients = 4
	var orders sync.WaitGroup
	for i := range clients {
		orders.Go(func() {
			for range n / clients {
				orderImage(t, front[i%len(front)], account)
			}
		})
	}
	orders.Wait()
}

// TestTakeoverBound: by its defaults a worker notices within ten seconds that another one
// died: the lease runs out, and the others look for such rows no less often.
func TestTakeoverBound(t *testing.T) {
	const most, heartbeats = 10 * time.Second, 5
	cfg := worker.DefaultConfig()
	if lease := heartbeats * cfg.Heartbeat; lease > most-time.Second || cfg.Requeue > lease {
		t.Errorf("a lease of %v, looked for every %v: takeover within %v is not sure", lease, cfg.Requeue, most)
	}
}
