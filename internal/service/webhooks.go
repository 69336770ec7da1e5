package service

import (
	"context"
	"net/url"
	"strings"
	"unicode"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// maxWebhookURL is the longest address of a webhook, in bytes.
const maxWebhookURL = 2048

// CheckWebhook accepts http and https addresses with a host that may be called,
// and known events. The error is invalid_input_configuration.
func (s *Service) CheckWebhook(ctx context.Context, w saccade.Webhook) error {
	u, err := url.Parse(w.URL)
	if err != nil || len(w.URL) > maxWebhookURL || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") ||
		u.User != nil || strings.ContainsFunc(w.URL, unicode.IsControl) {
		return saccade.Errorf(saccade.CodeInvalidInput, "A webhook's url is an http or https address like https://hooks.example.com/saccade.").About(FieldURL)
	}
	if err := store.CheckEvents(w.Events); err != nil {
		return saccade.Errorf(saccade.CodeInvalidInput, "%s", saccade.AsError(err).Message).About(FieldEvents)
	}
	if s.deps.Guard == nil {
		return nil
	}
	if err := s.deps.Guard.CheckURL(ctx, w.URL); err != nil {
		e := saccade.AsError(err)
		if e.Code == saccade.CodeServer { // not meant for clients; the guard only ever judges the address
			e = saccade.Errorf(saccade.CodeInvalidInput, "This webhook address cannot be called: it is not a public address.").With(err)
		}
		return e.About(FieldURL)
	}
	return nil
}
