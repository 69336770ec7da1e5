package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/cursor"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// DeliveryState says how far a delivery is.
type DeliveryState string

// The states of a delivery.
const (
	DeliveryPending   DeliveryState = "pending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryFailed    DeliveryState = "failed"
)

// Delivery is one event on its way to one webhook. ID, Event and Payload stay
// the same over all attempts and redeliveries, so that receivers can recognize
// what they have seen.
type Delivery struct {
	ID         string // the header webhook-id
	Account    string
	Webhook    string // id, or "" for the webhook of a request
	URL        string
	Secret     string
	Analysis   string
	Event      string
	Payload    string // JSON
	State      DeliveryState
	Attempts   int
	HTTPStatus int    // of the last attempt; 0: no answer
	Error      string // of the last attempt
	CreatedAt  time.Time
	NextAt     *time.Time // of the next attempt, while pending
	EndedAt    *time.Time
}

const deliveryColumns = `id, account, webhook, url, secret, analysis, event, payload, state, attempts,
	http_status, error, created_at, next_at, ended_at`

// maxDeliveryError bounds what is kept of an error's text.
const maxDeliveryError = 500

func (s *Store) insertDelivery(ctx context.Context, tx *sql.Tx, d Delivery) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO deliveries (id, account, webhook, url, secret, analysis, event, payload, state, attempts,
			http_status, error, created_at, next_at, attempt, instance, lease_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', 0, 0, '', $9, $9, 0, '', 0)`,
		d.ID, d.Account, d.Webhook, d.URL, d.Secret, d.Analysis, d.Event, d.Payload, s.nowMicros())
	return err
}

// DeliveryClaim is one attempt at a delivery.
type DeliveryClaim struct {
	*Lease
	Delivery Delivery // as it was when the attempt began
}

// ClaimDelivery starts an attempt at the delivery whose turn it is. [ErrNoWork]
// means that none is due.
func (s *Store) ClaimDelivery(ctx context.Context, by Holder) (*DeliveryClaim, error) {
	var c DeliveryClaim
	err := s.inTx(ctx, func(tx *sql.Tx) (err error) {
		if c.Lease, err = s.take(ctx, tx, WorkDelivery, by); err != nil {
			return err
		}
		c.Delivery, err = scanDelivery(tx.QueryRowContext(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE id = $1`, c.id))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// Attempt is the outcome of one attempt at a delivery.
type Attempt struct {
	HTTPStatus int           // 0: no answer
	Err        error         // nil: delivered
	Retry      time.Duration // until the next attempt; 0: this was the last
	Disable    bool          // the webhook asked for no more (410)
}

// Finish logs the outcome of the attempt.
func (c *DeliveryClaim) Finish(ctx context.Context, a Attempt) error {
	now := c.store.now()
	state, message := DeliveryDelivered, ""
	var next, ended any = nil, pool.Micros(now)
	if a.Err != nil {
		state, message = DeliveryFailed, truncate(a.Err.Error(), maxDeliveryError)
		if a.Retry > 0 {
			state, next, ended = DeliveryPending, pool.Micros(now.Add(a.Retry)), nil
		}
	}
	return c.store.inTx(ctx, func(tx *sql.Tx) error {
		err := c.update(ctx, pool.Tx{Tx: tx}, `state = $1, attempts = attempts + 1, http_status = $2, error = $3, next_at = $4, ended_at = $5,
			instance = '', lease_until = 0`, string(state), a.HTTPStatus, message, next, ended)
		if err != nil || !a.Disable {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE webhooks SET disabled_at = coalesce(disabled_at, $1) WHERE id = $2`, pool.Micros(now), c.Delivery.Webhook)
		return err
	})
}

// Release puts the delivery back without counting the attempt: the worker is
// being stopped.
func (c *DeliveryClaim) Release(ctx context.Context) error {
	return c.release(ctx, 0, "state = state")
}

// truncate shortens text to n bytes of valid UTF-8.
func truncate(text string, n int) string {
	if len(text) > n {
		text = text[:n]
	}
	clean := make([]rune, 0, len(text))
	for _, r := range text {
		if r != 0xFFFD && r != 0 {
			clean = append(clean, r)
		}
	}
	return string(clean)
}

// DeliveryOptions selects deliveries.
type DeliveryOptions struct {
	Analysis string // "": all
	Limit    int    // 0: DefaultLimit; more than MaxLimit is MaxLimit
	After    string // the cursor that came with the page before, or ""
}

// Deliveries returns a page of the account's delivery log, newest first, and the
// cursor of the next page ("" on the last one).
func (s *Store) Deliveries(ctx context.Context, account string, o DeliveryOptions) ([]Delivery, string, error) {
	limit := cursor.Limit(o.Limit)
	at, id, err := cursor.Parse(o.After)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+deliveryColumns+` FROM deliveries
		WHERE account = $1 AND (created_at < $2 OR created_at = $2 AND id < $3) AND ($4 = '' OR analysis = $4)
		ORDER BY created_at DESC, id DESC LIMIT $5`, account, at, id, o.Analysis, limit+1)
	found, err := pool.Collect(rows, err, scanDelivery)
	page, next := cursor.Cut(found, limit, func(d Delivery) (int64, string) { return pool.Micros(d.CreatedAt), d.ID })
	return page, next, err
}

// Delivery returns a delivery of the account, or not_found.
func (s *Store) Delivery(ctx context.Context, account, id string) (Delivery, error) {
	return oneDelivery(s.read.QueryRowContext(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE id = $1 AND account = $2`, id, account))
}

func oneDelivery(row pool.Scanner) (Delivery, error) {
	d, err := scanDelivery(row)
	if errors.Is(err, sql.ErrNoRows) {
		return d, saccade.Errorf(saccade.CodeNotFound, "There is no such delivery.")
	}
	return d, err
}

// Redeliver sends an ended delivery again, with the whole schedule of retries.
// One that is still pending is sent now as well, at no cost to its schedule.
func (s *Store) Redeliver(ctx context.Context, account, id string) (Delivery, error) {
	var d Delivery
	err := s.inTx(ctx, func(tx *sql.Tx) (err error) {
		d, err = oneDelivery(tx.QueryRowContext(ctx, `
			UPDATE deliveries SET state = 'pending', attempts = CASE WHEN state = 'pending' THEN attempts ELSE 0 END,
				next_at = $1, ended_at = NULL
			WHERE id = $2 AND account = $3 RETURNING `+deliveryColumns, s.nowMicros(), id, account))
		if err != nil {
			return err
		}
		return s.enqueue(ctx, tx, WorkDelivery, 1)
	})
	return d, err
}

func scanDelivery(row pool.Scanner) (Delivery, error) {
	var d Delivery
	var created int64
	var next, ended sql.NullInt64
	err := row.Scan(&d.ID, &d.Account, &d.Webhook, &d.URL, &d.Secret, &d.Analysis, &d.Event, &d.Payload, &d.State, &d.Attempts,
		&d.HTTPStatus, &d.Error, &created, &next, &ended)
	d.CreatedAt, d.NextAt, d.EndedAt = pool.FromMicros(created), pool.OptTime(next), pool.OptTime(ended)
	return d, err
}
