package capture

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// ask is the event of a request of the main document.
func asked(id network.RequestID, url string, kind network.ResourceType) *network.EventRequestWillBeSent {
	return &network.EventRequestWillBeSent{RequestID: id, LoaderID: "doc", Type: kind, FrameID: "main", Request: &network.Request{URL: url}}
}

// loadedPage is a watcher whose document has loaded just now.
func loadedPage() *watcher {
	w := newWatcher()
	w.follow("main")
	w.observe(asked("0", "http://a/", network.ResourceTypeDocument))
	w.observe(&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", LoaderID: "doc", URL: "http://a/"}})
	w.observe(&network.EventLoadingFinished{RequestID: "0"})
	w.observe(&page.EventLoadEventFired{})
	return w
}

// restAfter is how long it takes until the page is at rest, looked at as
// waitRest does; a minute when it never is.
func restAfter(w *watcher) time.Duration {
	begin := time.Now()
	for time.Since(begin) < time.Minute && !w.state(8*time.Second).atRest() {
		time.Sleep(pollPause)
	}
	return time.Since(begin).Round(100 * time.Millisecond)
}

func TestRest(t *testing.T) {
	const fetch = network.ResourceTypeFetch
	for name, c := range map[string]struct {
		events func(w *watcher)
		want   time.Duration
	}{
		"nothing more": {func(*watcher) {}, 500 * time.Millisecond},
		"a request of three seconds": {func(w *watcher) {
			w.observe(asked("1", "http://a/api", fetch))
			time.AfterFunc(3*time.Second, func() { w.observe(&network.EventLoadingFinished{RequestID: "1"}) })
		}, 3500 * time.Millisecond},
		"a request that fails": {func(w *watcher) {
			w.observe(asked("1", "http://a/api", fetch))
			time.AfterFunc(time.Second, func() { w.observe(&network.EventLoadingFailed{RequestID: "1", ErrorText: "net::ERR_FAILED"}) })
		}, 1500 * time.Millisecond},
		"requests that never end": {func(w *watcher) {
			w.observe(asked("1", "http://a/poll", fetch))
			w.observe(asked("2", "http://a/poll2", fetch))
		}, 8 * time.Second},
		"one that is sent on keeps its age": {func(w *watcher) {
			w.observe(asked("1", "http://a/poll", fetch))
			time.AfterFunc(5*time.Second, func() { w.observe(asked("1", "http://a/there", fetch)) })
		}, 8 * time.Second},
		"events, beacons and prefetches": {func(w *watcher) {
			w.observe(asked("1", "http://a/events", network.ResourceTypeEventSource))
			w.observe(asked("2", "http://a/beacon", network.ResourceTypePing))
			w.observe(asked("3", "http://a/next", network.ResourceTypePrefetch))
		}, 500 * time.Millisecond},
		"film that has begun": {func(w *watcher) {
			w.observe(asked("1", "http://a/film", network.ResourceTypeMedia))
			time.AfterFunc(time.Second, func() { w.observe(&network.EventDataReceived{RequestID: "1", DataLength: 100}) })
		}, 1500 * time.Millisecond},
		"one address again and again": {func(w *watcher) {
			for n := range 100 {
				time.AfterFunc(time.Duration(n)*200*time.Millisecond, func() {
					id := network.RequestID(strconv.Itoa(n))
					w.observe(asked(id, "http://a/tick", fetch))
					w.observe(&network.EventLoadingFinished{RequestID: id})
				})
			}
		}, 2300 * time.Millisecond}, // ten times it could be loading
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := loadedPage()
				c.events(w)
				if got := restAfter(w); got != c.want {
					t.Errorf("at rest after %v, want %v", got, c.want)
				}
			})
		})
	}
}

func TestRestWithoutLoadEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := loadedPage()
		w.now.loaded = false
		if got := restAfter(w); got != silentTime+100*time.Millisecond {
			t.Errorf("at rest after %v, want a little more than %v", got, silentTime)
		}
		// An image that never comes keeps the event from firing.
		w = loadedPage()
		w.now.loaded = false
		w.observe(asked("1", "http://a/never.png", network.ResourceTypeImage))
		if got := restAfter(w); got != 8*time.Second {
			t.Errorf("at rest after %v, want 8s", got)
		}
	})
}

func TestPagesThatLeadOn(t *testing.T) {
	w := newWatcher()
	w.follow("main")
	show := func(url string) {
		w.observe(&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", URL: url}})
	}
	for range 50 { // it reloads itself
		show("http://a/")
	}
	if st := w.state(0); st.hops != 1 || st.number != 50 {
		t.Errorf("%d hops of %d documents, want 1 of 50", st.hops, st.number)
	}
	show("http://b/")
	if st := w.state(0); st.hops != 2 {
		t.Errorf("%d hops, want 2", st.hops)
	}
}

// TestLeft: a command that is refused while documents change is told from one that fails.
func TestLeft(t *testing.T) {
	refused := fmt.Errorf("screenshot: %w", &cdproto.Error{Code: -32000, Message: "Not attached to an active page"})
	for name, tc := range map[string]struct {
		err   error
		after time.Duration // until the browser says that the page went elsewhere; 0: it does not
		want  bool
		takes time.Duration
	}{
		"went before":          {nil, -1, true, 0},
		"went, and refused":    {refused, -1, true, 0},
		"refused, then went":   {refused, 300 * time.Millisecond, true, 300 * time.Millisecond},
		"refused":              {refused, 0, false, refusedWait},
		"refused, late":        {refused, time.Minute, false, refusedWait},
		"failed by itself":     {errHung, time.Minute, false, 0},
		"taken":                {nil, time.Minute, false, 0},
		"refused, then closed": {refused, -2, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				w := newWatcher()
				w.follow("main")
				show := func() {
					w.observe(&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", URL: "http://a/"}})
				}
				show()
				s, number := &session{ctx: ctx, page: w}, w.number()
				switch {
				case tc.after == -1:
					show()
				case tc.after == -2:
					stop()
				case tc.after > 0:
					timer := time.AfterFunc(tc.after, show)
					defer timer.Stop()
				}
				start := time.Now()
				got := s.left(number, tc.err)
				if took := time.Since(start); got != tc.want || took < tc.takes || took > tc.takes+2*pollPause {
					t.Errorf("%t after %v, want %t after %v", got, took, tc.want, tc.takes)
				}
			})
		})
	}
}
