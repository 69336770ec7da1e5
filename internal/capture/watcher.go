package capture

import (
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

// document is one document of the main frame.
type document struct {
	request network.RequestID
	url     string // after redirects
	status  int    // of HTTP; 0: none
	failure string // "net::ERR_..."
}

// state is what is known of the page at a moment.
type state struct {
	doc      *document // shown now; nil: none yet
	asked    string    // address that the main frame asked for last
	number   int       // of documents shown so far
	ready    bool      // the document is parsed
	loaded   bool      // its load event has fired
	inflight int       // requests under way
	active   time.Time // when a request last began or ended
	crashed  bool
}

// watcher follows the events of a tab. observe is called by chromedp in the
// order of events and must not block.
type watcher struct {
	mu      sync.Mutex
	now     state
	pending *document // the navigation under way
	flights map[network.RequestID]bool
	main    cdp.FrameID

	changed chan struct{} // signalled after every change
	dialogs chan page.DialogType
}

func newWatcher() *watcher {
	return &watcher{
		flights: map[network.RequestID]bool{},
		changed: make(chan struct{}, 1),
		dialogs: make(chan page.DialogType, 64),
		now:     state{active: time.Now()},
	}
}

// state gives a copy of what is known.
func (w *watcher) state() state {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.now
	s.inflight = len(w.flights)
	if s.doc != nil {
		d := *s.doc
		s.doc = &d
	}
	return s
}

// follow names the main frame.
func (w *watcher) follow(id cdp.FrameID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.main = id
}

func (w *watcher) observe(ev any) {
	w.mu.Lock()
	changed := w.apply(ev)
	w.mu.Unlock()
	if changed {
		select {
		case w.changed <- struct{}{}:
		default:
		}
	}
}

// apply reports whether the event changed anything of interest.
func (w *watcher) apply(ev any) bool {
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		w.begin(ev)
	case *network.EventResponseReceived:
		for _, d := range []*document{w.pending, w.now.doc} {
			if d != nil && d.request == ev.RequestID {
				d.status, d.url = int(ev.Response.Status), ev.Response.URL
			}
		}
	case *network.EventLoadingFinished:
		w.end(ev.RequestID)
	case *network.EventLoadingFailed:
		if w.pending != nil && w.pending.request == ev.RequestID {
			w.pending.failure = ev.ErrorText
		}
		w.end(ev.RequestID)
	case *page.EventFrameNavigated:
		w.show(ev.Frame)
	case *page.EventDomContentEventFired:
		w.now.ready = true
	case *page.EventLoadEventFired:
		w.now.ready, w.now.loaded = true, true
	case *page.EventJavascriptDialogOpening:
		select {
		case w.dialogs <- ev.Type:
		default:
		}
	case *inspector.EventTargetCrashed:
		w.now.crashed = true
	default:
		return false
	}
	return true
}

func (w *watcher) begin(ev *network.EventRequestWillBeSent) {
	w.now.active = time.Now()
	if ev.Type == network.ResourceTypeDocument && ev.FrameID == w.main {
		w.pending = &document{request: ev.RequestID, url: ev.Request.URL}
		w.now.asked = ev.Request.URL
	}
	// A page that never stops asking must not fill our memory.
	if ev.Type != network.ResourceTypeEventSource && len(w.flights) < 10000 {
		w.flights[ev.RequestID] = true
	}
}

func (w *watcher) end(id network.RequestID) {
	w.now.active = time.Now()
	delete(w.flights, id)
}

// show notes that the main frame shows another document.
func (w *watcher) show(f *cdp.Frame) {
	if f.ParentID != "" {
		return
	}
	w.main = f.ID
	d := &document{url: f.URL}
	if w.pending != nil {
		d, w.pending = w.pending, nil
	}
	if f.UnreachableURL != "" {
		d.url = f.UnreachableURL
		if d.failure == "" {
			d.failure = "net::ERR_FAILED"
		}
	}
	w.now.doc, w.now.ready, w.now.loaded = d, false, false
	w.now.number++
	clear(w.flights)
}
