package worker_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/worker"
)

func succeed(context.Context, worker.Task) (*saccade.Outputs[saccade.File], error) {
	return outputs(), nil
}

// delivery polls until the first delivery of the analysis satisfies ok.
func (b *fixture) delivery(id string, ok func(store.Delivery) bool) (d store.Delivery) {
	b.t.Helper()
	eventually(b.t, func() bool {
		page, _, err := b.store.Deliveries(b.t.Context(), account, store.DeliveryOptions{Analysis: id})
		if err != nil {
			b.t.Fatal(err)
		}
		if len(page) == 0 {
			return false
		}
		d = page[0]
		return ok(d)
	})
	return d
}

func hooked(r *saccade.Request) { r.Webhook = &saccade.Webhook{URL: "https://example.org/hook"} }

func TestWebhookIsDelivered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		got := make(chan store.Delivery, 10)
		b.start(succeed, func(_ context.Context, d store.Delivery) (int, error) {
			got <- d
			return 204, nil
		})
		a := b.create(saccade.KindVideo, hooked)
		sent := <-got
		if sent.URL != "https://example.org/hook" || sent.Event != saccade.EventSucceeded || !strings.Contains(sent.Payload, a.ID) {
			t.Errorf("sent %+v", sent)
		}
		d := b.delivery(a.ID, func(d store.Delivery) bool { return d.State == store.DeliveryDelivered })
		if d.Attempts != 1 || d.HTTPStatus != 204 {
			t.Errorf("%+v", d)
		}
		if _, err := b.store.Redeliver(t.Context(), account, d.ID); err != nil {
			t.Fatal(err)
		}
		if again := <-got; again.ID != sent.ID || again.Payload != sent.Payload {
			t.Errorf("redelivered %+v", again)
		}
	})
}

func TestWebhookIsRetried(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		b.start(succeed, func(context.Context, store.Delivery) (int, error) { return 500, errors.New("status 500") })
		a := b.create(saccade.KindVideo, hooked)
		d := b.delivery(a.ID, func(d store.Delivery) bool { return d.Attempts == 1 })
		wait := time.Until(*d.NextAt)
		if d.State != store.DeliveryPending || wait <= 0 || wait > 6*time.Second || d.Error != "status 500" {
			t.Errorf("next in %v: %+v", wait, d)
		}
		if got := b.await(a.ID, ended); got.Status != saccade.StatusSuccess {
			t.Errorf("a webhook that fails made the analysis %s", got.Status)
		}
	})
}

func TestWebhookGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		e, err := b.store.CreateWebhook(t.Context(), store.Webhook{Account: account, URL: "https://example.org"})
		if err != nil {
			t.Fatal(err)
		}
		b.start(succeed, func(context.Context, store.Delivery) (int, error) { return 410, errors.New("status 410") })
		a := b.create(saccade.KindImage)
		b.delivery(a.ID, func(d store.Delivery) bool { return d.State == store.DeliveryFailed && d.Attempts == 1 })
		if e, err = b.store.Webhook(t.Context(), account, e.ID); err != nil || e.DisabledAt == nil {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

func TestJanitor(t *testing.T) {
	var ahead atomic.Int64 // of the clock
	storetest.Each(t, func(t *testing.T, driver string) {
		ahead.Store(0)
		b := newFixture(t, driver, func(c *store.Config) {
			c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		})
		put := func(key blob.Key) {
			t.Helper()
			if _, err := b.objects.Put(t.Context(), key, strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
		}
		upload, err := b.store.CreateUpload(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		unused := blob.UploadKey(account, upload.ID)
		put(unused)
		w := b.worker(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			put(blob.AnalysisKey(task.Analysis.ID, "map.png"))
			return outputs(), nil
		}, nil)
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		image, video := b.create(saccade.KindImage), b.create(saccade.KindVideo)
		b.await(image.ID, ended)
		b.await(video.ID, ended)
		if err := w.Stop(t.Context()); err != nil { // a living worker would seem dead to the clock
			t.Fatal(err)
		}
		ahead.Store(int64(25 * time.Hour))
		b.start(succeed, nil)
		eventually(t, func() bool {
			_, err := b.store.Analysis(t.Context(), account, image.ID)
			return saccade.IsCode(err, saccade.CodeGone)
		})
		removed := func(key blob.Key) bool {
			_, err := b.objects.Stat(t.Context(), key)
			return errors.Is(err, blob.ErrNotFound)
		}
		eventually(t, func() bool { _, err := b.store.Upload(t.Context(), account, upload.ID); return err != nil })
		ahead.Add(int64(time.Minute)) // two leases, after which no worker writes any more
		eventually(t, func() bool { return removed(blob.AnalysisKey(image.ID, "map.png")) && removed(unused) })
		if removed(blob.AnalysisKey(video.ID, "map.png")) {
			t.Error("the result of a video expired")
		}
	})
}

// TestLostJobs: whatever becomes of a job, nothing waits for ever.
func TestLostJobs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver, func(c *store.Config) { c.Lease = time.Second })
		b.cfg.Heartbeat = 100 * time.Millisecond
		var ids []string
		for _, statement := range []string{
			`DELETE FROM river_job`,
			`UPDATE river_job SET state = 'discarded', finalized_at = CURRENT_TIMESTAMP WHERE state = 'available'`,
			`UPDATE river_job SET state = 'running' WHERE state = 'available'`,
		} {
			ids = append(ids, b.create(saccade.KindVideo).ID)
			if _, err := b.store.DB().ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		b.start(succeed, nil)
		for _, id := range ids {
			if a := b.await(id, ended); a.Status != saccade.StatusSuccess {
				t.Errorf("%+v", a)
			}
		}
	})
}

