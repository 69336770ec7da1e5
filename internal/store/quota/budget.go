package quota

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// roomLock is the key of PostgreSQL's advisory lock of [Rows.MakeRoom].
const roomLock = 0x5acc_ae2

// most bounds what one call of MakeRoom ends.
const most = 1000

// What counts as stored. $1 is the time: what is over by then is cleared away soon.
const (
	allBytes = `SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM stored`
	here     = `tombstone = '' AND (expires_at IS NULL OR expires_at > $1)`
	// An upload may go once all that used it have ended and none is kept.
	idle = `
		SELECT u.object, u.size, max(a.ended_at) AS ended FROM uploads u JOIN analyses a ON a.object = u.object
		WHERE u.size > 0 GROUP BY u.object, u.size
		HAVING min(CASE WHEN a.ended_at IS NOT NULL AND a.keep = 0 THEN 1 ELSE 0 END) = 1`
	// Of these, the ones that stay by themselves.
	staying = ` AND max(CASE WHEN a.expires_at <= $1 OR a.input_expires_at <= $1 THEN 0 ELSE 1 END) = 1`
)

// Stored is how many bytes are stored, and how many may be; 0 is as many as there is room for.
type Stored struct {
	Bytes  int64
	Budget int64
}

// Stored returns what is stored for all accounts.
func (r *Rows) Stored(ctx context.Context) (s Stored, err error) {
	s.Budget = r.budget
	err = r.read.QueryRowContext(ctx, allBytes).Scan(&s.Bytes)
	return s, err
}

// lockedFor is how long the count of what cannot be cleared away is good: making it reads all
// that is stored.
const lockedFor = time.Minute

// checkBudget refuses more bytes when those that cannot be cleared away leave no room.
func (r *Rows) checkBudget(ctx context.Context, db pool.Querier, more int64) error {
	if r.budget == 0 {
		return nil
	}
	var stored int64
	err := db.QueryRowContext(ctx, allBytes).Scan(&stored)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if stored <= r.budget-more {
		r.locked += more
		return nil
	}
	if now := r.now(); r.lockedAt.IsZero() || now.Sub(r.lockedAt) >= lockedFor {
		if r.locked, err = locked(ctx, db, stored); err != nil {
			return err
		}
		r.lockedAt = now
	}
	if r.locked <= r.budget-more {
		r.locked += more
		return nil
	}
	return saccade.Errorf(saccade.CodeNoRoom,
		"The storage of this service is full: %s may be stored, and nothing that is there can be cleared away. Delete analyses that are no longer needed, or ask whoever runs this service for room.", Size(r.budget))
}

// locked returns how much of what is stored cannot be cleared away.
func locked(ctx context.Context, db pool.Querier, stored int64) (int64, error) {
	var uploads, results int64
	err := errors.Join(
		db.QueryRowContext(ctx, `SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM (`+idle+`) AS idle`).Scan(&uploads),
		db.QueryRowContext(ctx, `SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM analyses WHERE bytes > 0 AND ended_at IS NOT NULL AND keep = 0`).Scan(&results))
	return stored - uploads - results, err
}

// MakeRoom ends the time of uploads, and where these do not suffice of results, until what
// stays is within the budget; oldest first, a thousand at most, never what is kept or has not
// ended. It returns how many; erasing them is for whoever clears away what has expired.
func (r *Rows) MakeRoom(ctx context.Context) (ended int, err error) {
	if r.budget == 0 {
		return 0, nil
	}
	var stored int64
	if err := r.read.QueryRowContext(ctx, allBytes).Scan(&stored); err != nil || stored <= r.budget {
		return 0, err
	}
	err = r.write.InTx(ctx, time.Minute, func(tx *sql.Tx) error {
		ended = 0
		if r.write == r.read { // PostgreSQL: one makes room at a time
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, roomLock); err != nil {
				return err
			}
		}
		m := &making{tx: tx, now: pool.Micros(r.now())}
		if err := m.measure(ctx, r.budget); err != nil {
			return err
		}
		err := m.end(ctx, idle+staying+` ORDER BY ended, u.object LIMIT $2`,
			`UPDATE analyses SET input_expires_at = $1 WHERE object = $2 AND keep = 0 AND ended_at IS NOT NULL`)
		if err == nil {
			err = m.end(ctx, `SELECT id, bytes, ended_at FROM analyses
				WHERE bytes > 0 AND ended_at IS NOT NULL AND keep = 0 AND `+here+` ORDER BY ended_at, id LIMIT $2`,
				`UPDATE analyses SET expires_at = $1 WHERE id = $2 AND keep = 0`)
		}
		ended = m.ended
		return err
	}, nil)
	return ended, err
}

// making is room being made.
type making struct {
	tx      *sql.Tx
	now     int64
	surplus int64 // bytes that are to go
	ended   int
}

// measure finds how much is too much of what would stay.
func (m *making) measure(ctx context.Context, budget int64) error {
	var results, used, unused int64
	err := errors.Join(
		m.tx.QueryRowContext(ctx, `SELECT CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM analyses WHERE bytes > 0 AND `+here, m.now).Scan(&results),
		m.tx.QueryRowContext(ctx, `SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM uploads u WHERE size > 0 AND EXISTS (
			SELECT 1 FROM analyses a WHERE a.object = u.object AND `+here+` AND (input_expires_at IS NULL OR input_expires_at > $1))`, m.now).Scan(&used),
		m.tx.QueryRowContext(ctx, `SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM uploads u WHERE size > 0 AND NOT EXISTS (
			SELECT 1 FROM analyses a WHERE a.object = u.object)`).Scan(&unused))
	m.surplus = results + used + unused - budget
	return err
}

// end ends what a query lists, with its bytes, until there is no surplus any more.
func (m *making) end(ctx context.Context, query, update string) error {
	if m.surplus <= 0 {
		return nil
	}
	type candidate struct {
		key   string
		bytes int64
	}
	rows, err := m.tx.QueryContext(ctx, query, m.now, most)
	all, err := pool.Collect(rows, err, func(row pool.Scanner) (c candidate, err error) {
		var ended int64
		err = row.Scan(&c.key, &c.bytes, &ended)
		return c, err
	})
	if err != nil {
		return fmt.Errorf("store: make room: %w", err)
	}
	for _, c := range all {
		if m.surplus <= 0 {
			return nil
		}
		if _, err := m.tx.ExecContext(ctx, update, m.now, c.key); err != nil {
			return fmt.Errorf("store: make room: %w", err)
		}
		m.surplus -= c.bytes
		m.ended++
	}
	return nil
}
