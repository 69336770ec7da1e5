package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func TestQueueLimitAndPosition(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, func(c *store.Config) { c.MaxQueued = 4 })
		v1, v2 := f.create(saccade.KindVideo), f.create(saccade.KindVideo)
		i1, p1 := f.create(saccade.KindImage), f.create(saccade.KindPage)
		_, _, err := f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindVideo}}, nil)
		f.code(err, saccade.CodeOverCapacity)
		positions := func(want map[string]int) {
			t.Helper()
			for id, w := range want {
				if n, err := f.QueuePosition(t.Context(), id); err != nil || n != w {
					t.Errorf("position %d, %v; want %d", n, err, w)
				}
			}
		}
		positions(map[string]int{v1.ID: 1, v2.ID: 2, i1.ID: 1, p1.ID: 2, "nothing": 0})
		c := f.begin(v1.ID)
		positions(map[string]int{v1.ID: 0, v2.ID: 1, p1.ID: 2})
		q, err := f.QueueState(t.Context())
		f.ok(err)
		if q.Waiting != 3 || q.Running != 1 || !q.Oldest[saccade.KindVideo].Equal(v2.CreatedAt) || !q.Oldest[saccade.KindPage].Equal(p1.CreatedAt) {
			t.Errorf("queue %+v", q)
		}
		f.ok(c.Succeed(t.Context(), someOutputs()))
		positions(map[string]int{v1.ID: 0})
		f.create(saccade.KindVideo)
	})
}

// TestFullQueueShutsNobodyOut: an account that fills the queue is refused, others
// still get their share, until as much again is waiting.
func TestFullQueueShutsNobodyOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, func(c *store.Config) { c.MaxQueued = 2 })
		create := func(account string) error {
			_, err := f.EnsureAccount(t.Context(), account)
			f.ok(err)
			_, _, err = f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: account, Request: saccade.Request{Kind: saccade.KindImage}}, nil)
			return err
		}
		for _, account := range []string{"acme", "acme", "rival"} {
			f.ok(create(account))
		}
		f.code(create("acme"), saccade.CodeOverCapacity)
		f.code(create("rival"), saccade.CodeOverCapacity)
		f.ok(create("third"))
		f.code(create("fourth"), saccade.CodeOverCapacity)
	})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var want []string
		for i := range 7 {
			kind := saccade.KindVideo
			if i%3 == 2 {
				kind = saccade.KindImage
			}
			a := f.create(kind)
			if kind == saccade.KindVideo {
				want = append([]string{a.ID}, want...)
			}
			if i == 4 {
				f.clock.move(-time.Millisecond) // two at the same moment
			}
		}
		ids := func(o store.ListOptions) (all []string, pages int) {
			for {
				page, next, err := f.List(t.Context(), "acme", o)
				f.ok(err)
				pages++
				for _, a := range page {
					all = append(all, a.ID)
				}
				if next == "" {
					return all, pages
				}
				o.After = next
			}
		}
		for limit, pages := range map[int]int{0: 1, 2: 3, 5: 1, 4: 2, 1000: 1} {
			got, n := ids(store.ListOptions{Kind: saccade.KindVideo, Limit: limit})
			if n != pages || len(got) != len(want) {
				t.Errorf("limit %d: %d pages of %d", limit, n, len(got))
			}
			seen := map[string]bool{}
			for _, id := range got {
				seen[id] = true
			}
			if len(seen) != len(want) {
				t.Errorf("limit %d: %v", limit, got)
			}
		}
		f.ok(f.begin(want[1]).Succeed(t.Context(), someOutputs()))
		if got, _ := ids(store.ListOptions{Status: saccade.StatusSuccess}); !cmp.Equal(got, want[1:2]) {
			t.Errorf("successes: %v", got)
		}
		if got, _ := ids(store.ListOptions{}); len(got) != 7 {
			t.Errorf("all: %v", got)
		}
		_, err := f.Delete(t.Context(), "acme", want[0])
		f.ok(err)
		if got, _ := ids(store.ListOptions{Kind: saccade.KindVideo}); cmp.Equal(got, want) || len(got) != len(want)-1 {
			t.Errorf("after a deletion: %v", got)
		}
	})
}

func TestListEdges(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		for _, bad := range []string{"x", "!!!", "MTIz", strings.Repeat("A", 1000), "MS8A"} {
			_, _, err := f.List(t.Context(), "acme", store.ListOptions{After: bad})
			f.code(err, saccade.CodeClient)
		}
		page, next, err := f.List(t.Context(), "nobody", store.ListOptions{})
		if err != nil || next != "" || page == nil || len(page) != 0 {
			t.Errorf("an empty list: %v, %q, %v", page, next, err)
		}
	})
}

// TestTwoProcesses: the command line makes a token while the server runs.
func TestTwoProcesses(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		cli := storetest.Open(t, f.cfg)
		plain, _, err := cli.CreateToken(t.Context(), "acme", nil)
		f.ok(err)
		_, _, err = f.Authenticate(t.Context(), plain)
		f.ok(err)
		var wg sync.WaitGroup
		for _, s := range []*store.Store{cli, f.Store} {
			for i := range 4 {
				wg.Go(func() {
					for n := range 10 {
						if _, err := s.EnsureAccount(t.Context(), fmt.Sprintf("many-%d-%d", i, n)); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
	})
}

// TestReadBesideLongTransaction: a poll is answered while somebody writes.
func TestReadBesideLongTransaction(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		tx, err := f.DB().BeginTx(t.Context(), nil)
		f.ok(err)
		defer func() { _ = tx.Rollback() }()
		_, err = tx.ExecContext(t.Context(), `UPDATE analyses SET stage = 'unseen'`)
		f.ok(err)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		got, err := f.Analysis(ctx, "acme", a.ID)
		f.ok(err)
		t.Logf("read in %v", time.Since(start))
		if got.Progress.Stage != "queued" {
			t.Errorf("stage %q was never committed", got.Progress.Stage)
		}
	})
}

func TestOpenTwiceAndCheck(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				s, err := store.Open(t.Context(), f.cfg)
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(s.Check(t.Context()), s.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
	if _, err := store.Open(t.Context(), store.Config{}); err == nil {
		t.Error("an empty configuration was taken")
	}
	file := filepath.Join(t.TempDir(), "with space", "ü?#%41.db")
	cfg := store.DefaultConfig()
	cfg.DSN = "sqlite:" + file
	storetest.Open(t, cfg)
	stat, err := os.Stat(file)
	if err != nil || stat.Mode().Perm() != 0o600 || stat.Size() == 0 {
		t.Errorf("the file: %v, %v", stat, err)
	}
}

// TestLockedDatabase: another process holds the write lock; a request is
// refused soon, and reading goes on.
func TestLockedDatabase(t *testing.T) {
	f := open(t, store.DriverSQLite)
	a := f.create(saccade.KindVideo)
	other := storetest.Open(t, f.cfg)
	tx, err := other.DB().BeginTx(t.Context(), nil)
	f.ok(err)
	_, err = f.CreateUpload(t.Context(), "acme")
	f.code(err, saccade.CodeOverCapacity)
	_, _, err = f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindVideo}}, nil)
	f.code(err, saccade.CodeOverCapacity)
	f.get(a.ID)
	f.ok(tx.Rollback())
	_, err = f.CreateUpload(t.Context(), "acme")
	f.ok(err)
}
