package store_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func (f *fixture) is(err, want error) {
	f.t.Helper()
	if !errors.Is(err, want) {
		f.t.Fatalf("error %v, want %v", err, want)
	}
}

func TestClaimSucceeds(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		began := f.clock.Now()
		c := f.begin(a.ID)
		if c.Analysis.Attempt != 1 || c.Tries != 1 || c.Analysis.Request.Title != "a title" {
			t.Errorf("%+v", c)
		}
		f.ok(c.Beat(t.Context(), saccade.Progress{Fraction: 0.4, Stage: saccade.StagePredicting}))
		got := f.get(a.ID)
		if diff := cmp.Diff(saccade.Progress{Fraction: 0.4, Stage: saccade.StagePredicting}, got.Progress); diff != "" || !got.StartedAt.Equal(began) {
			t.Errorf("%s, started %v", diff, got.StartedAt)
		}
		f.clock.move(time.Second)
		if err := c.Succeed(t.Context(), &saccade.Outputs[saccade.File]{Input: &saccade.InputOutput[saccade.File]{Duration: math.NaN()}}); err == nil {
			t.Error("outputs that are no JSON were taken")
		}
		f.ok(c.Succeed(t.Context(), someOutputs()))
		got = f.get(a.ID)
		if diff := cmp.Diff(someOutputs(), got.Outputs); diff != "" || got.Status != saccade.StatusSuccess || !got.EndedAt.Equal(f.clock.Now()) || got.Progress.Fraction != 1 {
			t.Errorf("%s %+v", diff, got)
		}
		f.is(c.Succeed(t.Context(), someOutputs()), store.ErrFenced)
		f.is(c.Fail(t.Context(), saccade.Errorf(saccade.CodeServer, "x")), store.ErrFenced)
		f.is(c.Beat(t.Context(), saccade.Progress{}), store.ErrFenced)
		_, err := f.Begin(t.Context(), a.ID, "instance-2")
		f.is(err, store.ErrEnded)
		_, err = f.Begin(t.Context(), "nothing", "instance-2")
		f.is(err, store.ErrEnded)
	})
}

func TestClaimFails(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		want := saccade.Errorf(saccade.CodeUnreadableVideo, "Not a video.").About("input.content")
		f.ok(f.begin(a.ID).Fail(t.Context(), want.With(errors.New("secret cause"))))
		got := f.get(a.ID)
		if diff := cmp.Diff(want, got.Err); diff != "" || got.Status != saccade.StatusFailed || got.EndedAt == nil || got.Outputs != nil {
			t.Errorf("%s %+v", diff, got)
		}
	})
}

// TestFencing: what an attempt writes after another began changes nothing.
func TestFencing(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		old := f.begin(a.ID)
		_, err := f.Begin(t.Context(), a.ID, "instance-2")
		f.is(err, store.ErrBusy)
		f.clock.move(f.cfg.Lease + time.Second)
		c, err := f.Begin(t.Context(), a.ID, "instance-2")
		f.ok(err)
		if c.Analysis.Attempt != 2 {
			t.Errorf("attempt %d", c.Analysis.Attempt)
		}
		f.is(old.Beat(t.Context(), saccade.Progress{Fraction: 0.9, Stage: "late"}), store.ErrFenced)
		f.is(old.Succeed(t.Context(), someOutputs()), store.ErrFenced)
		f.is(old.Fail(t.Context(), saccade.Errorf(saccade.CodeServer, "late")), store.ErrFenced)
		f.is(old.Release(t.Context(), true), store.ErrFenced)
		if got := f.get(a.ID); got.Status != saccade.StatusPending || got.Progress.Stage == "late" {
			t.Errorf("the old attempt wrote: %+v", got)
		}
		f.ok(c.Succeed(t.Context(), someOutputs()))
	})
}

func TestReleaseAndTries(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		for range 5 { // an orderly shutdown never counts
			f.ok(f.begin(a.ID).Release(t.Context(), false))
		}
		for i := range f.cfg.MaxTries {
			c := f.begin(a.ID)
			if c.Tries != i+1 {
				t.Errorf("tries %d, want %d", c.Tries, i+1)
			}
			f.ok(c.Release(t.Context(), true))
		}
		_, err := f.Begin(t.Context(), a.ID, "instance-1")
		f.is(err, store.ErrEnded)
		if got := f.get(a.ID); got.Status != saccade.StatusFailed || got.Err.Code != saccade.CodeServer {
			t.Errorf("%+v", got)
		}
	})
}

