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

	ignoredTimeout = 50 * time.Millisecond // for a body that means nothing
	drainTimeout   = 10 * time.Second      // for the rest of a body that was refused
)

const (
	maxDrain   = 64 << 20 // of a refused body is read before the connection is cut
	maxIgnored = 64 << 10 // of a body that means nothing is read to keep the connection
)

// requestBody is a request's body that knows whether it was read to its end.
type requestBody struct {
	io.ReadCloser
	begun, ended bool
}

// Read reads on.
func (b *requestBody) Read(p []byte) (int, error) {
	b.begun = true
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err != nil
	return n, err
}

// Close leaves the rest to the front: whoever closes early has nothing to say
// about how long others wait.
func (b *requestBody) Close() error { return nil }

// boundBody bounds how long a body can keep the connection, whether or not
// anybody reads it, and has the answer go out beside it: without full duplex,
// net/http reads on before it sends anything. The body of a GET means nothing and
// is never waited for.
func (f *Front) boundBody(w http.ResponseWriter, r *http.Request) (_ *http.Request, after func()) {
	if r.ContentLength == 0 {
		return r, func() {} // no deadline: it would end long polls and event streams
	}
	c := http.NewResponseController(w)
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		ignoreBody(c, w, r)
		return r, func() {}
	}
	_ = c.EnableFullDuplex()
	_ = c.SetReadDeadline(time.Now().Add(BodyTimeout))
	body := &requestBody{ReadCloser: r.Body}
	r = r.WithContext(r.Context())
	r.Body = body
	return r, func() { f.drain(w, r, body) }
}

// ignoreBody reads a small body that has come with its request, so that the
// connection can be kept. One that is late or large ends the connection: behind an
// answer sent in full duplex, net/http cannot tell where the next request begins.
func ignoreBody(c *http.ResponseController, w http.ResponseWriter, r *http.Request) {
	_ = c.SetReadDeadline(time.Now().Add(ignoredTimeout))
	if _, err := io.CopyN(io.Discard, r.Body, maxIgnored); err == io.EOF {
		_ = c.SetReadDeadline(time.Time{})
		return
	}
	_ = c.EnableFullDuplex()
	w.Header().Set("Connection", "close")
}

// drain reads on when a request was answered before its body had come, so that
// the client gets to read the answer instead of a reset connection. Meanwhile the
// request holds no slot of the server.
func (f *Front) drain(w http.ResponseWriter, r *http.Request, body *requestBody) {
	if body.ended || !body.begun && r.Header.Get("Expect") != "" { // who asked first has sent nothing yet
		return
	}
	CallOf(r.Context()).slot.leave()
	if !f.drains.Enter() {
		return
	}
	defer f.drains.Leave()
	c := http.NewResponseController(w)
	_ = c.Flush()
	_ = c.SetReadDeadline(time.Now().Add(drainTimeout))
	_, _ = io.CopyN(io.Discard, body, maxDrain)
}

// Refuse answers an error to a client that may still be sending, and ends the
// connection after it. The request holds no slot of the server any more.
func (f *Front) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	CallOf(r.Context()).slot.leave()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(AnswerTimeout))
	w.Header().Set("Connection", "close")
	f.Fail(w, r, err)
}
