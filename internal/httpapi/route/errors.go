package route

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// The errors that more than one route answers.
var (
	errAuth = saccade.Errorf(saccade.CodeAuth,
		"We were unable to authenticate you. Please check your credentials.")
	// ErrNoAnalysis is answered about an id that is unknown, or another account's.
	ErrNoAnalysis = saccade.Errorf(saccade.CodeNotFound,
		"There is no analysis with this id. Please check the id and the account of your token.")
	// ErrGone is answered about what was there once.
	ErrGone = saccade.Errorf(saccade.CodeGone, "This resource is no longer available.")
)

// OnWire returns an error as this API answers it: by the name that clients know
// its field by.
func (t *Table) OnWire(err error) error {
	e := saccade.AsError(err)
	if name := t.fields[e.Param]; name != "" {
		return e.About(name)
	}
	return err
}

// installErrors sets the form of errors in huma, and lists that are never null. huma
// offers package variables only; they are set once and to what has no state, so
// that several APIs can live in one process.
var installErrors = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return httpfront.NewErrorBody(context.Background(), fromHuma("", status, msg, errs))
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		w := httpfront.NewErrorBody(ctx.Context(), fromHuma(ctx.Operation().OperationID, status, msg, errs))
		for k, v := range w.GetHeaders() {
			ctx.SetHeader(k, v[0])
		}
		return w
	}
})

// fromHuma translates what huma finds wrong with a request: errors of fields
// are invalid_input_configuration where an analysis is made and client_error
// elsewhere, always 400; a body that is too large 413, one that is too slow 408.
func fromHuma(operation string, status int, msg string, errs []error) error {
	code := saccade.CodeClient
	cause := errors.Join(errs[:min(len(errs), maxNamed)]...)
	var known *saccade.Error // of httpfront.JSONBody
	switch {
	case errors.As(cause, &known):
		return known
	case status == http.StatusRequestEntityTooLarge:
		return httpfront.ErrTooLarge
	case errors.Is(cause, io.ErrUnexpectedEOF):
		return saccade.Errorf(saccade.CodeClient, "The body broke off. Please send it again.").With(cause)
	case status >= 500:
		return saccade.AsError(fmt.Errorf("%s: %w", msg, cause))
	case strings.HasPrefix(operation, "create-") && status == http.StatusUnprocessableEntity:
		code = saccade.CodeInvalidInput
	}
	if len(errs) == 0 {
		return saccade.Errorf(code, "The request cannot be read: %s.", msg)
	}
	if _, _, ok := fieldError(errs[0]); !ok {
		return notAsDocumented(code, status, errs[0])
	}
	return wrongFields(code, errs)
}

// notAsDocumented is the error about a body as a whole.
func notAsDocumented(code saccade.Code, status int, err error) error {
	var d huma.ErrorDetailer
	switch {
	case errors.As(err, &d):
		return saccade.Errorf(code, "The request is not as documented: %s.", httpfront.Truncate(d.ErrorDetail().Message, 200))
	case status == http.StatusBadRequest:
		return saccade.Errorf(saccade.CodeClient, "The body is not valid JSON: %s.", httpfront.Truncate(err.Error(), 200))
	}
	return saccade.Errorf(code, "The request cannot be read: %s.", httpfront.Truncate(err.Error(), 200))
}

// maxNamed is how many wrong fields an answer names.
const maxNamed = 3

// wrongFields is the error about fields, of which it names the first few.
func wrongFields(code saccade.Code, errs []error) error {
	var named []string
	for _, err := range errs[:min(len(errs), maxNamed)] {
		if param, message, ok := fieldError(err); ok {
			named = append(named, param+": "+message)
		}
	}
	text := strings.Join(named, "; ")
	if more := len(errs) - len(named); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	param, _, _ := fieldError(errs[0])
	return saccade.Errorf(code, "Please correct %s.", text).About(param)
}

// fieldError returns the field that an error of huma's is about, and what is wrong
// with it.
func fieldError(err error) (param, message string, ok bool) {
	var d huma.ErrorDetailer
	if !errors.As(err, &d) {
		return "", "", false
	}
	detail := d.ErrorDetail()
	param = strings.TrimPrefix(strings.TrimPrefix(detail.Location, "body"), ".")
	return httpfront.Truncate(param, 100), httpfront.Truncate(detail.Message, 200), param != ""
}
