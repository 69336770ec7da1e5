package capture

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"

	"github.com/saccade-dev/saccade"
)

// visits photographs one page after the other in one browser, because the start
// of a browser is what takes most of the time of these tests.
type visits struct {
	t *testing.T
	b *Browser
	s *session

	visited int
}

func newVisits(t *testing.T, b *Browser) *visits {
	t.Helper()
	c, err := b.findChrome(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.start(t.Context(), c, viewports[saccade.MediumDesktop])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return &visits{t: t, b: b, s: s}
}

// photograph is session.photograph as if the browser were new.
func (v *visits) photograph(address string) ([]byte, error) {
	if err := v.clear(); err != nil {
		return nil, err
	}
	v.s.due, v.s.patience = time.Now().Add(time.Minute), v.b.cfg.CurtainWait
	v.s.page.mu.Lock()
	v.s.page.now = state{active: time.Now()}
	v.s.page.mu.Unlock()
	// A page before may have been interrupted.
	if _, err := call(v.s, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}); err != nil {
		return nil, err
	}
	png, err := v.s.photograph(address)
	if err != nil {
		err = v.b.explain(v.t.Context(), v.s.ctx, v.s, err)
	}
	return png, err
}

// clear leaves the page before, whose last events may still be on their way: the blank
// page that it goes to is another one each time. It goes again where that page went
// elsewhere by itself at the same moment.
func (v *visits) clear() error {
	for range 10 {
		v.visited++
		blank := "about:blank?" + strconv.Itoa(v.visited)
		v.s.page.mu.Lock()
		v.s.page.pending = nil // a navigation that came to nothing, as that of a 204
		v.s.page.mu.Unlock()
		if _, err := call(v.s, page.Navigate, page.NavigateParams{URL: blank}); err != nil {
			return err
		}
		for begin := time.Now(); time.Since(begin) < 3*time.Second; {
			if doc := v.s.page.state(0).doc; doc != nil && doc.url == blank {
				return nil
			}
			if err := v.s.sleep(pollPause); err != nil {
				return err
			}
		}
	}
	return errors.New("the page before cannot be left")
}

// refusals captures addresses, each with a browser of its own, and wants errors
// with CodeWebPage whose messages contain some words.
func refusals(t *testing.T, b *Browser, want map[string]string) {
	t.Helper()
	for _, address := range slices.Sorted(maps.Keys(want)) {
		refusal(t, b, address, want[address])
	}
}
