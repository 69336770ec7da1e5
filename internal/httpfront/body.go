package httpfront

import (
	"io"
	"net/http"
	"time"
)

// Time-outs of bodies and answers.
const (
	// AnswerTimeout bounds how long an ordinary answer may take to be made and
	// read; transfers and streams set their own.
	AnswerTimeout = 2 * time.Minute
	// BodyTimeout is how long a client may take to send an ordinary body.
	BodyTimeout = time.Minute

	ignoredTimeout = 2 * time.Second  // for the rest of a body that means nothing
	drainTimeout   = 10 * time.Second // for the rest of a body that was refused
)

// maxDrain is how much of a refused body is read before the connection is cut.
const maxDrain = 64 << 20

// boundBody bounds how long a body can keep the connection, whether or not
// anybody reads it. The body of a GET means nothing and is never waited for: the
// answer goes out beside it. Call the returned function when the request is over.
func boundBody(w http.ResponseWriter, r *http.Request) (after func()) {
	if r.ContentLength == 0 {
		return func() {} // no deadline: it would end long polls and event streams
	}
	c := http.NewResponseController(w)
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		// Without this, net/http reads the body before it sends the answer.
		_ = c.EnableFullDuplex()
		// net/http reads on for a while after the answer, to keep the connection.
		return func() { _ = c.SetReadDeadline(time.Now().Add(ignoredTimeout)) }
	}
	_ = c.SetReadDeadline(time.Now().Add(BodyTimeout))
	return func() {}
}

// Refuse answers an error to a client that may still be sending. The answer goes
// out first; then the body is read on for a while, so that the client gets to
// read the answer instead of a reset connection. Meanwhile the request holds no
// slot of the server.
func (f *Front) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	CallOf(r.Context()).slot.leave()
	c := http.NewResponseController(w)
	_ = c.EnableFullDuplex()
	_ = c.SetWriteDeadline(time.Now().Add(AnswerTimeout))
	w.Header().Set("Connection", "close")
	f.Fail(w, r, err)
	_ = c.Flush()
	if r.Header.Get("Expect") != "" { // who asked first has sent nothing yet
		return
	}
	_ = c.SetReadDeadline(time.Now().Add(drainTimeout))
	f.drain(r.Body)
}

// drain reads the rest of a body away, if not too many others are.
func (f *Front) drain(body io.Reader) {
	if !f.drains.Enter() {
		return
	}
	defer f.drains.Leave()
	_, _ = io.CopyN(io.Discard, body, maxDrain)
}
