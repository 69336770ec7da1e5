package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// stored makes a video of acme that has ended, with an upload of 70 bytes and such results.
func (f *fixture) stored(results int64) (*saccade.Analysis, blob.Key) {
	f.t.Helper()
	key := f.uploaded()
	a := f.create(saccade.KindVideo, func(r *saccade.Request) { r.Object = string(key) })
	c := f.begin(a.ID)
	c.Stored = results
	f.ok(c.Succeed(f.t.Context(), someOutputs()))
	f.clock.move(time.Second)
	return f.get(a.ID), key
}

// makeRoom runs what the janitor does, and returns what is there then: ids of analyses with
// results, and in brackets those whose upload is there.
func (f *fixture) makeRoom(names map[string]string) (ended int, there string) {
	f.t.Helper()
	ended, err := f.MakeRoom(f.t.Context())
	f.ok(err)
	_, err = f.Expire(f.t.Context())
	f.ok(err)
	_, err = f.ExpireInputs(f.t.Context())
	f.ok(err)
	page, _, err := f.List(f.t.Context(), "acme", store.ListOptions{Limit: 100})
	f.ok(err)
	var parts []string
	for _, a := range page {
		text := names[a.ID]
		if _, _, ok := blob.Key(a.Request.Object).Upload(); ok && (a.InputExpiresAt == nil || a.InputExpiresAt.After(f.clock.Now())) {
			text = "(" + text + ")"
		}
		parts = append(parts, text)
	}
	return ended, strings.Join(parts, " ")
}

// TestDiskBudget: the oldest goes first, uploads before results; what is kept, waits or was
// not ordered yet never.
func TestDiskBudget(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		open := func(budget int64) *fixture {
			return open(t, driver, func(c *store.Config) { c.DiskBudget = budget })
		}
		for budget, want := range map[int64]struct {
			ended int
			there string
		}{
			2000: {0, "(pending) (d) (kept) (b) (a)"}, // 140 of uploads that stay, 280 of others, 400 of results
			820:  {0, "(pending) (d) (kept) (b) (a)"},
			819:  {1, "(pending) (d) (kept) (b) a"},
			680:  {2, "(pending) (d) (kept) b a"},
			610:  {3, "(pending) d (kept) b a"},
			609:  {4, "(pending) d (kept) b"},
			410:  {5, "(pending) d (kept)"},
			1:    {6, "(pending) (kept)"},
		} {
			f := open(2000)
			names := map[string]string{}
			add := func(name string, results int64) *saccade.Analysis {
				a, _ := f.stored(results)
				names[a.ID] = name
				return a
			}
			add("a", 100)
			add("b", 100)
			yes := true
			_, err := f.Update(t.Context(), "acme", add("kept", 100).ID, store.Change{Keep: &yes})
			f.ok(err)
			add("d", 100)
			f.uploaded() // which nobody has ordered an analysis of
			key := f.uploaded()
			names[f.create(saccade.KindVideo, func(r *saccade.Request) { r.Object = string(key) }).ID] = "pending"
			f.cfg.DiskBudget = budget
			g := &fixture{Store: storetest.Open(t, f.cfg), t: t, cfg: f.cfg, clock: f.clock}
			ended, there := g.makeRoom(names)
			if ended != want.ended || there != want.there {
				t.Errorf("budget %d: %d ended, %s; want %d, %s", budget, ended, there, want.ended, want.there)
			}
			if ended, again := g.makeRoom(names); ended != 0 || again != there {
				t.Errorf("budget %d: %d more ended, %s", budget, ended, again)
			}
		}
	})
}

// TestDiskBudgetRefuses: more is taken as long as what is there can go.
func TestDiskBudgetRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, func(c *store.Config) { c.DiskBudget = 300 })
		a, _ := f.stored(100)
		b, _ := f.stored(100)
		if s, err := f.Stored(t.Context()); err != nil || s != (quota.Stored{Bytes: 340, Budget: 300}) {
			t.Errorf("%+v, %v", s, err)
		}
		yes := true
		_, err := f.Update(t.Context(), "acme", a.ID, store.Change{Keep: &yes})
		f.ok(err)
		u, err := f.CreateUpload(t.Context(), "rival") // 170 can go
		f.ok(err)
		key := blob.UploadKey("rival", u.ID)
		f.code(f.NoteUpload(t.Context(), key, 131), saccade.CodeNoRoom)
		f.ok(f.NoteUpload(t.Context(), key, 129))
		_, err = f.Update(t.Context(), "acme", b.ID, store.Change{Keep: &yes})
		f.ok(err)
		f.clock.move(time.Minute) // counted anew
		_, err = f.CreateUpload(t.Context(), "rival")
		f.code(err, saccade.CodeNoRoom)
		_, err = f.order("acme", 1, nil)
		f.code(err, saccade.CodeNoRoom)
		if e := saccade.AsError(err); e.Code.Status() != 507 || e.Code.Wire() != saccade.CodeOverCapacity || !strings.Contains(e.Message, "300 B") {
			t.Error(err)
		}
		if n, err := f.MakeRoom(t.Context()); n != 0 || err != nil {
			t.Errorf("%d ended, %v", n, err)
		}
		_, err = f.Delete(t.Context(), "acme", b.ID)
		f.ok(err)
		f.clock.move(time.Minute)
		s, err := f.Stored(t.Context())
		f.ok(err)
		if diff := cmp.Diff(quota.Stored{Bytes: 299, Budget: 300}, s); diff != "" {
			t.Error(diff)
		}
		_, err = f.order("acme", 1, nil)
		f.ok(err)
	})
}
