package store_test

import (
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// order makes an analysis of an image of so many bytes.
func (f *fixture) order(account string, bytes int64, idem *store.Idempotency) (*saccade.Analysis, error) {
	a, _, err := f.CreateAnalysis(f.t.Context(), &saccade.Analysis{Account: account, Request: saccade.Request{Kind: saccade.KindImage, Size: bytes}}, idem)
	return a, err
}

func (f *fixture) quota(account string, analyses int, bytes int64) {
	f.t.Helper()
	f.ok(f.SetQuota(f.t.Context(), account, quota.Own{Analyses: &analyses, Bytes: &bytes}))
}

func (f *fixture) used(account string) quota.Limits {
	f.t.Helper()
	s, err := f.Quota(f.t.Context(), account)
	f.ok(err)
	return s.Used
}

// TestQuotaOfADay: so many begin a day; erasing gives none back, midnight all; what is
// repeated under its key is none.
func TestQuotaOfADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, func(c *store.Config) { c.Quota.Analyses = 2 })
		key := &store.Idempotency{Key: "k", BodyHash: "h"}
		a, err := f.order("acme", 0, key)
		f.ok(err)
		_, err = f.order("acme", 0, nil)
		f.ok(err)
		_, err = f.Delete(t.Context(), "acme", a.ID)
		f.ok(err)
		_, err = f.order("acme", 0, nil)
		f.code(err, saccade.CodeRateLimited)
		var over *quota.ExceededError
		if !errors.As(err, &over) || over.RetryAfter() != 14*time.Hour+47*time.Minute+16488*time.Millisecond {
			t.Errorf("%v: %+v", err, over)
		}
		if !strings.Contains(err.Error(), "2 analyses a day") || !strings.Contains(err.Error(), "2026-06-02 00:00 UTC") {
			t.Error(err)
		}
		_, err = f.order("rival", 0, nil)
		f.ok(err)
		f.quota("acme", 3, 0)
		_, err = f.order("acme", 0, nil)
		f.ok(err)
		_, err = f.order("acme", 0, nil)
		f.code(err, saccade.CodeRateLimited)
		f.ok(f.SetQuota(t.Context(), "acme", quota.Own{}))
		f.clock.move(over.RetryAfter())
		if _, err = f.order("acme", 0, nil); err != nil || f.used("acme").Analyses != 1 {
			t.Errorf("the next day: %v, %+v", err, f.used("acme"))
		}
		f.code(f.SetQuota(t.Context(), "nobody", quota.Own{}), saccade.CodeNotFound)
		_, err = f.Quota(t.Context(), "nobody")
		f.code(err, saccade.CodeNotFound)
	})
}

// TestQuotaRace: requests at one time cannot pass a quota together.
func TestQuotaRace(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.quota("acme", 5, 0)
		f.quota("rival", 0, 100)
		var wg sync.WaitGroup
		var analyses, images, uploads atomic.Int32
		note := func(n *atomic.Int32, err error, want saccade.Code) {
			if err == nil {
				n.Add(1)
			} else if !saccade.IsCode(err, want) {
				t.Error(err)
			}
		}
		for range 12 {
			wg.Go(func() {
				_, err := f.order("acme", 0, nil)
				note(&analyses, err, saccade.CodeRateLimited)
			})
			wg.Go(func() {
				_, err := f.order("rival", 20, nil)
				note(&images, err, saccade.CodeForbidden)
			})
			wg.Go(func() {
				u, err := f.CreateUpload(t.Context(), "rival")
				if err == nil {
					err = f.NoteUpload(t.Context(), blob.UploadKey("rival", u.ID), 20)
				}
				note(&uploads, err, saccade.CodeForbidden)
			})
		}
		wg.Wait()
		if analyses.Load() != 5 || images.Load()+uploads.Load() != 5 || f.used("rival").Bytes != 100 {
			t.Errorf("%d analyses; %d images and %d uploads; %+v", analyses.Load(), images.Load(), uploads.Load(), f.used("rival"))
		}
	})
}

