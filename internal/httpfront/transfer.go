package httpfront

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// Bounds of a transfer. As long as bytes move fast enough it may last.
const (
	// TransferPause is how long a transfer may stand still.
	TransferPause = 30 * time.Second
	// MinRate is what a transfer must keep up on average, in bytes a second,
	// once it has lasted for rateGrace.
	MinRate   = 16 << 10
	rateGrace = 30 * time.Second
)

var errSlow = errors.New("httpfront: the client is too slow")

// pace judges the average rate of one transfer.
type pace struct {
	start time.Time
	bytes int64
}

// add counts bytes and returns errSlow when the transfer has become too slow.
func (p *pace) add(n int, now time.Time) error {
	if p.start.IsZero() {
		p.start = now
	}
	p.bytes += int64(n)
	took := now.Sub(p.start)
	if took > rateGrace && float64(p.bytes) < MinRate*(took-rateGrace).Seconds() {
		return errSlow
	}
	return nil
}

// BodyReader reads the body of a long transfer: it moves the read deadline on
// with every read, ends one that is too slow, and keeps the error of the
// client's side.
type BodyReader struct {
	r    io.Reader
	c    *http.ResponseController
	pace pace
	err  error // of the client's side, other than io.EOF
}

// NewBodyReader returns a reader of at most limit bytes of the request's body;
// a longer one fails with *http.MaxBytesError.
func NewBodyReader(w http.ResponseWriter, r *http.Request, limit int64) *BodyReader {
	return &BodyReader{r: http.MaxBytesReader(nil, r.Body, limit), c: http.NewResponseController(w)}
}

// Read reads the client's next bytes.
func (b *BodyReader) Read(p []byte) (int, error) {
	_ = b.c.SetReadDeadline(time.Now().Add(TransferPause))
	n, err := b.r.Read(p)
	if err == nil {
		err = b.pace.add(n, time.Now())
	}
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// Err returns the error of the client's side, nil if there was none.
func (b *BodyReader) Err() error { return b.err }

// Done takes the deadlines of the transfer off: the body is there.
func (b *BodyReader) Done() {
	_ = b.c.SetReadDeadline(time.Time{})
	_ = b.c.SetWriteDeadline(time.Now().Add(AnswerTimeout))
}

// BodyWriter is a ResponseWriter for a long answer: it moves the write deadline
// on with every write and ends one that is too slow.
type BodyWriter struct {
	http.ResponseWriter
	c    *http.ResponseController
	pace pace
}

// NewBodyWriter returns a writer over w.
func NewBodyWriter(w http.ResponseWriter) *BodyWriter {
	return &BodyWriter{ResponseWriter: w, c: http.NewResponseController(w)}
}

// Write sends the next bytes.
func (b *BodyWriter) Write(p []byte) (int, error) {
	_ = b.c.SetWriteDeadline(time.Now().Add(TransferPause))
	n, err := b.ResponseWriter.Write(p)
	if err == nil {
		err = b.pace.add(n, time.Now())
	}
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (b *BodyWriter) Unwrap() http.ResponseWriter { return b.ResponseWriter }
