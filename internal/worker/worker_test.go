package worker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/worker"
)

// runFunc is a Runner.
type runFunc func(ctx context.Context, t worker.Task) (*saccade.Outputs[saccade.File], error)

func (f runFunc) Run(ctx context.Context, t worker.Task) (*saccade.Outputs[saccade.File], error) {
	return f(ctx, t)
}

// sendFunc is a Sender.
type sendFunc func(ctx context.Context, d store.Delivery) (int, error)

func (f sendFunc) Send(ctx context.Context, d store.Delivery) (int, error) { return f(ctx, d) }

// textFunc is a TextWriter.
type textFunc func(ctx context.Context, a *saccade.Analysis, kind string) (string, error)

func (f textFunc) WriteText(ctx context.Context, a *saccade.Analysis, kind string) (string, error) {
	return f(ctx, a, kind)
}

// fixture is everything around a worker under test.
type fixture struct {
	t       testing.TB
	store   *store.Store
	objects *blob.Disk
	cfg     worker.Config
	log     *slog.Logger
	texts   worker.TextWriter // nil: one that writes at once
	render  renderFunc        // nil: nothing is rendered later
}

const account = "acme"

func newFixture(t testing.TB, driver string, change ...func(*store.Config)) *fixture {
	t.Helper()
	cfg := storetest.Config(t, driver)
	for _, c := range change {
		c(&cfg)
	}
	return fixtureOn(t, cfg, t.TempDir())
}

// fixtureOn is a fixture on a database and a directory that may be in use.
func fixtureOn(t testing.TB, cfg store.Config, dir string) *fixture {
	t.Helper()
	b := &fixture{t: t, store: storetest.Open(t, cfg), cfg: worker.DefaultConfig(), log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	var err error
	if b.objects, err = blob.NewDisk(filepath.Join(dir, "objects")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.EnsureAccount(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	b.cfg.Scratch = filepath.Join(dir, "scratch")
	b.cfg.Heartbeat = 200 * time.Millisecond
	b.cfg.Pause = 10 * time.Millisecond
	b.cfg.Requeue = 100 * time.Millisecond
	b.cfg.Janitor = 100 * time.Millisecond
	return b
}

// start runs a worker until the end of the test.
func (b *fixture) start(run runFunc, send sendFunc) *worker.Worker {
	b.t.Helper()
	w := b.worker(run, send)
	if err := w.Start(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := w.Stop(ctx); err != nil {
			b.t.Error(err)
		}
	})
	return w
}

func (b *fixture) worker(run runFunc, send sendFunc) *worker.Worker {
	b.t.Helper()
	deps := worker.Deps{Store: b.store, Objects: b.objects, Runner: run, Texts: b.texts, Sender: send, Log: b.log}
	if b.texts == nil {
		deps.Texts = textFunc(func(context.Context, *saccade.Analysis, string) (string, error) { return "# Text", nil })
	}
	if send == nil {
		deps.Sender = sendFunc(func(context.Context, store.Delivery) (int, error) { return 204, nil })
	}
	if b.render != nil {
		deps.Renderer = b.render
	}
	w, err := worker.New(b.cfg, deps)
	if err != nil {
		b.t.Fatal(err)
	}
	return w
}

func (b *fixture) create(kind saccade.Kind, change ...func(*saccade.Request)) *saccade.Analysis {
	b.t.Helper()
	r := saccade.Request{Kind: kind, Title: "t", Outputs: saccade.DefaultOutputs(kind)}
	for _, c := range change {
		c(&r)
	}
	a, _, err := b.store.CreateAnalysis(b.t.Context(), &saccade.Analysis{Account: account, Request: r}, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

// await polls until the analysis satisfies ok.
func (b *fixture) await(id string, ok func(*saccade.Analysis) bool) *saccade.Analysis {
	b.t.Helper()
	var last *saccade.Analysis
	eventually(b.t, func() bool {
		a, err := b.store.Analysis(b.t.Context(), account, id)
		if err != nil {
			b.t.Fatal(err)
		}
		last = a
		return ok(a)
	})
	return last
}

func ended(a *saccade.Analysis) bool { return a.Status != saccade.StatusPending }

// eventually polls until ok or a deadline.
func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatal("waited too long")
		case <-ticker.C:
		}
	}
}

func outputs() *saccade.Outputs[saccade.File] {
	return &saccade.Outputs[saccade.File]{Input: &saccade.InputOutput[saccade.File]{Frames: 3, Duration: 0.1}}
}

func TestHappyPath(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		b.start(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			if err := os.WriteFile(filepath.Join(task.Dir, "x"), nil, 0o600); err != nil {
				return nil, err
			}
			key := blob.AnalysisKey(task.Analysis.ID, "attentionMap.webm")
			if _, err := b.objects.Put(ctx, key, strings.NewReader("heat")); err != nil {
				return nil, err
			}
			o := outputs()
			o.Attention = &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm"}
			return o, nil
		}, nil)
		for _, kind := range []saccade.Kind{saccade.KindVideo, saccade.KindImage, saccade.KindPage} {
			a := b.create(kind)
			got := b.await(a.ID, ended)
			if got.Status != saccade.StatusSuccess || got.Attempt != 1 {
				t.Errorf("%s: status %s, attempt %d, error %v", kind, got.Status, got.Attempt, got.Err)
			}
			if diff := cmp.Diff(saccade.File("attentionMap.webm"), got.Outputs.Attention.AttentionMap); diff != "" {
				t.Error(diff)
			}
		}
		left, _ := filepath.Glob(filepath.Join(b.cfg.Scratch, "*"))
		if len(left) > 0 {
			t.Errorf("temporary files are left: %v", left)
		}
	})
}