// TestQuotaOfBytes: an upload counts once, results count, what is erased does not.
func TestQuotaOfBytes(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.quota("acme", 0, 1000)
		u, err := f.CreateUpload(t.Context(), "acme")
		f.ok(err)
		key := blob.UploadKey("acme", u.ID)
		f.ok(f.NoteUpload(t.Context(), key, 900))
		f.ok(f.NoteUpload(t.Context(), key, 800)) // again, in place of the former
		f.code(f.NoteUpload(t.Context(), key, 1001), saccade.CodeForbidden)
		if n := f.used("acme").Bytes; n != 0 {
			t.Errorf("%d bytes of an upload that was refused", n)
		}
		f.ok(f.NoteUpload(t.Context(), key, 800))
		video := func(size int64) (*saccade.Analysis, error) {
			a, _, err := f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindVideo, Object: string(key), Size: size}}, nil)
			return a, err
		}
		a, err := video(800)
		f.ok(err)
		b, err := video(800)
		f.ok(err)
		c := f.begin(a.ID)
		c.Stored = 300
		f.ok(c.Succeed(t.Context(), someOutputs()))
		if n := f.used("acme").Bytes; n != 1100 {
			t.Errorf("%d bytes with results, want 1100", n)
		}
		_, err = video(800)
		f.code(err, saccade.CodeForbidden)
		if !strings.Contains(err.Error(), "1000 B") || !strings.Contains(err.Error(), "1.1 KiB") {
			t.Error(err)
		}
		_, err = f.order("acme", 1, nil)
		f.code(err, saccade.CodeForbidden)
		_, err = f.CreateUpload(t.Context(), "acme")
		f.code(err, saccade.CodeForbidden)
		_, err = f.Delete(t.Context(), "acme", a.ID)
		f.ok(err)
		if n := f.used("acme").Bytes; n != 800 {
			t.Errorf("%d bytes while another uses the upload, want 800", n)
		}
		_, err = f.Delete(t.Context(), "acme", b.ID)
		f.ok(err)
		if n := f.used("acme").Bytes; n != 0 {
			t.Errorf("%d bytes after all was erased", n)
		}
		// A bucket tells the size of an upload when its analysis is ordered.
		u, err = f.CreateUpload(t.Context(), "acme")
		f.ok(err)
		key = blob.UploadKey("acme", u.ID)
		_, err = video(1001)
		f.code(err, saccade.CodeForbidden)
		_, err = video(1000)
		f.ok(err)
	})
}

// TestUnmeasured: what is from before there were quotas is listed until its size is noted.
func TestUnmeasured(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		u, err := f.CreateUpload(t.Context(), "acme")
		f.ok(err)
		key := blob.UploadKey("acme", u.ID)
		a := f.create(saccade.KindVideo, func(r *saccade.Request) { r.Object = string(key) })
		f.create(saccade.KindImage)
		f.ok(f.begin(a.ID).Succeed(t.Context(), someOutputs()))
		_, err = f.DB().ExecContext(t.Context(), `UPDATE analyses SET bytes = NULL`)
		f.ok(err)
		want := []quota.Unmeasured{{Analysis: a.ID, Keys: []blob.Key{blob.AnalysisKey(a.ID, "attentionMap.webm")}}, {Keys: []blob.Key{key}}}
		got, err := f.Unmeasured(t.Context())
		f.ok(err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		for i, v := range got {
			f.ok(f.NoteSize(t.Context(), v, int64(10+i)))
			f.ok(f.NoteSize(t.Context(), v, 99)) // another worker, later
		}
		if got, err = f.Unmeasured(t.Context()); err != nil || len(got) != 0 || f.used("acme").Bytes != 21 {
			t.Errorf("%v, %v, %+v", got, err, f.used("acme"))
		}
	})
}

