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

// claim takes the video whose turn it is.
func (f *fixture) claim() (*store.AnalysisClaim, error) {
	return f.ClaimAnalysis(f.t.Context(), store.WorkVideo, store.Holder{Instance: "i", Lease: f.cfg.Lease})
}

func TestClaimSucceeds(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		began := f.clock.Now()
		c := f.begin(a.ID)
		if c.Analysis.Attempt != 1 || c.Tries != 1 || c.Analysis.Request.Title != "a title" {
			t.Errorf("%+v", c)
		}
		f.ok(c.Heartbeat(t.Context(), saccade.Progress{Fraction: 0.4, Stage: "predicting"}))
		got := f.get(a.ID)
		if diff := cmp.Diff(saccade.Progress{Fraction: 0.4, Stage: "predicting"}, got.Progress); diff != "" || !got.StartedAt.Equal(began) {
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
		f.is(c.Heartbeat(t.Context(), saccade.Progress{}), store.ErrFenced)
		_, err := f.claim()
		f.is(err, store.ErrNoWork)
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
		old, err := f.claim()
		f.ok(err)
		_, err = f.claim()
		f.is(err, store.ErrNoWork)
		f.clock.move(f.cfg.Lease - time.Millisecond)
		f.ok(old.Heartbeat(t.Context(), saccade.Progress{}))
		f.clock.move(f.cfg.Lease - time.Millisecond)
		_, err = f.claim()
		f.is(err, store.ErrNoWork)
		f.clock.move(time.Millisecond)
		c, err := f.claim()
		f.ok(err)
		if c.Analysis.Attempt != 2 {
			t.Errorf("attempt %d", c.Analysis.Attempt)
		}
		f.is(old.Heartbeat(t.Context(), saccade.Progress{Fraction: 0.9, Stage: "late"}), store.ErrFenced)
		f.is(old.Succeed(t.Context(), someOutputs()), store.ErrFenced)
		f.is(old.Fail(t.Context(), saccade.Errorf(saccade.CodeServer, "late")), store.ErrFenced)
		f.is(old.Release(t.Context(), 0, true), store.ErrFenced)
		if got := f.get(a.ID); got.Status != saccade.StatusPending || got.Progress.Stage == "late" {
			t.Errorf("the old attempt wrote: %+v", got)
		}
		for attempt, want := range map[int]bool{1: false, 2: true} {
			if holds, err := f.Holds(t.Context(), store.WorkVideo, a.ID, attempt); err != nil || holds != want {
				t.Errorf("attempt %d holds: %v, %v", attempt, holds, err)
			}
		}
		f.ok(c.Succeed(t.Context(), someOutputs()))
	})
}

func TestReleaseAndTries(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		for range 5 { // an orderly shutdown never counts
			f.ok(f.begin(a.ID).Release(t.Context(), 0, false))
		}
		for i := range f.cfg.MaxTries {
			c := f.begin(a.ID)
			if c.Tries != i+1 {
				t.Errorf("tries %d, want %d", c.Tries, i+1)
			}
			f.ok(c.Release(t.Context(), time.Second, true))
			_, err := f.claim()
			f.is(err, store.ErrNoWork) // not yet
			f.clock.move(time.Second)
		}
		next := f.create(saccade.KindVideo)
		c, err := f.claim()
		f.ok(err)
		if c.Analysis.ID != next.ID {
			t.Error("an analysis that was given up was claimed")
		}
		if got := f.get(a.ID); got.Status != saccade.StatusFailed || got.Err.Code != saccade.CodeServer {
			t.Errorf("%+v", got)
		}
	})
}

// TestTurns: the account of which the least is running is served first, then
// the one that was served the longest ago; and the queue says so.
func TestTurns(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var acme []string
		for range 5 {
			acme = append(acme, f.create(saccade.KindVideo).ID)
		}
		first, err := f.claim()
		f.ok(err)
		second, err := f.claim()
		f.ok(err)
		var rival []string
		for range 2 {
			a, _, err := f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "rival", Request: saccade.Request{Kind: saccade.KindVideo}}, nil)
			f.ok(err)
			f.clock.move(time.Millisecond)
			rival = append(rival, a.ID)
		}
		for id, want := range map[string]int{acme[0]: 0, rival[0]: 1, rival[1]: 2, acme[2]: 3, acme[4]: 5} {
			if n, err := f.QueuePosition(t.Context(), id); err != nil || n != want {
				t.Errorf("position %d, %v; want %d", n, err, want)
			}
		}
		f.ok(first.Succeed(t.Context(), someOutputs()))
		f.ok(second.Succeed(t.Context(), someOutputs()))
		var order []string
		for { // one at a time: in turn, though the others have waited for longer
			c, err := f.claim()
			if errors.Is(err, store.ErrNoWork) {
				break
			}
			f.ok(err)
			order = append(order, c.Analysis.ID)
			f.clock.move(time.Millisecond)
			f.ok(c.Succeed(t.Context(), someOutputs()))
		}
		if diff := cmp.Diff([]string{rival[0], acme[2], rival[1], acme[3], acme[4]}, order); diff != "" {
			t.Error(diff)
		}
	})
}