func TestErrors(t *testing.T) {
	bad := saccade.Errorf(saccade.CodeUnreadableVideo, "This is no video.")
	tests := []struct {
		name     string
		run      func(attempt int) error
		status   saccade.Status
		attempts int
		code     saccade.Code
	}{
		{"input error ends at once", func(int) error { return fmt.Errorf("wrapped: %w", bad) }, saccade.StatusFailed, 1, bad.Code},
		{"server error is repeated", func(n int) error {
			if n < 3 {
				return errors.New("disk on fire")
			}
			return nil
		}, saccade.StatusSuccess, 3, ""},
		{"server error ends after three tries", func(int) error { return errors.New("disk on fire") }, saccade.StatusFailed, 3, saccade.CodeServer},
		{"panic is repeated", func(n int) error {
			if n == 1 {
				panic("boom")
			}
			return nil
		}, saccade.StatusSuccess, 2, ""},
		{"panic ends after three tries", func(int) error { panic("boom") }, saccade.StatusFailed, 3, saccade.CodeServer},
	}
	storetest.Each(t, func(t *testing.T, driver string) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				b := newFixture(t, driver)
				b.start(func(_ context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
					return outputs(), tt.run(task.Analysis.Attempt)
				}, nil)
				got := b.await(b.create(saccade.KindVideo).ID, ended)
				if got.Status != tt.status || got.Attempt != tt.attempts {
					t.Errorf("status %s after %d attempts, want %s after %d", got.Status, got.Attempt, tt.status, tt.attempts)
				}
				if tt.code != "" && (got.Err == nil || got.Err.Code != tt.code || strings.Contains(got.Err.Message, "fire")) {
					t.Errorf("error %+v, want code %s and no inner text", got.Err, tt.code)
				}
			})
		}
	})
}

