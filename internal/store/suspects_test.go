package store_test

import (
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// TestSuspects: a lease that runs out counts as a death only if the attempt ran
// alone, and the third such death is the last.
func TestSuspects(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		a := f.create(saccade.KindVideo)
		die := func(requeue bool) {
			f.clock.move(2 * f.cfg.Lease)
			if requeue {
				_, _, err := f.Requeue(t.Context())
				f.ok(err)
			}
		}
		if f.begin(a.ID).Suspect {
			t.Error("the first attempt is suspect")
		}
		for i := range 5 { // with others
			die(i%2 == 0)
			c := f.begin(a.ID)
			if !c.Suspect || c.Tries != 1 {
				t.Errorf("after %d deaths beside others: suspect %v, tries %d", i+1, c.Suspect, c.Tries)
			}
		}
		die(true)
		f.ok(f.begin(a.ID).Release(t.Context(), 0, false)) // an orderly stop is none
		for i := range f.cfg.MaxTries {
			f.ok(f.begin(a.ID).Alone(t.Context()))
			die(i%2 == 0)
		}
		_, err := f.claim()
		f.is(err, store.ErrNoWork)
		if got := f.get(a.ID); got.Status != saccade.StatusFailed || got.Err.Code != saccade.CodeServer {
			t.Errorf("%+v", got)
		}
	})
}
