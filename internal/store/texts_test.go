package store_test

import (
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// summary is a summary under test.
type summary struct {
	f  *fixture
	id string // of the analysis
}

func newSummary(f *fixture) summary {
	a := f.create(saccade.KindVideo)
	f.ok(f.begin(a.ID).Succeed(f.t.Context(), someOutputs()))
	return summary{f, a.ID}
}

func (s summary) state(want store.TextStatus, body string) {
	s.f.t.Helper()
	text, err := s.f.Text(s.f.t.Context(), "acme", s.id, "summary")
	if err != nil || text.Status != want || text.Body != body {
		s.f.t.Errorf("%+v, %v; want %s %q", text, err, want, body)
	}
}

func (s summary) start(want store.TextStatus) {
	s.f.t.Helper()
	text, err := s.f.StartText(s.f.t.Context(), "acme", s.id, "summary", time.Hour)
	if err != nil || text.Status != want {
		s.f.t.Errorf("%+v, %v; want %s", text, err, want)
	}
}

func (s summary) claim() *store.TextClaim {
	s.f.t.Helper()
	c, err := s.f.ClaimText(s.f.t.Context(), storetest.Holder("i"))
	s.f.ok(err)
	return c
}

// TestTexts: a text is a job like any other.
func TestTexts(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		s := newSummary(f)
		_, err := f.Text(t.Context(), "acme", s.id, "summary")
		f.code(err, saccade.CodeNotFound)
		_, err = f.StartText(t.Context(), "rival", s.id, "summary", 0)
		f.code(err, saccade.CodeNotFound)
		s.start(store.TextStarted)
		s.start(store.TextStarted)
		if n := f.tickets(store.WorkText); n != 1 {
			t.Errorf("%d tickets for one text", n)
		}
		c := s.claim()
		if c.Analysis.ID != s.id || c.Kind != "summary" {
			t.Errorf("%+v", c)
		}
		s.start(store.TextProcessing)
		_, err = f.ClaimText(t.Context(), storetest.Holder("i"))
		f.is(err, store.ErrNoWork) // it cannot be written twice
		f.ok(c.Release(t.Context()))
		s.state(store.TextStarted, "")
	})
}

// TestTextTries: a text survives its process, but not for ever.
func TestTextTries(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		s := newSummary(f)
		s.start(store.TextStarted)
		c := s.claim()
		for range f.cfg.MaxTries - 1 { // the process dies
			f.clock.move(2 * f.cfg.Lease)
			made, _, err := f.Requeue(t.Context())
			if err != nil || made > 1 {
				t.Errorf("made %d tickets, %v", made, err)
			}
			s.state(store.TextStarted, "")
			old := c
			c = s.claim()
			f.is(old.Complete(t.Context(), "late"), store.ErrFenced)
		}
		f.clock.move(2 * f.cfg.Lease)
		_, err := f.ClaimText(t.Context(), storetest.Holder("i"))
		f.is(err, store.ErrNoWork)
		s.state(store.TextFailed, "")
		s.start(store.TextStarted)
		f.ok(s.claim().Complete(t.Context(), "# Body"))
		s.state(store.TextCompleted, "# Body")
		f.clock.move(time.Hour)
		s.start(store.TextCompleted)
		f.clock.move(time.Millisecond)
		s.start(store.TextStarted) // anew: it is older than texts are kept
		f.ok(s.claim().Fail(t.Context()))
		s.state(store.TextFailed, "")
		s.start(store.TextStarted)
		c = s.claim()
		_, err = f.Delete(t.Context(), "acme", s.id)
		f.ok(err)
		f.is(c.Complete(t.Context(), "late"), store.ErrCanceled)
	})
}
