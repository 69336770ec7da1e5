package httpfront

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/saccade-dev/saccade"
)

// ErrorBody is the body of every error answer, with its status and headers.
type ErrorBody struct {
	Object ErrorObject `json:"error" doc:"What went wrong."`

	status int
	header http.Header
}

// ErrorObject says what went wrong, in an error body or wherever else an answer
// reports an error.
type ErrorObject struct {
	Code      string `json:"code" doc:"Machine-readable reason; branch on this." example:"client_error"`
	Message   string `json:"message" doc:"What went wrong and what to do about it." example:"There is no analysis with this id."`
	Param     string `json:"param,omitempty" doc:"The offending field of the request." example:"input.content"`
	RequestID string `json:"request_id,omitempty" doc:"The request's id, as in the header X-Request-Id." example:"k3vmp3f7dq"`
	DocURL    string `json:"doc_url,omitempty" doc:"Where the code is explained." example:"https://saccade.example.com/docs#error-client_error"`
}

// Error returns code and message.
func (e *ErrorBody) Error() string { return e.Object.Code + ": " + e.Object.Message }

// GetStatus returns the HTTP status.
func (e *ErrorBody) GetStatus() int { return e.status }

// GetHeaders returns the headers that go with the answer.
func (e *ErrorBody) GetHeaders() http.Header { return e.header }

// The errors that more than one route answers.
var (
	ErrNoRoute = saccade.Errorf(saccade.CodeNotFound,
		"There is nothing at this address. Please check the path; the documentation is at /docs.")
	ErrBusy = saccade.Errorf(saccade.CodeOverCapacity,
		"The server is busy. Please try again in a few seconds.")
	errHost = saccade.Errorf(saccade.CodeClient, "The Host header is not a host name.")
)

var errPanic = errors.New("the request broke the server")

// retryError is an error after which the client should come back.
type retryError struct {
	error
	after time.Duration
}

// RetryAfter returns when to come back.
func (e *retryError) RetryAfter() time.Duration { return e.after }

// Unwrap returns the reason.
func (e *retryError) Unwrap() error { return e.error }

// RetryAfter returns the error with advice when to come back.
func RetryAfter(reason error, after time.Duration) error { return &retryError{reason, after} }

// defaultRetryAfter is what over_capacity answers advise.
const defaultRetryAfter = 10 * time.Second

// NewErrorBody returns the answer to this request for any error.
func NewErrorBody(ctx context.Context, err error) *ErrorBody {
	e := saccade.AsError(err)
	b := &ErrorBody{Object: NewErrorObject(ctx, e), status: e.Code.Status(), header: http.Header{}}
	if b.status == http.StatusUnauthorized {
		b.header.Set("WWW-Authenticate", `Bearer realm="saccade"`)
	}
	var retry interface{ RetryAfter() time.Duration }
	switch {
	case errors.As(err, &retry):
		b.header.Set("Retry-After", RetrySeconds(retry.RetryAfter()))
	case e.Code == saccade.CodeOverCapacity, e.Code == saccade.CodeRateLimited:
		b.header.Set("Retry-After", RetrySeconds(defaultRetryAfter))
	}
	return b
}

// NewErrorObject returns the error object of an error, with the fields of this
// request.
func NewErrorObject(ctx context.Context, e *saccade.Error) ErrorObject {
	call := CallOf(ctx)
	o := ErrorObject{Code: string(e.Code.Wire()), Message: e.Message, Param: e.Param, RequestID: call.ID}
	if call.Base != "" {
		o.DocURL = call.Base + "/docs#error-" + o.Code
	}
	return o
}

// RetrySeconds returns a duration as the header Retry-After wants it: whole
// seconds, at least 1.
func RetrySeconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}

// Fail writes an error answer and logs the cause of a server's error.
func (f *Front) Fail(w http.ResponseWriter, r *http.Request, err error) {
	b := NewErrorBody(r.Context(), err)
	f.LogError(r.Context(), b, err)
	for k, v := range b.header {
		w.Header()[k] = v
	}
	WriteJSON(w, b.status, b)
}

// LogError logs the cause of an error of which the client only sees the public
// side. Errors of the client's own are not logged.
func (f *Front) LogError(ctx context.Context, b *ErrorBody, err error) {
	if b.status < 500 || errors.Is(err, context.Canceled) {
		return
	}
	c := CallOf(ctx)
	f.log.ErrorContext(ctx, "request failed", "request_id", c.ID, "route", c.Route, "status", b.status, "err", err)
}

// WriteJSON writes an answer that no cache keeps. Its length is known to the
// client, so that it is whole even before the request is over.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	var body bytes.Buffer
	_ = EncodeJSON(&body, v) // plain structs and strings, which JSON can say
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a client that went away is not the server's error
}

// EncodeJSON writes JSON that leaves & < > as they are: links stay readable, and
// no answer is ever shown as HTML (nosniff).
func EncodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// Truncate shortens a text to n bytes and an ellipsis, at a rune's border.
func Truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
