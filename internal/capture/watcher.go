package capture

import (
	"maps"
	"sync"
	"time"

	"github.com/chromedp/cdproto/animation"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
)

const (
	maxFlights    = 10_000 // requests and animations that are remembered
	pollingAfter  = 10     // requests of one address: the page polls, it does not load
	maxPolledURLs = 1000
)

// document is one document of the main frame.
type document struct {
	request network.RequestID
	url     string // after redirects
	status  int    // of HTTP; 0: none
	mime    string // of the answer, lower case
	failure string // "net::ERR_..."
	bytes   int64  // of its body so far, decoded
	ended   bool   // the body is complete
}

// state is what is known of the page at a moment.
type state struct {
	doc     *document // shown now; nil: none yet
	asked   string    // address that the main frame asked for last
	status  int       // of HTTP, of the main frame's last answer; 0: none
	number  int       // of documents shown so far
	hops    int       // of them with another address than the one before
	ready   bool      // the document is parsed
	loaded  bool      // its load event has fired
	waiting int       // requests under way that are waited for
	open    int       // requests under way for longer than that: long polls
	active  time.Time // when a request last began or ended
	crashed bool
}

// flight is a request under way.
type flight struct {
	since  time.Time
	kind   network.ResourceType
	loader cdp.LoaderID // of the document that asked
	polls  bool         // its address was asked for many times before
}

// watcher follows the events of a tab. observe is called by chromedp in the
// order of events and must not block.
type watcher struct {
	mu         sync.Mutex
	now        state
	pending    *document // the navigation under way
	flights    map[network.RequestID]flight
	asked      map[string]int  // how often an address was asked for
	animations map[string]bool // ids of those that started and were not ended by us
	main       cdp.FrameID

	dialogs chan page.DialogType
}

func newWatcher() *watcher {
	return &watcher{
		flights:    map[network.RequestID]flight{},
		asked:      map[string]int{},
		animations: map[string]bool{},
		dialogs:    make(chan page.DialogType, 64),
		now:        state{active: time.Now()},
	}
}

// state returns a copy of what is known. A request that has been under way for
// longer than patience is a long poll and is not counted as waiting.
func (w *watcher) state(patience time.Duration) state {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.now
	for _, f := range w.flights {
		if time.Since(f.since) < patience {
			s.waiting++
		} else {
			s.open++
		}
	}
	if s.doc != nil {
		d := *s.doc
		s.doc = &d
	}
	return s
}

// number returns how many documents were shown so far.
func (w *watcher) number() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now.number
}

// takeAnimations returns the animations that have started since the last call.
func (w *watcher) takeAnimations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := make([]string, 0, len(w.animations))
	for id := range w.animations {
		ids = append(ids, id)
	}
	clear(w.animations)
	return ids
}

// follow names the main frame.
func (w *watcher) follow(id cdp.FrameID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.main = id
}

func (w *watcher) observe(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		w.begin(ev)
	case *network.EventResponseReceived:
		w.answered(ev)
	case *network.EventDataReceived:
		w.received(ev)
	case *network.EventLoadingFinished:
		w.end(ev.RequestID, "")
	case *network.EventLoadingFailed:
		w.end(ev.RequestID, ev.ErrorText)
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
	case *animation.EventAnimationStarted:
		if len(w.animations) < maxFlights {
			w.animations[ev.Animation.ID] = true
		}
	case *animation.EventAnimationCanceled:
		delete(w.animations, ev.ID)
	case *inspector.EventTargetCrashed:
		w.now.crashed = true
	}
}

// begin notes a request. One that is sent on to another address keeps its age.
func (w *watcher) begin(ev *network.EventRequestWillBeSent) {
	if ev.Type == network.ResourceTypeDocument && ev.FrameID == w.main {
		w.pending = &document{request: ev.RequestID, url: ev.Request.URL}
		w.now.asked, w.now.status = ev.Request.URL, 0
	}
	switch ev.Type {
	case network.ResourceTypeEventSource, network.ResourceTypePing, network.ResourceTypePrefetch, network.ResourceTypeCSPViolationReport:
		return // never ends, or never shows
	}
	f := flight{since: time.Now(), kind: ev.Type, loader: ev.LoaderID}
	if w.asked[ev.Request.URL]++; w.asked[ev.Request.URL] > pollingAfter {
		f.polls = true
	}
	if len(w.asked) > maxPolledURLs {
		clear(w.asked)
	}
	if !f.polls {
		w.now.active = f.since
	}
	if old, ok := w.flights[ev.RequestID]; ok {
		f.since = old.since
	}
	// A page that never stops asking must not fill our memory.
	if len(w.flights) < maxFlights {
		w.flights[ev.RequestID] = f
	}
}

// answered notes the head of an answer.
func (w *watcher) answered(ev *network.EventResponseReceived) {
	if d := w.documentOf(ev.RequestID); d != nil {
		d.status, d.url, d.mime = int(ev.Response.Status), ev.Response.URL, ev.Response.MimeType
		w.now.status = d.status
	}
}

// received notes a piece of a body. A stream of audio or video may go on for
// as long as it plays: it counts as done when it has begun.
func (w *watcher) received(ev *network.EventDataReceived) {
	if d := w.documentOf(ev.RequestID); d != nil {
		d.bytes += ev.DataLength
	}
	if w.flights[ev.RequestID].kind == network.ResourceTypeMedia {
		w.end(ev.RequestID, "")
	}
}

// end notes that a request has ended; failure is empty when it went well.
func (w *watcher) end(id network.RequestID, failure string) {
	if d := w.documentOf(id); d != nil {
		d.ended = true
		// What arrived of a document that is shown stays on the screen.
		if failure != "" && (d == w.pending || d.bytes == 0) {
			d.failure = failure
		}
	}
	f, ok := w.flights[id]
	if ok && !f.polls {
		w.now.active = time.Now()
	}
	delete(w.flights, id)
}

// documentOf returns the document that a request is for; nil if none.
func (w *watcher) documentOf(id network.RequestID) *document {
	for _, d := range []*document{w.pending, w.now.doc} {
		if d != nil && d.request == id && id != "" {
			return d
		}
	}
	return nil
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
	if f.MimeType != "" {
		d.mime = f.MimeType
	}
	if w.now.doc == nil || w.now.doc.url != d.url {
		w.now.hops++ // not a page that reloads itself
	}
	w.now.doc, w.now.ready, w.now.loaded = d, false, false
	w.now.number++
	maps.DeleteFunc(w.flights, func(_ network.RequestID, old flight) bool { return old.loader != f.LoaderID })
	clear(w.animations)
}
