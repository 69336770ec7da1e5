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
)

// MaxEndpoints is how many webhook endpoints an account may have.
const MaxEndpoints = 20

// Endpoint is where an account wants to be told of all its analyses.
type Endpoint struct {
	ID         string
	Account    string
	URL        string
	Events     []string // empty: all
	Secret     string   // "whsec_…", signs the deliveries
	CreatedAt  time.Time
	DisabledAt *time.Time // nil: deliveries are made
}

const endpointColumns = `id, account, url, events, secret, created_at, disabled_at`

// CheckEvents refuses events that do not exist (client_error).
func CheckEvents(events []string) error {
	for _, e := range events {
		if e != saccade.EventSucceeded && e != saccade.EventFailed {
			return saccade.Errorf(saccade.CodeClient, "%q is not an event. Possible: %s, %s.", e, saccade.EventSucceeded, saccade.EventFailed).About("events")
		}
	}
	return nil
}

// CreateEndpoint adds a webhook endpoint to the account and makes its secret.
// Whether the URL may be called is for the caller to check.
func (s *Store) CreateEndpoint(ctx context.Context, account, url string, events []string) (Endpoint, error) {
	e := Endpoint{ID: saccade.NewID(), Account: account, URL: url, Events: events, Secret: newSecret(), CreatedAt: fromMicros(s.nowMicros())}
	if err := CheckEvents(events); err != nil {
		return Endpoint{}, err
	}
	n, err := affected(s.write.ExecContext(ctx, `
		INSERT INTO endpoints (id, account, url, events, secret, created_at) SELECT $1, $2, $3, $4, $5, $6
		WHERE (SELECT count(*) FROM endpoints WHERE account = $2) < $7`,
		e.ID, e.Account, e.URL, encode(e.Events), e.Secret, micros(e.CreatedAt), MaxEndpoints))
	if err == nil && n == 0 {
		err = saccade.Errorf(saccade.CodeClient, "An account has at most %d webhook endpoints. Remove one first.", MaxEndpoints)
	}
	return e, err
}

// Endpoints lists the webhook endpoints of the account, oldest first.
func (s *Store) Endpoints(ctx context.Context, account string) ([]Endpoint, error) {
	return listEndpoints(ctx, s.read, account)
}

func listEndpoints(ctx context.Context, db querier, account string) ([]Endpoint, error) {
	rows, err := db.QueryContext(ctx, `SELECT `+endpointColumns+` FROM endpoints WHERE account = $1 ORDER BY created_at, id`, account)
	return collect(rows, err, scanEndpoint)
}

// Endpoint gives a webhook endpoint of the account, or not_found.
func (s *Store) Endpoint(ctx context.Context, account, id string) (Endpoint, error) {
	return oneEndpoint(s.read.QueryRowContext(ctx, `SELECT `+endpointColumns+` FROM endpoints WHERE id = $1 AND account = $2`, id, account))
}

func oneEndpoint(row scanner) (Endpoint, error) {
	e, err := scanEndpoint(row)
	if errors.Is(err, sql.ErrNoRows) {
		return e, errNoEndpoint()
	}
	return e, err
}

// UpdateEndpoint changes URL, events and whether the endpoint is disabled.
func (s *Store) UpdateEndpoint(ctx context.Context, e Endpoint) (Endpoint, error) {
	if err := CheckEvents(e.Events); err != nil {
		return Endpoint{}, err
	}
	return oneEndpoint(s.write.QueryRowContext(ctx, `
		UPDATE endpoints SET url = $1, events = $2, disabled_at = $3 WHERE id = $4 AND account = $5 RETURNING `+endpointColumns,
		e.URL, encode(e.Events), optMicros(e.DisabledAt), e.ID, e.Account))
}

// DeleteEndpoint removes a webhook endpoint. Deliveries under way go on.
func (s *Store) DeleteEndpoint(ctx context.Context, account, id string) error {
	n, err := affected(s.write.ExecContext(ctx, `DELETE FROM endpoints WHERE id = $1 AND account = $2`, id, account))
	if err == nil && n == 0 {
		return errNoEndpoint()
	}
	return err
}

func errNoEndpoint() error {
	return saccade.Errorf(saccade.CodeNotFound, "There is no such webhook endpoint.")
}

func scanEndpoint(row scanner) (Endpoint, error) {
	var e Endpoint
	var events string
	var created int64
	var disabled sql.NullInt64
	if err := row.Scan(&e.ID, &e.Account, &e.URL, &events, &e.Secret, &created, &disabled); err != nil {
		return Endpoint{}, err
	}
	e.CreatedAt, e.DisabledAt = fromMicros(created), optTime(disabled)
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
	targets, err := listEndpoints(ctx, tx, a.Account)
	if err != nil {
		return err
	}
	targets = slices.DeleteFunc(targets, func(e Endpoint) bool { return e.DisabledAt != nil || !wanted(e.Events) })
	if w := a.Request.Webhook; w != nil && strings.TrimSpace(w.URL) != "" && wanted(w.Events) {
		var secret string
		if err := tx.QueryRowContext(ctx, `SELECT webhook_secret FROM accounts WHERE name = $1`, a.Account).Scan(&secret); err != nil {
			return err
		}
		targets = append(targets, Endpoint{URL: w.URL, Secret: secret})
	}
	payload := encode(saccade.WebhookMessage{Type: event, Timestamp: *a.EndedAt,
		Data: saccade.WebhookData{ID: a.ID, Kind: a.Request.Kind, Title: a.Request.Title, Status: a.Status, Error: wireError(a.Err)}})
	for _, t := range targets {
		d := Delivery{ID: "msg_" + saccade.NewID(), Account: a.Account, Endpoint: t.ID, URL: t.URL, Secret: t.Secret,
			Analysis: a.ID, Event: event, Payload: payload}
		if err := s.insertDelivery(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
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
