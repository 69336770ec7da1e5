package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade"
)

// wireError is the body of every error answer.
type wireError struct {
	Fault fault `json:"error" doc:"What went wrong."`

	status int
	header http.Header
}

// fault is the error object, in error bodies and in failed analyses.
type fault struct {
	Code      string `json:"code" doc:"Machine-readable reason; branch on this." example:"client_error"`
	Message   string `json:"message" doc:"What went wrong and what to do about it." example:"There is no analysis with this id."`
	Param     string `json:"param,omitempty" doc:"The offending field of the request." example:"input.content"`
	RequestID string `json:"request_id,omitempty" doc:"The request's id, as in the header X-Request-Id." example:"k3vmp3f7dq"`
	DocURL    string `json:"doc_url,omitempty" doc:"Where the code is explained." example:"https://saccade.example.com/docs#error-client_error"`
}

// Error makes it an error.
func (e *wireError) Error() string { return e.Fault.Code + ": " + e.Fault.Message }

// GetStatus tells huma the status.
func (e *wireError) GetStatus() int { return e.status }

// GetHeaders tells huma the headers.
func (e *wireError) GetHeaders() http.Header { return e.header }

// busyError is an error after which the client should come back.
type busyError struct {
	reason *saccade.Error
	after  time.Duration
}

// Error is the reason's.
func (e *busyError) Error() string { return e.reason.Error() }

// Unwrap keeps the *saccade.Error in the chain.
func (e *busyError) Unwrap() error { return e.reason }

// The errors that more than one route gives.
var (
	errAuth = saccade.Errorf(saccade.CodeAuth,
		"We were unable to authenticate you. Please check your credentials.")
	errNoRoute = saccade.Errorf(saccade.CodeNotFound,
		"There is nothing at this address. Please check the path; the documentation is at /docs.")
	errNoAnalysis = saccade.Errorf(saccade.CodeNotFound,
		"There is no analysis with this id. Please check the id and the account of your token.")
	errGone = saccade.Errorf(saccade.CodeGone, "This resource is no longer available.")
	errBusy = saccade.Errorf(saccade.CodeOverCapacity,
		"The server is busy. Please try again in a few seconds.")
)

// defaultRetryAfter is what over_capacity answers advise.
const defaultRetryAfter = 10 * time.Second

// toWire turns any error into the answer for this request.
func toWire(ctx context.Context, err error) *wireError {
	e := saccade.AsError(err)
	w := &wireError{status: e.Code.Status(), header: http.Header{}}
	w.Fault = toFault(ctx, e)
	if w.status == http.StatusUnauthorized {
		w.header.Set("WWW-Authenticate", `Bearer realm="saccade"`)
	}
	var busy *busyError
	switch {
	case errors.As(err, &busy):
		w.header.Set("Retry-After", retrySeconds(busy.after))
	case e.Code == saccade.CodeOverCapacity, e.Code == saccade.CodeRateLimited:
		w.header.Set("Retry-After", retrySeconds(defaultRetryAfter))
	}
	return w
}

// toFault is the error object of an error, with the fields of this request.
func toFault(ctx context.Context, e *saccade.Error) fault {
	call := callOf(ctx)
	f := fault{Code: string(e.Code.Wire()), Message: e.Message, Param: e.Param, RequestID: call.id}
	if call.base != "" {
		f.DocURL = call.base + "/docs#error-" + f.Code
	}
	return f
}

// retrySeconds is a duration as Retry-After wants it: whole seconds, at least 1.
func retrySeconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}

// installErrors gives huma our error form, and lists that are never null. huma
// offers package variables only; they are set once and to what has no state, so
// that several APIs can live in one process.
var installErrors = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return toWire(context.Background(), fromHuma("", status, msg, errs))
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		w := toWire(ctx.Context(), fromHuma(ctx.Operation().OperationID, status, msg, errs))
		for k, v := range w.header {
			ctx.SetHeader(k, v[0])
		}
		return w
	}
})

// fromHuma translates what huma finds wrong with a request: faults of fields
// are invalid_input_configuration where an analysis is made and client_error
// elsewhere, always 400; a body that is too large 413, one that is too slow 408.
func fromHuma(operation string, status int, msg string, errs []error) error {
	code := saccade.CodeClient
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return saccade.Errorf(saccade.CodeTooLarge, "The request is too large. Please send less than the documented limit.")
	case status >= 500:
		return saccade.AsError(fmt.Errorf("%s: %w", msg, errors.Join(errs...)))
	case strings.HasPrefix(operation, "create-") && status == http.StatusUnprocessableEntity:
		code = saccade.CodeInvalidInput
	}
	if len(errs) == 0 {
		return saccade.Errorf(code, "The request cannot be read: %s.", msg)
	}
	first := errs[0]
	var d huma.ErrorDetailer
	if !errors.As(first, &d) {
		if status == http.StatusBadRequest {
			return saccade.Errorf(saccade.CodeClient, "The body is not valid JSON: %s.", clip(first.Error(), 200))
		}
		return saccade.Errorf(code, "The request cannot be read: %s.", clip(first.Error(), 200))
	}
	detail := d.ErrorDetail()
	param := strings.TrimPrefix(strings.TrimPrefix(detail.Location, "body"), ".")
	if param == "" {
		return saccade.Errorf(code, "The request is not as documented: %s.", clip(detail.Message, 200))
	}
	return saccade.Errorf(code, "Please correct %s: %s.", clip(param, 100), clip(detail.Message, 200)).About(clip(param, 100))
}

// clip shortens a text for a message, at a rune's border.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
