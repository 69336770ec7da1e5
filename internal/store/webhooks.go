package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/access"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// MaxWebhooks is how many webhook endpoints an account may have.
const MaxWebhooks = 20

// Webhook is an address that hears of the end of all analyses of an account.
type Webhook struct {
	ID         string
	Account    string
	URL        string
	Events     []string // empty: all
	Secret     string   // "whsec_…", signs the deliveries
	CreatedAt  time.Time
	DisabledAt *time.Time // nil: deliveries are made
}

const webhookColumns = `id, account, url, events, secret, created_at, disabled_at`

// CheckEvents refuses events that do not exist (client_error).
func CheckEvents(events []string) error {
	for _, e := range events {
		if e != saccade.EventSucceeded && e != saccade.EventFailed {
			return saccade.Errorf(saccade.CodeClient, "%q is not an event. Possible: %s, %s.", e, saccade.EventSucceeded, saccade.EventFailed).About("events")
		}
	}
	return nil
}

// CreateWebhook adds a webhook and makes its id and secret. w needs Account and
// URL; Events and Disabled are kept as they are given. Whether the URL may be
// called is for the caller to check. More than [MaxWebhooks] are client_error.
func (s *Store) CreateWebhook(ctx context.Context, w Webhook) (Webhook, error) {
	if err := CheckEvents(w.Events); err != nil {
		return Webhook{}, err
	}
	w.ID, w.Secret, w.CreatedAt = saccade.NewID(), access.NewWebhookSecret(), pool.FromMicros(s.nowMicros())
	if w.DisabledAt != nil {
		w.DisabledAt = &w.CreatedAt
	}
	n, err := pool.Affected(s.write.ExecContext(ctx, `
		INSERT INTO webhooks (id, account, url, events, secret, created_at, disabled_at) SELECT $1, $2, $3, $4, $5, $6, $8
		WHERE (SELECT count(*) FROM webhooks WHERE account = $2) < $7`,
		w.ID, w.Account, w.URL, pool.Encode(w.Events), w.Secret, pool.Micros(w.CreatedAt), MaxWebhooks, pool.OptMicros(w.DisabledAt)))
	if err == nil && n == 0 {
		err = saccade.Errorf(saccade.CodeClient, "An account has at most %d webhook endpoints. Remove one first.", MaxWebhooks)
	}
	return w, err
}

// Webhooks lists the webhook endpoints of the account, oldest first.
func (s *Store) Webhooks(ctx context.Context, account string) ([]Webhook, error) {
	return listWebhooks(ctx, s.read, account)
}

func listWebhooks(ctx context.Context, db pool.Querier, account string) ([]Webhook, error) {
	rows, err := db.QueryContext(ctx, `SELECT `+webhookColumns+` FROM webhooks WHERE account = $1 ORDER BY created_at, id`, account)
	return pool.Collect(rows, err, scanWebhook)
}

// Webhook returns a webhook endpoint of the account, or not_found.
func (s *Store) Webhook(ctx context.Context, account, id string) (Webhook, error) {
	return oneWebhook(s.read.QueryRowContext(ctx, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1 AND account = $2`, id, account))
}

func oneWebhook(row pool.Scanner) (Webhook, error) {
	e, err := scanWebhook(row)
	if errors.Is(err, sql.ErrNoRows) {
		return e, errNoWebhook()
	}
	return e, err
}

// UpdateWebhook changes URL, events and whether the endpoint is disabled.
func (s *Store) UpdateWebhook(ctx context.Context, e Webhook) (Webhook, error) {
	if err := CheckEvents(e.Events); err != nil {
		return Webhook{}, err
	}
	return oneWebhook(s.write.QueryRowContext(ctx, `
		UPDATE webhooks SET url = $1, events = $2, disabled_at = $3 WHERE id = $4 AND account = $5 RETURNING `+webhookColumns,
		e.URL, pool.Encode(e.Events), pool.OptMicros(e.DisabledAt), e.ID, e.Account))
}

// DeleteWebhook removes a webhook endpoint. Deliveries under way go on.
func (s *Store) DeleteWebhook(ctx context.Context, account, id string) error {
	n, err := pool.Affected(s.write.ExecContext(ctx, `DELETE FROM webhooks WHERE id = $1 AND account = $2`, id, account))
	if err == nil && n == 0 {
		return errNoWebhook()
	}
	return err
}

func errNoWebhook() error {
	return saccade.Errorf(saccade.CodeNotFound, "There is no such webhook endpoint.")
}

func scanWebhook(row pool.Scanner) (Webhook, error) {
	var e Webhook
	var events string
	var created int64
	var disabled sql.NullInt64
	if err := row.Scan(&e.ID, &e.Account, &e.URL, &events, &e.Secret, &created, &disabled); err != nil {
		return Webhook{}, err
	}
	e.CreatedAt, e.DisabledAt = pool.FromMicros(created), pool.OptTime(disabled)
	return e, json.Unmarshal([]byte(events), &e.Events)
}

// notifyAll makes a delivery for the webhook of the request and for every
// endpoint of the account that wants the event.
func (s *Store) notifyAll(ctx context.Context, tx *sql.Tx, a *saccade.Analysis) error {
	event := saccade.EventSucceeded
	if a.Status == saccade.StatusFailed {
		event = saccade.EventFailed
	}
	wanted := func(events []string) bool { return len(events) == 0 || slices.Contains(events, event) }
	targets, err := listWebhooks(ctx, pool.Tx{Tx: tx}, a.Account)
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
