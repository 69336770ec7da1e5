package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/saccade-dev/saccade/internal/store/pool"
)

// maxRequeued bounds how many tickets one call of [Store.Requeue] makes for a
// kind of work.
const maxRequeued = 1000

// backlog is what waits in a lane.
type backlog struct {
	work    Work
	due     int   // rows that could be worked on now
	tickets int   // in the queue
	expired int   // rows whose lease ran out
	next    int64 // when the next row is due or the next lease runs out, in microseconds; 0: never
}

// Requeue gives every row that waits and that nobody works on a ticket: one
// whose lease ran out, since its worker died or hangs; one that is to be tried
// again and whose time has come; one that lost its ticket, however that
// happened. An attempt whose lease ran out ends itself when it notices that
// another one began. Requeue returns how many tickets it made and when to call
// it next: the zero time if nothing is foreseen. Many processes may call it at
// once, and more often than need be; it costs one query when there is nothing
// to do.
func (s *Store) Requeue(ctx context.Context) (made int, next time.Time, err error) {
	lanes, err := s.backlogs(ctx, s.read)
	if err != nil {
		return 0, next, err
	}
	needed := false
	for _, b := range lanes {
		needed = needed || b.due > b.tickets || b.expired > 0
		if at := pool.FromMicros(b.next); b.next > 0 && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if !needed {
		return 0, next, nil
	}
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		made = 0
		if s.driver == DriverPostgres {
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, requeueLock); err != nil {
				return err
			}
		}
		lanes, err := s.backlogs(ctx, pool.Tx{Tx: tx})
		if err != nil {
			return err
		}
		for _, b := range lanes {
			if err := s.requeueLane(ctx, tx, b); err != nil {
				return err
			}
			made += min(max(b.due-b.tickets, 0), maxRequeued)
		}
		return nil
	})
	return made, next, err
}

func (s *Store) requeueLane(ctx context.Context, tx *sql.Tx, b backlog) error {
	if b.expired > 0 {
		l := laneOf(b.work)
		_, err := tx.ExecContext(ctx, `UPDATE `+l.table+` SET instance = '', lease_until = 0`+l.reset+`
			WHERE lease_until > 0 AND lease_until <= $1 AND `+l.pending, s.nowMicros())
		if err != nil {
			return fmt.Errorf("store: requeue: %w", err)
		}
	}
	if missing := b.due - b.tickets; missing > 0 {
		return s.enqueue(ctx, tx, b.work, min(missing, maxRequeued))
	}
	return nil
}

// backlogs looks at all lanes in one query. A ticket that runs is none: either
// its row has a lease, or it ends without having found one.
func (s *Store) backlogs(ctx context.Context, db pool.Querier) ([]backlog, error) {
	var parts []string
	for _, w := range works() {
		l := laneOf(w)
		parts = append(parts, `
			SELECT '`+string(w)+`' AS work,
				(SELECT count(*) FROM `+l.table+` WHERE `+l.pending+` AND lease_until <= $1 AND next_at <= $1),
				(SELECT count(*) FROM river_job WHERE queue = '`+string(w)+`' AND state IN ('available', 'retryable', 'scheduled')),
				(SELECT count(*) FROM `+l.table+` WHERE `+l.pending+` AND lease_until > 0 AND lease_until <= $1),
				coalesce((SELECT min(CASE WHEN lease_until > $1 THEN lease_until ELSE next_at END) FROM `+l.table+`
					WHERE `+l.pending+` AND (lease_until > $1 OR next_at > $1)), 0)`)
	}
	rows, err := db.QueryContext(ctx, strings.Join(parts, " UNION ALL "), s.nowMicros())
	return pool.Collect(rows, err, func(row pool.Scanner) (backlog, error) {
		var b backlog
		err := row.Scan(&b.work, &b.due, &b.tickets, &b.expired, &b.next)
		return b, err
	})
}