// TestTimeout: a runner that hangs is our error, whatever it says.
func TestTimeout(t *testing.T) {
	b := newFixture(t, store.DriverSQLite, func(c *store.Config) { c.MaxTries = 1 })
	b.cfg.Timeout = time.Second
	b.start(func(ctx context.Context, _ worker.Task) (*saccade.Outputs[saccade.File], error) {
		<-ctx.Done()
		return nil, saccade.Errorf(saccade.CodeUnreadableVideo, "the decoder was killed")
	}, nil)
	a := b.await(b.create(saccade.KindVideo).ID, ended)
	if a.Status != saccade.StatusFailed || a.Err.Code != saccade.CodeServer {
		t.Errorf("%+v, %v", a, a.Err)
	}
}

// TestProgress: progress reaches the store, and not once per call.
func TestProgress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		seen := make(chan struct{})
		b.start(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			for i := range 100_000 {
				task.Progress(saccade.Progress{Fraction: float64(i) / 200_000, Stage: saccade.StagePredicting})
			}
			task.Progress(saccade.Progress{Fraction: 0.5, Stage: saccade.StageRendering})
			select {
			case <-seen:
				return outputs(), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}, nil)
		id := b.create(saccade.KindVideo).ID
		b.await(id, func(a *saccade.Analysis) bool {
			return a.Progress == saccade.Progress{Fraction: 0.5, Stage: saccade.StageRendering}
		})
		close(seen)
		b.await(id, ended)
	})
}

func TestConfig(t *testing.T) {
	if err := worker.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	err := worker.Config{Videos: -1, Texts: -1, Webhooks: -1}.Validate()
	for _, word := range []string{"Scratch", "Videos", "Texts", "Webhooks", "Poll", "Heartbeat", "Timeout", "TextTimeout", "Pause", "Requeue", "Janitor", "Orphans", "Stale"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s is not named: %v", word, err)
		}
	}
	b := newFixture(t, store.DriverSQLite)
	b.cfg.Heartbeat = time.Minute
	if _, err := worker.New(b.cfg, worker.Deps{Store: b.store, Texts: textFunc(nil), Sender: sendFunc(nil)}); err == nil {
		t.Error("a heartbeat slower than the lease was taken")
	}
	b.cfg.Heartbeat = time.Second
	if _, err := worker.New(b.cfg, worker.Deps{Store: b.store, Texts: textFunc(nil)}); err == nil {
		t.Error("webhooks without a sender were taken")
	}
	b.cfg.Scratch = filepath.Join(b.cfg.Scratch, "file")
	if err := os.MkdirAll(filepath.Dir(b.cfg.Scratch), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.cfg.Scratch, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := worker.New(b.cfg, worker.Deps{Store: b.store, Texts: textFunc(nil), Sender: sendFunc(nil)}); err == nil {
		t.Error("a scratch directory that is a file was taken")
	}
}

// BenchmarkThroughput is create, claim and succeed, through the queue.
func BenchmarkThroughput(b *testing.B) {
	for _, driver := range []string{store.DriverSQLite, store.DriverPostgres} {
		b.Run(driver, func(b *testing.B) {
			x := newFixture(b, driver, func(c *store.Config) { c.MaxQueued = 0 })
			x.cfg.Images, x.cfg.Requeue, x.cfg.Janitor = 50, time.Second, time.Minute
			done := make(chan struct{}, 1<<20)
			x.start(func(context.Context, worker.Task) (*saccade.Outputs[saccade.File], error) { return outputs(), nil }, func(context.Context, store.Delivery) (int, error) {
				done <- struct{}{}
				return 204, nil
			})
			start := time.Now()
			b.ResetTimer()
			var last string
			for range b.N {
				last = x.create(saccade.KindImage).ID
			}
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "created/s")
			x.await(last, ended)
			eventually(b, func() bool {
				q, err := x.store.QueueState(b.Context())
				return err == nil && q.Waiting+q.Running == 0
			})
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "done/s")
		})
	}
}
