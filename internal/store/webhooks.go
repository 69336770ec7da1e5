package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/endpoint"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// MaxWebhooks is how many webhook endpoints an account may have.
const MaxWebhooks = endpoint.MaxWebhooks

// Webhook is an address that hears of the end of all analyses of an account.
type Webhook = endpoint.Webhook

// CheckEvents refuses events that do not exist (client_error).
func CheckEvents(events []string) error { return endpoint.CheckEvents(events) }

// notifyAll makes a delivery for the webhook of the request and for every
// endpoint of the account that wants the event.
func (s *Store) notifyAll(ctx context.Context, tx *sql.Tx, a *saccade.Analysis) error {
	event := saccade.EventSucceeded
	if a.Status == saccade.StatusFailed {
		event = saccade.EventFailed
	}
	wanted := func(events []string) bool { return len(events) == 0 || slices.Contains(events, event) }
	targets, err := endpoint.List(ctx, pool.Tx{Tx: tx}, a.Account)
	if err != nil {
		return err
	}
	targets = slices.DeleteFunc(targets, func(e Webhook) bool { return e.DisabledAt != nil || !wanted(e.Events) })
	if w := a.Request.Webhook; w != nil && strings.TrimSpace(w.URL) != "" && wanted(w.Events) {
		var secret string
		if err := tx.QueryRowContext(ctx, `SELECT webhook_secret FROM accounts WHERE name = $1`, a.Account).Scan(&secret); err != nil {
			return err
		}
		targets = append(targets, Webhook{URL: w.URL, Secret: secret})
	}
	payload := pool.Encode(saccade.WebhookMessage{Type: event, Timestamp: *a.EndedAt,
		Data: saccade.WebhookData{ID: a.ID, Kind: a.Request.Kind, Title: a.Request.Title, Status: a.Status, Error: wireError(a.Err)}})
	for _, t := range targets {
		d := Delivery{ID: "msg_" + saccade.NewID(), Account: a.Account, Webhook: t.ID, URL: t.URL, Secret: t.Secret,
			Analysis: a.ID, Event: event, Payload: payload}
		if err := s.insertDelivery(ctx, tx, d); err != nil {
			return err
		}
	}
	if len(targets) == 0 {
		return nil
	}
	return s.enqueue(ctx, tx, WorkDelivery, len(targets))
}

// wireError is the error as clients see it.
func wireError(e *saccade.Error) *saccade.Error {
	if e == nil {
		return nil
	}
	w := *e
	w.Code = e.Code.Wire()
	return &w
}