func TestBury(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.ok(f.BeatInstance(t.Context(), "instance-1"))
		f.ok(f.BeatInstance(t.Context(), "instance-2"))
		a, b := f.create(saccade.KindVideo), f.create(saccade.KindVideo)
		old := f.begin(a.ID)
		_, err := f.Begin(t.Context(), b.ID, "instance-2")
		f.ok(err)
		f.clock.move(f.cfg.Lease - time.Second)
		f.ok(f.BeatInstance(t.Context(), "instance-2"))
		f.clock.move(2 * time.Second)
		silent, err := f.SilentInstances(t.Context())
		f.ok(err)
		if diff := cmp.Diff([]string{"instance-1"}, silent); diff != "" {
			t.Error(diff)
		}
		f.ok(f.Bury(t.Context(), "instance-1"))
		if got := f.get(a.ID); got.StartedAt != nil || got.Progress.Stage != "queued" {
			t.Errorf("%+v", got)
		}
		if got := f.get(b.ID); got.StartedAt == nil {
			t.Error("the living instance lost its analysis")
		}
		f.begin(a.ID) // at once, though the last beat is recent
		f.is(old.Beat(t.Context(), saccade.Progress{}), store.ErrFenced)
	})
}

func TestRequeueAndSilence(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		f.begin(a.ID)
		f.ok(f.Requeue(t.Context(), a.ID))
		if f.jobs(store.QueueVideo) != 1 {
			t.Error("a running analysis got another job")
		}
		f.ok(f.ReleaseSilent(t.Context()))
		if f.get(a.ID).StartedAt == nil {
			t.Error("a living attempt was released")
		}
		f.clock.move(4 * f.cfg.Lease)
		f.ok(f.ReleaseSilent(t.Context()))
		f.ok(f.Requeue(t.Context(), a.ID))
		if f.jobs(store.QueueVideo) != 2 {
			t.Error("a waiting analysis got no job")
		}
		f.ok(f.begin(a.ID).Succeed(t.Context(), someOutputs()))
		f.ok(f.Requeue(t.Context(), a.ID))
		f.ok(f.Requeue(t.Context(), "nothing"))
		if f.jobs(store.QueueVideo) != 2 {
			t.Error("an ended analysis got a job")
		}
	})
}

