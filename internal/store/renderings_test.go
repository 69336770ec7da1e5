package store_test

import (
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// heat is the heat map, asked for later.
func heat() store.Rendering {
	return store.Rendering{Outputs: []saccade.Output{saccade.OutAttentionMap}, Palette: saccade.PaletteHeat}
}

// claimRendering starts an attempt at a rendering of a video.
func (f *fixture) claimRendering() *store.RenderingClaim {
	f.t.Helper()
	c, err := f.ClaimRendering(f.t.Context(), store.WorkRendering, storetest.Holder("i"))
	f.ok(err)
	return c
}

// TestRenderingAndQuota: who has no room left is refused more outputs as well, and what they
// and new tables of areas take counts, what they replace no longer.
func TestRenderingAndQuota(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.quota("acme", 0, 1000)
		a := f.create(saccade.KindVideo)
		c := f.begin(a.ID)
		c.Stored = 100
		f.ok(c.Succeed(t.Context(), someOutputs()))
		used := func(want int64) {
			t.Helper()
			if n := f.used("acme").Bytes; n != want {
				t.Errorf("%d bytes, want %d", n, want)
			}
		}
		f.ok(f.StartRendering(t.Context(), "acme", a.ID, heat()))
		f.ok(f.claimRendering().Succeed(t.Context(), 50, func(*saccade.Analysis) {}))
		used(150)
		for _, edition := range []struct {
			name  string
			bytes int64
			want  int64
		}{{"one", 10, 160}, {"two", 20, 180}, {"three", 30, 200}, {"four", 5, 185}} {
			_, err := f.SetAOIs(t.Context(), "acme", a.ID, store.Measured{Edition: edition.name, Bytes: edition.bytes})
			f.ok(err)
			used(edition.want)
		}
		f.quota("acme", 0, 185)
		f.code(f.StartRendering(t.Context(), "acme", a.ID, heat()), saccade.CodeForbidden)
		if r, err := f.Rendering(t.Context(), a.ID); err != nil || r != nil || f.tickets(store.WorkRendering) > 1 {
			t.Errorf("refused, and there is %v, %v", r, err)
		}
	})
}

// TestRenderingIsPutBack: an orderly stop costs no try, a failure does.
func TestRenderingIsPutBack(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		f.ok(f.begin(a.ID).Succeed(t.Context(), someOutputs()))
		asked := f.clock.Now()
		f.ok(f.StartRendering(t.Context(), "acme", a.ID, heat()))
		f.clock.move(time.Minute)
		if q, err := f.QueueState(t.Context()); err != nil || !q.OldestRendering.Equal(asked) || q.Waiting != 0 || len(q.Oldest) != 0 {
			t.Errorf("%+v, %v", q, err)
		}
		_, err := f.ClaimRendering(t.Context(), store.WorkImageRendering, storetest.Holder("i"))
		f.is(err, store.ErrNoWork)
		for range f.cfg.MaxTries + 1 {
			f.ok(f.claimRendering().Release(t.Context(), 0, false))
		}
		for n := range f.cfg.MaxTries {
			c := f.claimRendering()
			if c.Tries != n+1 {
				t.Errorf("try %d, want %d", c.Tries, n+1)
			}
			f.ok(c.Release(t.Context(), time.Second, true))
			f.clock.move(time.Second)
		}
		_, err = f.ClaimRendering(t.Context(), store.WorkRendering, storetest.Holder("i"))
		f.is(err, store.ErrNoWork)
		if r, err := f.Rendering(t.Context(), a.ID); err != nil || r.Err == nil {
			t.Errorf("%v, %v", r, err)
		}
		asked = f.clock.Now()
		f.ok(f.StartRendering(t.Context(), "acme", a.ID, heat()))
		if q, err := f.QueueState(t.Context()); err != nil || !q.OldestRendering.Equal(asked) {
			t.Errorf("asked for again at %v: %+v, %v", asked, q, err)
		}
		c := f.claimRendering()
		if q, err := f.QueueState(t.Context()); err != nil || !q.OldestRendering.IsZero() {
			t.Errorf("%+v, %v", q, err)
		}
		_, err = f.Delete(t.Context(), "acme", a.ID)
		f.ok(err)
		f.is(c.Heartbeat(t.Context(), 0.5), store.ErrCanceled)
	})
}
