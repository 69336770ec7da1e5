package httpfront

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// keepAliveEvery keeps proxies from closing a silent stream.
const keepAliveEvery = 15 * time.Second

// EventStream writes server-sent events. The first error ends it; not safe for
// concurrent use.
type EventStream struct {
	w    http.ResponseWriter
	c    *http.ResponseController
	sent time.Time
	err  error
}

// NewEventStream begins a stream as the answer to a request.
func NewEventStream(w http.ResponseWriter) *EventStream {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // else nginx buffers the events
	return &EventStream{w: w, c: http.NewResponseController(w)}
}

// Err returns the error that ended the stream, nil while it lasts.
func (s *EventStream) Err() error { return s.err }

// Send writes one event with data as JSON.
func (s *EventStream) Send(name string, data any) {
	var text strings.Builder
	if s.err == nil {
		s.err = EncodeJSON(&text, data)
	}
	s.write(fmt.Sprintf("event: %s\ndata: %s\n\n", name, strings.TrimSpace(text.String())))
}

// KeepAlive writes a comment when the stream has been silent for a while.
func (s *EventStream) KeepAlive() {
	if time.Since(s.sent) >= keepAliveEvery {
		s.write(": still here\n\n")
	}
}

func (s *EventStream) write(text string) {
	if s.err != nil {
		return
	}
	_ = s.c.SetWriteDeadline(time.Now().Add(TransferPause))
	if _, s.err = s.w.Write([]byte(text)); s.err == nil {
		s.err = s.c.Flush()
	}
	s.sent = time.Now()
}
