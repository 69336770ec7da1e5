package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

func TestCreateAndRead(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		at := f.clock.Now()
		a := f.create(saccade.KindVideo, func(r *saccade.Request) {
			r.AOIs = []saccade.AOI{{Name: "logo", Box: &saccade.Box{X: 0.1, Y: 0.2, Width: 0.3, Height: 0.4}}}
			r.Title = "Ein Titel: äöü 😀 \"quoted\" \\ 'x'"
		})
		want := &saccade.Analysis{ID: a.ID, ExposedID: a.ExposedID, Account: "acme", Request: a.Request,
			Status: saccade.StatusPending, Progress: saccade.Progress{Stage: saccade.StageQueued}, CreatedAt: at}
		if diff := cmp.Diff(want, f.get(a.ID)); diff != "" {
			t.Error(diff)
		}
		if a.ID == a.ExposedID {
			t.Error("the exposed id is the id")
		}
		byExposed, err := f.AnalysisByExposedID(t.Context(), "acme", a.ExposedID)
		f.ok(err)
		if byExposed.ID != a.ID {
			t.Errorf("got %s", byExposed.ID)
		}
		for _, id := range []string{"", "nothing", a.ExposedID, "' OR 1=1 --"} {
			_, err = f.Analysis(t.Context(), "acme", id)
			f.code(err, saccade.CodeNotFound)
		}
		_, err = f.Analysis(t.Context(), "rival", a.ID)
		f.code(err, saccade.CodeNotFound)
		_, err = f.AnalysisByExposedID(t.Context(), "rival", a.ExposedID)
		f.code(err, saccade.CodeNotFound)
		if n := f.tickets(store.WorkVideo); n != 1 {
			t.Errorf("%d jobs, want 1", n)
		}
	})
}

// TestCreateIsOneTransaction: without a job there is no row.
func TestCreateIsOneTransaction(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		repair := f.breakQueue()
		a := &saccade.Analysis{ID: "fixed", Account: "acme", Request: saccade.Request{Kind: saccade.KindImage}}
		if _, _, err := f.CreateAnalysis(t.Context(), a, &store.Idempotency{Key: "k", BodyHash: "h"}); err == nil {
			t.Error("no error")
		}
		repair()
		_, err := f.Analysis(t.Context(), "acme", "fixed")
		f.code(err, saccade.CodeNotFound)
		_, replayed, err := f.CreateAnalysis(t.Context(), a, &store.Idempotency{Key: "k", BodyHash: "h"})
		if err != nil || replayed {
			t.Errorf("the key was kept: %v, %v", replayed, err)
		}
	})
}

func TestIdempotency(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		post := func(account, key, hash string) (*saccade.Analysis, bool, error) {
			return f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: account, Request: saccade.Request{Kind: saccade.KindImage}}, &store.Idempotency{Key: key, BodyHash: hash})
		}
		first, replayed, err := post("acme", "k1", "h1")
		if err != nil || replayed {
			t.Fatal(replayed, err)
		}
		again, replayed, err := post("acme", "k1", "h1")
		if err != nil || !replayed || again.ID != first.ID {
			t.Errorf("replay: %v, %v, %v", again, replayed, err)
		}
		_, _, err = post("acme", "k1", "h2")
		f.code(err, saccade.CodeConflict)
		other, replayed, err := post("rival", "k1", "h2")
		if err != nil || replayed || other.ID == first.ID {
			t.Errorf("another account's key: %v, %v, %v", other, replayed, err)
		}
		f.clock.move(24*time.Hour + time.Minute)
		late, replayed, err := post("acme", "k1", "h2")
		if err != nil || replayed || late.ID == first.ID {
			t.Errorf("after a day: %v, %v, %v", late, replayed, err)
		}
		if n := f.tickets(store.WorkImage); n != 3 {
			t.Errorf("%d jobs, want 3", n)
		}
	})
}

// TestIdempotencyRace: of many equal requests at once one creates.
func TestIdempotencyRace(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var mu sync.Mutex
		ids, created := map[string]bool{}, 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				a, replayed, err := f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindImage}}, &store.Idempotency{Key: "k", BodyHash: "h"})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				ids[a.ID] = true
				if !replayed {
					created++
				}
			})
		}
		wg.Wait()
		if len(ids) != 1 || created != 1 {
			t.Errorf("%d ids, %d created", len(ids), created)
		}
	})
}

// TestNoRoom keeps a database from growing, as a full disk does.
func TestNoRoom(t *testing.T) {
	f := open(t, store.DriverSQLite)
	var limit int
	f.ok(f.DB().QueryRowContext(t.Context(), `PRAGMA max_page_count = 1`).Scan(&limit)) // means: no more than there are
	var err error
	for range 10_000 {
		if _, err = f.CreateUpload(t.Context(), "acme"); err != nil {
			break
		}
	}
	f.code(err, saccade.CodeOverCapacity)
	a := &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindImage, Title: strings.Repeat("x", 100_000)}}
	_, _, err = f.CreateAnalysis(t.Context(), a, nil)
	f.code(err, saccade.CodeOverCapacity)
	f.ok(f.DB().QueryRowContext(t.Context(), `PRAGMA max_page_count = 1000000`).Scan(&limit))
	_, err = f.CreateUpload(t.Context(), "acme")
	f.ok(err)
}
