package worker_test

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/worker"
)

// TestNeighbor: with 200 images of another account queued, at most two of them
// end before the neighbor's one.
func TestNeighbor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		if _, err := b.store.EnsureAccount(t.Context(), "rival"); err != nil {
			t.Fatal(err)
		}
		b.cfg.Images = 2
		var mu sync.Mutex
		var order []string
		started, step := make(chan string, 300), make(chan struct{})
		b.start(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			started <- task.Analysis.Account
			select {
			case <-step:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			order = append(order, task.Analysis.Account)
			return outputs(), nil
		}, nil)
		for range 200 {
			b.create(saccade.KindImage)
		}
		<-started
		<-started // the slots are full
		if _, _, err := b.store.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "rival", Request: saccade.Request{Kind: saccade.KindImage}}, nil); err != nil {
			t.Fatal(err)
		}
		step <- struct{}{}
		if next := <-started; next != "rival" {
			t.Errorf("%s was served next", next)
		}
		close(step)
		eventually(t, func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(order) > 5
		})
		mu.Lock()
		defer mu.Unlock()
		before := 0
		for before < len(order) && order[before] != "rival" {
			before++
		}
		t.Logf("%d ended before the neighbor's", before)
		if before > 2 {
			t.Errorf("%d ended before the neighbor's", before)
		}
	})
}

// TestNeighborsWebhook: webhooks of one account that do not answer take half of the
// slots at most, and hold up no neighbor's.
func TestNeighborsWebhook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		if _, err := b.store.EnsureAccount(t.Context(), "rival"); err != nil {
			t.Fatal(err)
		}
		b.cfg.Webhooks, b.cfg.Images = 4, 8
		sending, answer := make(chan string, 100), make(chan struct{})
		b.start(succeed, func(ctx context.Context, d store.Delivery) (int, error) {
			sending <- d.Account
			select {
			case <-answer:
				return 204, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		})
		var last string
		for range 30 {
			last = b.create(saccade.KindImage, hooked).ID
		}
		<-sending
		<-sending
		b.await(last, ended)
		r := saccade.Request{Kind: saccade.KindImage}
		hooked(&r)
		a, _, err := b.store.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "rival", Request: r}, nil)
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, func() bool {
			got, err := b.store.Analysis(t.Context(), "rival", a.ID)
			return err == nil && ended(got)
		})
		if next := <-sending; next != "rival" {
			t.Errorf("%s was served next", next)
		}
		close(answer)
		for range 28 { // the rest comes, though its tickets are used up
			<-sending
		}
	})
}

// TestSignal: an image starts because it is signaled: the queue is polled once
// an hour.
func TestSignal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		b.cfg.Poll, b.cfg.Requeue = time.Hour, time.Hour
		b.start(succeed, nil)
		var waits []time.Duration
		for range 10 {
			a := b.await(b.create(saccade.KindImage).ID, ended)
			waits = append(waits, a.StartedAt.Sub(a.CreatedAt).Round(time.Millisecond))
		}
		t.Logf("started after %v", waits)
	})
}

// TestTextPanic: a panic while a text is written fails the text and nothing
// else.
func TestTextPanic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		b.texts = textFunc(func(_ context.Context, _ *saccade.Analysis, kind string) (string, error) {
			if kind == "summary" {
				panic("boom")
			}
			return "# Recommendations", nil
		})
		b.start(succeed, nil)
		a := b.await(b.create(saccade.KindImage).ID, ended)
		for kind, want := range map[string]store.TextStatus{"summary": store.TextFailed, "recommendations": store.TextCompleted} {
			if _, err := b.store.StartText(t.Context(), account, a.ID, kind, 0); err != nil {
				t.Fatal(err)
			}
			eventually(t, func() bool {
				text, err := b.store.Text(t.Context(), account, a.ID, kind)
				return err == nil && text.Status == want
			})
		}
	})
}

// TestDiskFull: a full disk that an attempt met is over_capacity, and the
// attempt is repeated.
func TestDiskFull(t *testing.T) {
	b := newFixture(t, store.DriverSQLite)
	b.start(func(_ context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
		if task.Analysis.Attempt == 1 || task.Analysis.Request.Title == "never" {
			return nil, fmt.Errorf("write x: %w", syscall.ENOSPC)
		}
		return outputs(), nil
	}, nil)
	if a := b.await(b.create(saccade.KindVideo).ID, ended); a.Status != saccade.StatusSuccess || a.Attempt != 2 {
		t.Errorf("%+v", a)
	}
	a := b.await(b.create(saccade.KindVideo, func(r *saccade.Request) { r.Title = "never" }).ID, ended)
	if a.Status != saccade.StatusFailed || a.Err.Code != saccade.CodeOverCapacity {
		t.Errorf("%+v, %v", a, a.Err)
	}
}