// TestRequeue: whatever became of its ticket, a row that nobody works on gets
// one, and only one.
func TestRequeue(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		requeue := func(want int) time.Time {
			t.Helper()
			made, next, err := f.Requeue(t.Context())
			if err != nil || made != want {
				t.Errorf("made %d tickets, want %d, %v", made, want, err)
			}
			return next
		}
		a, b := f.create(saccade.KindVideo), f.create(saccade.KindVideo)
		if next := requeue(0); !next.IsZero() {
			t.Errorf("next %v", next)
		}
		_, err := f.DB().ExecContext(t.Context(), `DELETE FROM river_job`)
		f.ok(err)
		requeue(2)
		requeue(0)
		_, err = f.DB().ExecContext(t.Context(), `DELETE FROM river_job`) // as if both tickets were worked on
		f.ok(err)
		dead, err := f.claim()
		f.ok(err)
		failed, err := f.claim()
		f.ok(err)
		f.ok(failed.Release(t.Context(), 4*time.Second, true))
		if next := requeue(0); !next.Equal(f.clock.Now().Add(4 * time.Second)) {
			t.Errorf("next %v", next)
		}
		f.clock.move(4 * time.Second)
		requeue(1)
		f.clock.move(f.cfg.Lease)
		requeue(1)
		if got := f.get(a.ID); got.StartedAt != nil || got.Progress.Stage != "queued" {
			t.Errorf("%+v", got)
		}
		f.ok(dead.Heartbeat(t.Context(), saccade.Progress{})) // it was only slow, and nobody took over
		c, err := f.claim()
		f.ok(err)
		if c.Analysis.ID != b.ID {
			t.Error("the one that lives was taken")
		}
		f.ok(dead.Succeed(t.Context(), someOutputs()))
		f.ok(c.Succeed(t.Context(), someOutputs()))
		requeue(0)
		if n := f.tickets(store.WorkVideo); n != 2 {
			t.Errorf("%d tickets", n)
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
		f.is(c.Heartbeat(t.Context(), saccade.Progress{}), store.ErrCanceled)
		f.is(c.Succeed(t.Context(), someOutputs()), store.ErrCanceled)
		f.is(c.Release(t.Context(), 0, true), store.ErrCanceled)
		for _, read := range []func() error{
			func() error { _, err := f.Analysis(t.Context(), "acme", first.ID); return err },
			func() error { _, err := f.AnalysisByExposedID(t.Context(), "acme", first.ExposedID); return err },
			func() error { _, err := f.Delete(t.Context(), "acme", first.ID); return err },
			func() error { _, err := f.SetMeta(t.Context(), "acme", first.ID, nil); return err },
			func() error { _, err := f.StartText(t.Context(), "acme", first.ID, "summary", 0); return err },
		} {
			f.code(read(), saccade.CodeGone)
		}
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
	if keys, err := f.PendingDeletions(t.Context()); err != nil || len(keys) > 0 {
		t.Errorf("due while a worker may still write: %v, %v", keys, err)
	}
	f.clock.move(3 * f.cfg.Lease)
	for i := len(want); i >= 0; i-- {
		keys, err := f.PendingDeletions(t.Context())
		f.ok(err)
		if len(keys) != i {
			t.Fatalf("erasures %v, want %d of %v", keys, i, want)
		}
		if i > 0 {
			if !slices.Contains(want, keys[0]) {
				t.Errorf("%s is to be erased, want only %v", keys[0], want)
			}
			f.ok(f.ConfirmDeleted(t.Context(), keys[0]))
		}
	}
}

func TestExpire(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		v, i, p, waiting := f.create(saccade.KindVideo), f.create(saccade.KindImage), f.create(saccade.KindPage), f.create(saccade.KindImage)
		f.ok(f.begin(v.ID).Succeed(t.Context(), someOutputs()))
		f.ok(f.begin(i.ID).Succeed(t.Context(), someOutputs()))
		f.ok(f.begin(p.ID).Fail(t.Context(), saccade.Errorf(saccade.CodeWebPage, "No page.")))
		f.writeText(i.ID, "words")
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
		_, err := f.SetAOIs(t.Context(), "acme", a.ID, store.Measured{Areas: results, Edition: "zero"})
		f.code(err, saccade.CodeClient)
		f.ok(f.begin(a.ID).Succeed(t.Context(), someOutputs()))
		_, err = f.SetAOIs(t.Context(), "acme", a.ID, store.Measured{Edition: "one"})
		f.ok(err)
		_, err = f.SetAOIs(t.Context(), "acme", a.ID, store.Measured{Edition: "two"})
		f.ok(err)
		edited, err := f.SetAOIs(t.Context(), "acme", a.ID, store.Measured{Areas: results, Edition: "three"})
		f.ok(err)
		if diff := cmp.Diff([]string{"three", "two"}, edited.Request.Editions); diff != "" {
			t.Error(diff)
		}
		frames := func(edition string) blob.Key { return blob.EditionKey(a.ID, edition, "frames.json") }
		unknown, err := f.Unknown(t.Context(), []blob.Key{frames("three"), frames("two"), frames("one"), frames("zero"), frames("")})
		f.ok(err)
		if diff := cmp.Diff([]blob.Key{frames("one"), frames("zero")}, unknown); diff != "" {
			t.Error(diff)
		}
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
		f.writeText(a.ID, "# completed")
		text, err := f.Text(t.Context(), "acme", a.ID, "summary")
		f.ok(err)
		if diff := cmp.Diff(store.Text{Kind: "summary", Status: "completed", Body: "# completed", CreatedAt: f.clock.Now()}, text); diff != "" {
			t.Error(diff)
		}
	})
}
