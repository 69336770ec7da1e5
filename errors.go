package saccade

import (
	"errors"
	"fmt"
	"net/http"
)

// Code is the machine-readable reason of an [Error]; clients branch on it.
type Code string

// The codes of the API. All but CodeUnreadableVideo, CodeConflict and
// CodeRateLimited are the vendor's.
const (
	CodeClient          Code = "client_error"                // the request cannot be served as it is
	CodeServer          Code = "server_error"                // our fault
	CodeGone            Code = "resource_gone"               // expired or erased
	CodeAuth            Code = "authentication_failed"       // no, wrong, expired or revoked token
	CodeOverCapacity    Code = "over_capacity"               // queue full; retry later
	CodeInvalidInput    Code = "invalid_input_configuration" // the analysis asked for cannot be made
	CodeWebPage         Code = "could_not_grab_web_page"     // the page could not be captured
	CodeBlankImage      Code = "blank_input_image"           // one solid color
	CodeUnreadableImage Code = "unreadable_input_image"      // not a PNG or JPEG we can decode
	CodeUnreadableVideo Code = "unreadable_input_video"      // not a video we can decode
	CodeConflict        Code = "conflict"                    // idempotency key reused with another body
	CodeRateLimited     Code = "rate_limited"                // too many requests for this token
	CodeNotFound        Code = "not_found"                   // on the wire: client_error with status 404
	CodeTooLarge        Code = "too_large"                   // on the wire: client_error with status 413
	CodeForbidden       Code = "forbidden"                   // on the wire: client_error with status 403
	CodeNoRoom          Code = "no_room"                     // on the wire: over_capacity with status 507
	CodeMethod          Code = "method_not_allowed"          // on the wire: client_error with status 405
)

// codeTable is the one place that says which HTTP status and which wire code
// belong to a code.
var codeTable = map[Code]struct {
	status int
	wire   Code
}{
	CodeClient:          {http.StatusBadRequest, CodeClient},
	CodeServer:          {http.StatusInternalServerError, CodeServer},
	CodeGone:            {http.StatusGone, CodeGone},
	CodeAuth:            {http.StatusUnauthorized, CodeAuth},
	CodeOverCapacity:    {http.StatusServiceUnavailable, CodeOverCapacity},
	CodeInvalidInput:    {http.StatusBadRequest, CodeInvalidInput},
	CodeWebPage:         {http.StatusBadRequest, CodeWebPage},
	CodeBlankImage:      {http.StatusBadRequest, CodeBlankImage},
	CodeUnreadableImage: {http.StatusBadRequest, CodeUnreadableImage},
	CodeUnreadableVideo: {http.StatusBadRequest, CodeUnreadableVideo},
	CodeConflict:        {http.StatusConflict, CodeConflict},
	CodeRateLimited:     {http.StatusTooManyRequests, CodeRateLimited},
	CodeNotFound:        {http.StatusNotFound, CodeClient},
	CodeTooLarge:        {http.StatusRequestEntityTooLarge, CodeClient},
	CodeForbidden:       {http.StatusForbidden, CodeClient},
	CodeNoRoom:          {http.StatusInsufficientStorage, CodeOverCapacity},
	CodeMethod:          {http.StatusMethodNotAllowed, CodeClient},
}

// Status is the HTTP status that carries the code; 500 for an unknown one.
func (c Code) Status() int {
	if e, ok := codeTable[c]; ok {
		return e.status
	}
	return http.StatusInternalServerError
}

// Wire is the code as it stands in an error body.
func (c Code) Wire() Code {
	if e, ok := codeTable[c]; ok {
		return e.wire
	}
	return CodeServer
}

// Error is the one error type that reaches users. Message says what to do;
// Cause goes to the log only and never onto the wire.
type Error struct {
	Code      Code   `json:"code"`
	Message   string `json:"message"`
	Param     string `json:"param,omitempty"`      // the offending field, e.g. "input.content"
	RequestID string `json:"request_id,omitempty"` // set by the HTTP layer
	DocURL    string `json:"doc_url,omitempty"`    // set by the HTTP layer
	Cause     error  `json:"-"`
}

// Error returns the code, the message and, for logs, the cause.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s (%v)", e.Code, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap returns the cause, for errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// With returns a copy that names its cause.
func (e *Error) With(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// About returns a copy that names the offending parameter.
func (e *Error) About(param string) *Error {
	c := *e
	c.Param = param
	return &c
}

// Errorf makes an error with a code and a public message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// AsError turns any error into one that may be shown: an *Error in the chain
// as it is, everything else as server_error with err as its cause.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeServer, Message: "Something went wrong on our side. Please try again; if it persists, tell the operator the request id.", Cause: err}
}

// IsCode reports whether err carries the code.
func IsCode(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
