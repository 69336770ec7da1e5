package capture

import (
	"context"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

const (
	quietTime    = 500 * time.Millisecond // without requests: the network is quiet
	silentTime   = 4 * time.Second        // of quiet after which a page counts as loaded without saying so
	stillPause   = 100 * time.Millisecond // between two images
	pollPause    = 50 * time.Millisecond  // between two looks at the state
	maxDocuments = 10                     // of one page that leads from one to the next
	maxScrolls   = 3                      // through a page that grows by scrolling
)

// earlier returns the end of a wait of this length from now, which is no later
// than the moment at which the image must be taken.
func (s *session) earlier(wait time.Duration) time.Time {
	if end := time.Now().Add(wait); end.Before(s.due) {
		return end
	}
	return s.due
}

// sleep waits, and returns why the capture ended if it did.
func (s *session) sleep(d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}

// waitDocument waits until a document is shown.
func (s *session) waitDocument() error {
	limit := time.Now().Add(s.b.cfg.AnswerWait)
	for {
		st := s.page.state(s.b.cfg.RequestWait)
		if err := s.judge(st); err != nil {
			return err
		}
		if st.doc != nil {
			return nil
		}
		if time.Now().After(limit) {
			return s.noAnswer()
		}
		if err := s.sleep(pollPause); err != nil {
			return err
		}
	}
}

// waitRest waits until the page has loaded and its network is quiet, but no
// longer than to the moment at which the image must be taken.
func (s *session) waitRest() error {
	for {
		st := s.page.state(s.b.cfg.RequestWait)
		if err := s.judge(st); err != nil {
			return err
		}
		if st.atRest() || time.Now().After(s.due) {
			return nil
		}
		if err := s.sleep(pollPause); err != nil {
			return err
		}
	}
}

// atRest reports whether the page has loaded: no request is waited for, for a
// while none began or ended, and the load event has fired. Something that stays
// open, a long poll or an image that never comes, may keep it from firing.
func (st state) atRest() bool {
	quiet := time.Since(st.active)
	switch {
	case st.doc == nil || st.waiting > 0 || quiet < quietTime:
		return false
	case st.loaded || st.open > 0:
		return true
	}
	return quiet > silentTime
}

// judge refuses what is not a page that loaded well.
func (s *session) judge(st state) error {
	switch {
	case st.crashed:
		return saccade.Errorf(saccade.CodeWebPage, "The page made the browser crash. Please send a screenshot as an image instead.")
	case st.hops > maxDocuments:
		return saccade.Errorf(saccade.CodeWebPage, "The page leads from one address to the next without end. Please enter the address of the last one.")
	case st.doc == nil:
		return nil
	case st.doc.failure != "":
		return s.failed(st.doc.url, st.doc.failure)
	case st.doc.status >= 400:
		return s.badStatus(st.doc)
	}
	if err := s.judgeKind(st.doc); err != nil {
		return err
	}
	if !strings.HasPrefix(st.doc.url, "http://") && !strings.HasPrefix(st.doc.url, "https://") {
		return saccade.Errorf(saccade.CodeWebPage, "The page led to an address that is not http or https. Please enter the address of the page itself.")
	}
	return nil
}

// waitCurtain waits until a preloader or a splash screen is gone, and until a
// page that hides itself while it loads shows itself. All curtains of a page
// have the time of Config.CurtainWait together.
func (s *session) waitCurtain() error {
	for lifted := false; ; lifted = true {
		covered, err := eval[bool](s, coveredScript)
		if err != nil {
			return err
		}
		if !covered || s.patience <= 0 || time.Now().After(s.due) {
			if lifted { // what was behind may load only now
				return s.waitRest()
			}
			return nil
		}
		if err := s.spend(2 * pollPause); err != nil {
			return err
		}
	}
}

// spend sleeps, and takes the time from what a page has for its curtains.
func (s *session) spend(d time.Duration) error {
	begin := time.Now()
	err := s.sleep(d)
	s.patience -= time.Since(begin)
	return err
}

// scrollThrough shows every part of the page for a moment, again where it grew
// by that, so that what loads lazily begins to load.
func (s *session) scrollThrough() error {
	seen := 0.0
	for range maxScrolls {
		height, err := eval[float64](s, scrollScript, s.maxHeight())
		if err != nil || height <= seen || seen >= s.maxHeight() {
			return err
		}
		if seen > 0 || height > float64(s.view.Height) {
			if err := s.waitRest(); err != nil {
				return err
			}
		}
		if time.Now().After(s.due) {
			return nil
		}
		seen = height
		if now, err := eval[float64](s, `() => document.documentElement.scrollHeight`); err != nil || now <= seen {
			return err
		}
	}
	return nil
}
