package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// explained is an error in words for a user, with the error itself behind it.
type explained struct {
	text string
	err  error
}

// Error returns the words.
func (e explained) Error() string { return e.text }

// Unwrap returns the error behind the words.
func (e explained) Unwrap() error { return e.err }

// Explain says what an error of the server means and what to do about it.
func (s *Session) Explain(err error) error {
	if err == nil {
		return nil
	}
	text := ""
	var wire *saccade.Error
	switch {
	case errors.Is(err, context.Canceled):
		text = "interrupted; what the server has begun goes on there: saccade remote list"
	case errors.As(err, &wire) && wire.Code == saccade.CodeAuth:
		text = fmt.Sprintf("not signed in to %s: %s Sign in with: saccade login %s", s.Address, wire.Message, s.Address)
	case errors.Is(err, client.ErrForeign):
		text = fmt.Sprintf("%s does not answer as a Saccade server does: %v", s.Address, err)
	case wire != nil:
		text = s.explainWire(wire)
	case errors.Is(err, client.ErrUnreachable):
		text = fmt.Sprintf("%s cannot be reached. Is the server running, and the address right? (%v)", s.Address, err)
	case errors.Is(err, context.DeadlineExceeded):
		text = fmt.Sprintf("%s took longer than --timeout; what it has begun goes on there: saccade remote watch ID", s.Address)
	default:
		return err
	}
	return explained{Printable(text), err}
}

func (s *Session) explainWire(e *saccade.Error) string {
	var text string
	switch e.Code {
	case saccade.CodeOverCapacity:
		text = fmt.Sprintf("%s is full: %s Try again later.", s.Address, e.Message)
	case saccade.CodeRateLimited:
		text = fmt.Sprintf("%s has had too many requests with this token: %s", s.Address, e.Message)
	case saccade.CodeServer:
		text = fmt.Sprintf("%s failed: %s", s.Address, e.Message)
	case saccade.CodeGone:
		text = e.Message + " It was deleted, or its time is over; analyze the input again."
	case saccade.CodeNotFound, saccade.CodeMethod:
		text = fmt.Sprintf("%s does not have this: %s", s.Address, e.Message)
	default:
		text = e.Message
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// Printable returns text from a server or a file without what could steer a
// terminal: control characters and marks of direction become question marks.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar || r == '\u2028' || r == '\u2029' {
			return '?'
		}
		return r
	}, s)
}

// BlamesInput reports whether an error is about one input or analysis, so that
// others may fare better.
func BlamesInput(err error) bool {
	var e *saccade.Error
	if !errors.As(err, &e) || errors.Is(err, client.ErrForeign) {
		return false
	}
	switch e.Code {
	case saccade.CodeAuth, saccade.CodeOverCapacity, saccade.CodeRateLimited, saccade.CodeServer:
		return false
	}
	return true
}
