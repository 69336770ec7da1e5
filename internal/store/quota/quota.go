// Package quota holds how much an account may use, and counts what it uses: analyses a
// day, and stored bytes. It holds what all accounts together may store, the disk budget, too.
//
// The contract: what is over a quota is refused in the transaction that would have accepted
// it, which takes the lock of the account, so that requests at one time cannot pass a quota
// together. What was accepted is finished: results may go past the quota of bytes, and then
// nothing more is accepted until something is deleted. A day begins at midnight UTC. An
// analysis that is erased on its day still counts for the day.
//
// The disk budget may be passed for a moment: what is over it is cleared away soon, first the
// oldest uploads and then the oldest results, and refused where nothing can be.
package quota

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Limits is how much may be used; 0 is as much as one likes.
type Limits struct {
	Analyses int   // that begin on one day, UTC
	Bytes    int64 // of uploads and results together
}

// Validate reports everything that is wrong, each by its flag and variable.
func (l Limits) Validate() error {
	var errs []error
	if l.Analyses < 0 {
		errs = append(errs, fmt.Errorf("Analyses (--quota-analyses, SACCADE_QUOTA_ANALYSES) is %d and must be 0 (no quota) or more", l.Analyses))
	}
	if l.Bytes < 0 {
		errs = append(errs, fmt.Errorf("Bytes (--quota-bytes, SACCADE_QUOTA_BYTES) is %d and must be 0 (no quota) or more", l.Bytes))
	}
	return errors.Join(errs...)
}

// Own is the quotas of one account; nil is the server's default, 0 no quota.
type Own struct {
	Analyses *int
	Bytes    *int64
}

// State is what an account uses, and how much it may.
type State struct {
	Limits        // the account's own, else the server's
	Own    Own    // of the account alone
	Used   Limits // analyses since midnight and bytes that are stored now
	Resets time.Time
}

// Rows is the rows in a database whose tables are up to date.
type Rows struct {
	write, read pool.DB // one and the same on PostgreSQL
	now         func() time.Time
	defaults    Limits
	budget      int64 // bytes; 0: none

	mu       sync.Mutex
	locked   int64     // bytes that cannot be cleared away, and what was accepted since
	lockedAt time.Time // zero: not counted yet
}

// New returns the rows of a database; defaults are for accounts without quotas of their own,
// budget is how many bytes all may store together; 0 is as many as there is room for.
func New(write, read pool.DB, now func() time.Time, defaults Limits, budget int64) *Rows {
	return &Rows{write: write, read: read, now: now, defaults: defaults, budget: budget}
}

// Quota returns what an account uses and may use, or not_found.
func (r *Rows) Quota(ctx context.Context, account string) (State, error) {
	own, err := scanOwn(r.read.QueryRowContext(ctx, `SELECT quota_analyses, quota_bytes FROM accounts WHERE name = $1`, account))
	if errors.Is(err, sql.ErrNoRows) {
		return State{}, errNoAccount(account)
	}
	if err != nil {
		return State{}, err
	}
	s := State{Limits: r.limits(own), Own: own, Resets: r.midnight().AddDate(0, 0, 1)}
	var err2 error
	s.Used.Analyses, err = r.analyses(ctx, r.read, account, math.MaxInt32)
	s.Used.Bytes, err2 = bytes(ctx, r.read, account)
	return s, errors.Join(err, err2)
}

// SetQuota replaces the quotas of an account; not_found where there is none.
func (r *Rows) SetQuota(ctx context.Context, account string, own Own) error {
	return r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		n, err := pool.Affected(tx.ExecContext(ctx, `UPDATE accounts SET quota_analyses = $1, quota_bytes = $2 WHERE name = $3`,
			optional(own.Analyses), optional(own.Bytes), account))
		if err == nil && n == 0 {
			err = errNoAccount(account)
		}
		if err != nil {
			return err
		}
		analyses, stored := own.Texts()
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.QuotaChanged, Account: account, Detail: "analyses a day: " + analyses + ", stored bytes: " + stored})
	}, nil)
}

// Texts writes the quotas for people.
func (o Own) Texts() (analyses, stored string) {
	analyses, stored = "server's default", "server's default"
	if o.Analyses != nil {
		analyses = orNone(int64(*o.Analyses), strconv.Itoa(*o.Analyses))
	}
	if o.Bytes != nil {
		stored = orNone(*o.Bytes, Size(*o.Bytes))
	}
	return analyses, stored
}

func orNone(n int64, text string) string {
	if n == 0 {
		return "none"
	}
	return text
}