func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		u, err := f.CreateUpload(t.Context(), "acme")
		f.ok(err)
		object := "uploads/acme/" + u.ID
		use := func(r *saccade.Request) { r.Object = object }
		first, second := f.create(saccade.KindVideo, use), f.create(saccade.KindVideo, use)
		c := f.begin(first.ID)
		_, err = f.Delete(t.Context(), "rival", first.ID)
		f.code(err, saccade.CodeNotFound)
		keys, err := f.Delete(t.Context(), "acme", first.ID)
		f.ok(err)
		if diff := cmp.Diff([]blob.Key{blob.AnalysisKey(first.ID, "")}, keys); diff != "" {
			t.Errorf("the upload is still in use: %s", diff)
		}
		f.is(c.Beat(t.Context(), saccade.Progress{}), store.ErrCanceled)
		f.is(c.Succeed(t.Context(), someOutputs()), store.ErrCanceled)
		f.is(c.Release(t.Context(), true), store.ErrCanceled)
		for _, read := range []func() error{
			func() error { _, err := f.Analysis(t.Context(), "acme", first.ID); return err },
			func() error { _, err := f.AnalysisByExposedID(t.Context(), "acme", first.ExposedID); return err },
			func() error { _, err := f.Delete(t.Context(), "acme", first.ID); return err },
			func() error { _, err := f.SetMeta(t.Context(), "acme", first.ID, nil); return err },
			func() error { return f.SaveText(t.Context(), "acme", first.ID, store.Text{Kind: "summary"}) },
		} {
			f.code(read(), saccade.CodeGone)
		}
		_, err = f.Begin(t.Context(), first.ID, "i")
		f.is(err, store.ErrEnded)
		keys, err = f.Delete(t.Context(), "acme", second.ID)
		f.ok(err)
		if diff := cmp.Diff([]blob.Key{blob.AnalysisKey(second.ID, ""), blob.Key(object)}, keys); diff != "" {
			t.Error(diff)
		}
		_, err = f.Upload(t.Context(), "acme", u.ID)
		f.code(err, saccade.CodeNotFound)
		assertErased(t, f, append(keys, blob.AnalysisKey(first.ID, "")))
		var left int
		f.ok(f.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM analyses WHERE request LIKE '%title%' OR outputs IS NOT NULL`).Scan(&left))
		if left > 0 {
			t.Error("the content is still there")
		}
	})
}

// assertErased checks what is listed for erasing, and that it is listed until
// reported.
func assertErased(t *testing.T, f *fixture, want []blob.Key) {
	t.Helper()
	if keys, err := f.Erasures(t.Context()); err != nil || len(keys) > 0 {
		t.Errorf("due while a worker may still write: %v, %v", keys, err)
	}
	f.clock.move(3 * f.cfg.Lease)
	for i := len(want); i >= 0; i-- {
		keys, err := f.Erasures(t.Context())
		f.ok(err)
		if len(keys) != i {
			t.Fatalf("erasures %v, want %d of %v", keys, i, want)
		}
		if i > 0 {
			if !slices.Contains(want, keys[0]) {
				t.Errorf("%s is to be erased, want only %v", keys[0], want)
			}
			f.ok(f.Erased(t.Context(), keys[0]))
		}
	}
}

func TestExpire(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		v, i, p, waiting := f.create(saccade.KindVideo), f.create(saccade.KindImage), f.create(saccade.KindPage), f.create(saccade.KindImage)
		f.ok(f.begin(v.ID).Succeed(t.Context(), someOutputs()))
		f.ok(f.begin(i.ID).Succeed(t.Context(), someOutputs()))
		f.ok(f.begin(p.ID).Fail(t.Context(), saccade.Errorf(saccade.CodeWebPage, "No page.")))
		f.ok(f.SaveText(t.Context(), "acme", i.ID, store.Text{Kind: "summary", Status: "completed", Body: "words"}))
		f.clock.move(59 * time.Minute)
		f.get(i.ID)
		f.clock.move(time.Minute)
		for round := range 2 { // before and after the janitor
			f.get(v.ID)
			f.get(waiting.ID)
			for _, a := range []*saccade.Analysis{i, p} {
				_, err := f.Analysis(t.Context(), "acme", a.ID)
				f.code(err, saccade.CodeGone)
			}
			_, err := f.Text(t.Context(), "acme", i.ID, "summary")
			f.code(err, saccade.CodeGone)
			page, _, err := f.List(t.Context(), "acme", store.ListOptions{})
			if err != nil || len(page) != 2 {
				t.Errorf("listed: %v, %v", page, err)
			}
			if n, err := f.Expire(t.Context()); err != nil || n != 2*(1-round) {
				t.Errorf("round %d: expired %d, %v", round, n, err)
			}
		}
		assertErased(t, f, []blob.Key{blob.AnalysisKey(i.ID, ""), blob.AnalysisKey(p.ID, "")})
		usage, err := f.Usage(t.Context(), "acme", v.CreatedAt, v.CreatedAt.Add(time.Hour))
		f.ok(err)
		want := []store.Usage{
			{Kind: "image", Pending: 1, Succeeded: 1, Frames: 90, Seconds: 3},
			{Kind: "url", Failed: 1},
			{Kind: "video", Succeeded: 1, Frames: 90, Seconds: 3},
		}
		if diff := cmp.Diff(want, usage); diff != "" {
			t.Error(diff)
		}
		if usage, err = f.Usage(t.Context(), "rival", v.CreatedAt, v.CreatedAt.Add(time.Hour)); err != nil || len(usage) > 0 {
			t.Errorf("%v, %v", usage, err)
		}
	})
}

func TestNothingExpiresWithoutTTL(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, func(c *store.Config) { c.ImageTTL = 0 })
		i := f.create(saccade.KindImage)
		f.ok(f.begin(i.ID).Succeed(t.Context(), someOutputs()))
		f.clock.move(10_000 * time.Hour)
		if n, err := f.Expire(t.Context()); err != nil || n > 0 {
			t.Errorf("%d, %v", n, err)
		}
		f.get(i.ID)
	})
}

func TestEdits(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		results := []saccade.AOIResult{{AOI: saccade.AOI{Name: "logo", Box: &saccade.Box{Width: 1, Height: 1}}, Share: 1, Rank: 1}}
		_, err := f.SetAOIs(t.Context(), "acme", a.ID, results)
		f.code(err, saccade.CodeClient)
		f.ok(f.begin(a.ID).Succeed(t.Context(), someOutputs()))
		edited, err := f.SetAOIs(t.Context(), "acme", a.ID, results)
		f.ok(err)
		got := f.get(a.ID)
		if diff := cmp.Diff(got, edited) + cmp.Diff(results, got.Outputs.AOIs) + cmp.Diff("logo", got.Request.AOIs[0].Name); diff != "" {
			t.Error(diff)
		}
		for _, meta := range []map[string]string{{"goal": "sell", "x": "1"}, {"goal": "tell", "x": ""}, {"description": "d"}} {
			_, err = f.SetMeta(t.Context(), "acme", a.ID, meta)
			f.ok(err)
		}
		if diff := cmp.Diff(map[string]string{"goal": "tell", "description": "d"}, f.get(a.ID).Request.Meta); diff != "" {
			t.Error(diff)
		}
		_, err = f.SetMeta(t.Context(), "rival", a.ID, nil)
		f.code(err, saccade.CodeNotFound)
		_, err = f.Text(t.Context(), "acme", a.ID, "summary")
		f.code(err, saccade.CodeNotFound)
		for _, status := range []string{"started", "completed"} {
			f.ok(f.SaveText(t.Context(), "acme", a.ID, store.Text{Kind: "summary", Status: status, Body: "# " + status}))
		}
		text, err := f.Text(t.Context(), "acme", a.ID, "summary")
		f.ok(err)
		if diff := cmp.Diff(store.Text{Kind: "summary", Status: "completed", Body: "# completed", CreatedAt: f.clock.Now()}, text); diff != "" {
			t.Error(diff)
		}
	})
}