// TestQuotaCost: on SQLite an order of an account with a quota reads a sum, and of its day no
// more than the quota, however much it has.
func TestQuotaCost(t *testing.T) {
	var to asked
	f := open(t, store.DriverSQLite, func(c *store.Config) {
		c.MaxQueued, c.Quota = 0, quota.Limits{Analyses: 100, Bytes: 1 << 40}
		c.WrapSQLite = func(d driver.Driver) driver.Driver { return noting{d, &to} }
	})
	other, err := f.order("rival", 10, nil)
	f.ok(err)
	fill(f, other, 1000)
	_, err = f.DB().ExecContext(t.Context(), `UPDATE analyses SET bytes = 10`)
	f.ok(err)
	to.take()
	_, err = f.order("rival", 10, nil)
	f.code(err, saccade.CodeRateLimited)
	_, err = f.order("acme", 10, nil)
	f.ok(err)
	queries, rows := to.take()
	plans(f, queries)
	if rows > 20 {
		t.Errorf("%d rows were answered to\n%s", rows, strings.Join(queries, "\n"))
	}
	all := strings.Join(queries, "\n")
	for _, part := range []string{"quota_bytes", "FROM stored", "created_at >="} {
		if !strings.Contains(all, part) {
			t.Errorf("nothing asked for %s", part)
		}
	}
}

// TestSums: the sums of what is stored are right whoever changes rows, and are made where
// there are none.
func TestSums(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		for _, statement := range []string{
			`UPDATE uploads SET size = 7 WHERE account = 'acme'`, `UPDATE uploads SET size = size`, `UPDATE analyses SET bytes = NULL WHERE account = 'acme'`,
			`UPDATE analyses SET bytes = 1000 WHERE bytes IS NULL`, `UPDATE analyses SET bytes = bytes - 1`, `DELETE FROM uploads WHERE account = 'rival'`,
			`DELETE FROM analyses WHERE account = 'acme'`, `DROP TABLE nothing`, // which fails
		} {
			f.uploaded()
			u, err := f.CreateUpload(t.Context(), "rival")
			f.ok(err)
			f.ok(f.NoteUpload(t.Context(), blob.UploadKey("rival", u.ID), 3))
			_, err = f.order("acme", 40, nil)
			f.ok(err)
			_, _ = f.DB().ExecContext(t.Context(), statement)
			f.sumsAreRight(statement)
		}
		drop := `DROP TRIGGER stored_analyses_insert`
		if f.Driver() == store.DriverPostgres {
			drop = `DROP FUNCTION stored_analyses CASCADE; DROP FUNCTION stored_uploads CASCADE`
		} else {
			for _, name := range []string{"analyses_delete", "analyses_update", "uploads_insert", "uploads_delete", "uploads_update"} {
				drop += `; DROP TRIGGER stored_` + name
			}
		}
		_, err := f.DB().ExecContext(t.Context(), drop)
		f.ok(err)
		_, err = f.order("acme", 50, nil)
		f.ok(err)
		g := &fixture{Store: storetest.Open(t, f.cfg), t: t, cfg: f.cfg, clock: f.clock}
		g.sumsAreRight("opened anew")
		_, err = g.order("acme", 60, nil)
		f.ok(err)
		g.sumsAreRight("an order")
	})
}

// sumsAreRight compares the sums with the rows.
func (f *fixture) sumsAreRight(after string) {
	f.t.Helper()
	for _, account := range []string{"acme", "rival"} {
		var want int64
		f.ok(f.DB().QueryRowContext(f.t.Context(), `SELECT CAST(
			(SELECT coalesce(sum(bytes), 0) FROM analyses WHERE account = $1 AND bytes > 0) +
			(SELECT coalesce(sum(size), 0) FROM uploads WHERE account = $1 AND size > 0) AS BIGINT)`, account).Scan(&want))
		if got := f.used(account).Bytes; got != want {
			f.t.Errorf("%s, after %s: %d bytes, want %d", account, after, got, want)
		}
	}
}