// TestImageOvertakesVideos: images have slots of their own and start at once.
func TestImageOvertakesVideos(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		release := make(chan struct{})
		b.start(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			if task.Analysis.Request.Kind == saccade.KindVideo {
				select {
				case <-release:
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			}
			return outputs(), nil
		}, nil)
		var videos []string
		for range 3 * b.cfg.Videos {
			videos = append(videos, b.create(saccade.KindVideo).ID)
		}
		b.await(videos[0], func(a *saccade.Analysis) bool { return a.StartedAt != nil })
		var delays []time.Duration
		for range 5 {
			a := b.await(b.create(saccade.KindImage).ID, ended)
			delays = append(delays, a.StartedAt.Sub(a.CreatedAt))
		}
		t.Logf("images started after %v", delays)
		if n, err := b.store.QueuePosition(t.Context(), videos[len(videos)-1]); err != nil || n != 2*b.cfg.Videos {
			t.Errorf("queue position of the last video: %d, %v; want %d", n, err, 2*b.cfg.Videos)
		}
		close(release)
		for _, id := range videos {
			b.await(id, ended)
		}
	})
}

func TestDeleteCancels(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		var stopped atomic.Bool
		var key blob.Key
		started := make(chan struct{})
		returned := make(chan struct{})
		b.start(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			defer close(returned)
			close(started)
			<-ctx.Done()
			stopped.Store(errors.Is(context.Cause(ctx), store.ErrCanceled))
			key = blob.AnalysisKey(task.Analysis.ID, "late.png")
			_, err := b.objects.Put(context.WithoutCancel(ctx), key, strings.NewReader("written after the deletion"))
			return nil, errors.Join(ctx.Err(), err)
		}, nil)
		a := b.create(saccade.KindVideo)
		<-started
		if _, err := b.store.Delete(t.Context(), account, a.ID); err != nil {
			t.Fatal(err)
		}
		<-returned
		if !stopped.Load() {
			t.Error("the context's cause is not ErrCanceled")
		}
		eventually(t, func() bool {
			_, err := b.objects.Stat(t.Context(), key)
			return errors.Is(err, blob.ErrNotFound)
		})
		if _, err := b.store.Analysis(t.Context(), account, a.ID); !saccade.IsCode(err, saccade.CodeGone) {
			t.Errorf("a deleted analysis gives %v, want gone", err)
		}
	})
}

func TestStopPutsBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		var once sync.Once
		started := make(chan struct{})
		w := b.worker(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			if task.Analysis.Attempt > 1 {
				return outputs(), nil
			}
			once.Do(func() { close(started) })
			<-ctx.Done()
			// A killed decoder says that the video is broken: not to be believed.
			return nil, saccade.Errorf(saccade.CodeUnreadableVideo, "cut short")
		}, nil)
		for range 2 { // starting twice is starting once
			if err := w.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		a := b.create(saccade.KindVideo)
		<-started
		now, cancel := context.WithCancel(t.Context())
		cancel()
		for range 2 {
			if err := w.Stop(now); err != nil {
				t.Fatal(err)
			}
		}
		got, err := b.store.Analysis(t.Context(), account, a.ID)
		if err != nil || got.Status != saccade.StatusPending || got.StartedAt != nil {
			t.Fatalf("after the stop: %+v, %v", got, err)
		}
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := b.await(a.ID, ended); got.Status != saccade.StatusSuccess || got.Attempt != 2 {
			t.Errorf("after the restart: status %s, attempt %d, error %v", got.Status, got.Attempt, got.Err)
		}
		if err := w.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(b.cfg.Scratch); len(left) > 0 {
			t.Errorf("the stopped worker left %v", left)
		}
	})
}

// TestStopDrains: jobs that end within the grace period are not disturbed.
func TestStopDrains(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		started, release := make(chan struct{}), make(chan struct{})
		w := b.worker(func(ctx context.Context, _ worker.Task) (*saccade.Outputs[saccade.File], error) {
			close(started)
			select {
			case <-release:
				return outputs(), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}, nil)
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		a := b.create(saccade.KindVideo)
		<-started
		done := make(chan error)
		go func() { done <- w.Stop(t.Context()) }()
		close(release)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if got := b.await(a.ID, ended); got.Status != saccade.StatusSuccess || got.Attempt != 1 {
			t.Errorf("status %s, attempt %d", got.Status, got.Attempt)
		}
	})
}