// CheckRoom refuses what would be over a quota, or the disk budget, when so many analyses and bytes come to those
// that are there. Call it in the transaction that accepts them.
func (r *Rows) CheckRoom(ctx context.Context, tx *sql.Tx, account string, more Limits) error {
	db := pool.Tx{Tx: tx}
	if err := r.checkBudget(ctx, db, more.Bytes); err != nil {
		return err
	}
	own, err := scanOwn(db.QueryRowContext(ctx, `SELECT quota_analyses, quota_bytes FROM accounts WHERE name = $1`, account))
	if errors.Is(err, sql.ErrNoRows) { // the row that refers to it will say so
		return nil
	}
	limits := r.limits(own)
	if err != nil || limits == (Limits{}) {
		return err
	}
	// Locks the row on PostgreSQL: what another transaction accepts meanwhile is seen below.
	if _, err := tx.ExecContext(ctx, `UPDATE accounts SET add_ons = add_ons WHERE name = $1`, account); err != nil {
		return err
	}
	if limits.Analyses > 0 && more.Analyses > 0 {
		n, err := r.analyses(ctx, db, account, limits.Analyses)
		if err != nil {
			return err
		}
		if n+more.Analyses > limits.Analyses {
			return r.errDay(limits.Analyses)
		}
	}
	if limits.Bytes == 0 {
		return nil
	}
	n, err := bytes(ctx, db, account)
	if err == nil && (n > limits.Bytes || more.Bytes > limits.Bytes-n) {
		return errBytes(limits.Bytes, n, more.Bytes)
	}
	return err
}

// limits returns what holds for an account.
func (r *Rows) limits(own Own) Limits {
	l := r.defaults
	if own.Analyses != nil {
		l.Analyses = *own.Analyses
	}
	if own.Bytes != nil {
		l.Bytes = *own.Bytes
	}
	return l
}

// midnight is when the day began.
func (r *Rows) midnight() time.Time { return r.now().UTC().Truncate(24 * time.Hour) }

// analyses counts those of the day, until there are so many.
func (r *Rows) analyses(ctx context.Context, db pool.Querier, account string, enough int) (n int, err error) {
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM analyses WHERE account = $1 AND created_at >= $2 LIMIT $3) AS today`,
		account, pool.Micros(r.midnight()), enough).Scan(&n)
	return n, err
}

// bytes returns what is stored for an account.
func bytes(ctx context.Context, db pool.Querier, account string) (n int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT bytes FROM stored WHERE account = $1`, account).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// ExceededError says that the analyses of the day are used up.
type ExceededError struct {
	Reason *saccade.Error // what the client reads
	After  time.Duration  // until the next day
}

// Error returns the reason.
func (e *ExceededError) Error() string { return e.Reason.Error() }

// Unwrap returns the reason.
func (e *ExceededError) Unwrap() error { return e.Reason }

// RetryAfter returns when asking again makes sense.
func (e *ExceededError) RetryAfter() time.Duration { return e.After }

func (r *Rows) errDay(limit int) error {
	resets := r.midnight().AddDate(0, 0, 1)
	return &ExceededError{Reason: saccade.Errorf(saccade.CodeRateLimited,
		"This account may start %d analyses a day and has done so today. It may go on at %s; for more, ask whoever runs this service to raise the quota.",
		limit, resets.Format("2006-01-02 15:04 UTC")), After: resets.Sub(r.now())}
}

func errBytes(limit, used, more int64) error {
	need := ""
	if more > 0 {
		need = " and this needs " + Size(more) + " more"
	}
	return saccade.Errorf(saccade.CodeForbidden,
		"This account may store %s, %s are in use%s. Delete analyses that are no longer needed, or ask whoever runs this service to raise the quota.",
		Size(limit), Size(used), need)
}

// Size writes a number of bytes for people.
func Size(n int64) string { return humanize.IBytes(uint64(max(0, n))) }

func errNoAccount(name string) error {
	return saccade.Errorf(saccade.CodeNotFound, "There is no account %q.", name)
}

func scanOwn(row pool.Scanner) (own Own, err error) {
	var analyses, size sql.NullInt64
	if err := row.Scan(&analyses, &size); err != nil {
		return own, err
	}
	if analyses.Valid {
		n := int(analyses.Int64)
		own.Analyses = &n
	}
	if size.Valid {
		own.Bytes = &size.Int64
	}
	return own, nil
}

// optional is nil for no value, as the drivers want NULL.
func optional[T int | int64](v *T) any {
	if v == nil {
		return nil
	}
	return int64(*v)
}
