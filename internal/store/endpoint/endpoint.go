// Package endpoint keeps the rows of webhook endpoints: the addresses that hear of the end
// of all analyses of an account. What is unknown, and what is another account's, is
// not_found.
package endpoint

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Rows is the rows in a database whose tables are up to date.
type Rows struct {
	write, read pool.DB // one and the same on PostgreSQL
	now         func() time.Time
	secret      func() string // makes one
}

// New returns the rows of a database; secret makes the secrets of endpoints.
func New(write, read pool.DB, now func() time.Time, secret func() string) *Rows {
	return &Rows{write: write, read: read, now: now, secret: secret}
}

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
func (r *Rows) CreateWebhook(ctx context.Context, w Webhook) (Webhook, error) {
	if err := CheckEvents(w.Events); err != nil {
		return Webhook{}, err
	}
	w.ID, w.Secret, w.CreatedAt = saccade.NewID(), r.secret(), pool.FromMicros(pool.Micros(r.now()))
	if w.DisabledAt != nil {
		w.DisabledAt = &w.CreatedAt
	}
	n, err := pool.Affected(r.write.ExecContext(ctx, `
		INSERT INTO webhooks (id, account, url, events, secret, created_at, disabled_at) SELECT $1, $2, $3, $4, $5, $6, $8
		WHERE (SELECT count(*) FROM webhooks WHERE account = $2) < $7`,
		w.ID, w.Account, w.URL, pool.Encode(w.Events), w.Secret, pool.Micros(w.CreatedAt), MaxWebhooks, pool.OptMicros(w.DisabledAt)))
	if err == nil && n == 0 {
		err = saccade.Errorf(saccade.CodeClient, "An account has at most %d webhook endpoints. Remove one first.", MaxWebhooks)
	}
	return w, err
}

// Webhooks lists the webhook endpoints of the account, oldest first.
func (r *Rows) Webhooks(ctx context.Context, account string) ([]Webhook, error) {
	return List(ctx, r.read, account)
}

// List lists the webhook endpoints of an account, oldest first.
func List(ctx context.Context, db pool.Querier, account string) ([]Webhook, error) {
	rows, err := db.QueryContext(ctx, `SELECT `+webhookColumns+` FROM webhooks WHERE account = $1 ORDER BY created_at, id`, account)
	return pool.Collect(rows, err, scanWebhook)
}

// Webhook returns a webhook endpoint of the account, or not_found.
func (r *Rows) Webhook(ctx context.Context, account, id string) (Webhook, error) {
	return oneWebhook(r.read.QueryRowContext(ctx, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1 AND account = $2`, id, account))
}

func oneWebhook(row pool.Scanner) (Webhook, error) {
	e, err := scanWebhook(row)
	if errors.Is(err, sql.ErrNoRows) {
		return e, errNoWebhook()
	}
	return e, err
}

// UpdateWebhook changes URL, events and whether the endpoint is disabled.
func (r *Rows) UpdateWebhook(ctx context.Context, e Webhook) (Webhook, error) {
	if err := CheckEvents(e.Events); err != nil {
		return Webhook{}, err
	}
	return oneWebhook(r.write.QueryRowContext(ctx, `
		UPDATE webhooks SET url = $1, events = $2, disabled_at = $3 WHERE id = $4 AND account = $5 RETURNING `+webhookColumns,
		e.URL, pool.Encode(e.Events), pool.OptMicros(e.DisabledAt), e.ID, e.Account))
}

// DeleteWebhook removes a webhook endpoint. Deliveries under way go on.
func (r *Rows) DeleteWebhook(ctx context.Context, account, id string) error {
	n, err := pool.Affected(r.write.ExecContext(ctx, `DELETE FROM webhooks WHERE id = $1 AND account = $2`, id, account))
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
