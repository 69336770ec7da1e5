// Package tally counts analyses: what waits, what ended, what an account used.
//
// The contract: erased and expired analyses count as long as their rows are there, and in
// [Counts.Totals] for ever. Totals and [Counts.QueueState] cost what the queue is long and
// what ended lately, however many rows there are: what ended earlier was summed up by
// [Counts.SumUp]. An analysis that has ended stays as it is.
package tally

import (
	"context"
	"database/sql"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Counts is the rows that are counted.
type Counts struct {
	write, read pool.DB
	now         func() time.Time
}

// New returns the counts of a database, by a clock.
func New(write, read pool.DB, now func() time.Time) *Counts { return &Counts{write, read, now} }

// Queue is how much waits and runs.
type Queue struct {
	Waiting int
	Running int
	Oldest  map[saccade.Kind]time.Time // creation of the oldest waiting analysis of each kind of which one waits

	OldestRendering time.Time // when the oldest waiting one was asked for; zero: none waits
}

// renderings stands for what is rendered, among the kinds.
const renderings saccade.Kind = "rendering"

// QueueState counts what waits and runs, over all accounts.
func (r *Counts) QueueState(ctx context.Context) (Queue, error) {
	q := Queue{Oldest: map[saccade.Kind]time.Time{}}
	rows, err := r.read.QueryContext(ctx, `
		SELECT kind, coalesce(sum(CASE WHEN lease_until <= $1 THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN lease_until > $1 THEN 1 ELSE 0 END), 0),
			coalesce(min(CASE WHEN lease_until <= $1 THEN created_at END), 0)
		FROM analyses WHERE status = 'pending' GROUP BY kind
		UNION ALL SELECT $2, 0, 0, coalesce(min(created_at), 0) FROM renderings WHERE status = 'pending' AND lease_until <= $1`,
		pool.Micros(r.now()), string(renderings))
	_, err = pool.Collect(rows, err, func(row pool.Scanner) (struct{}, error) {
		var kind saccade.Kind
		var waiting, running int
		var oldest int64
		err := row.Scan(&kind, &waiting, &running, &oldest)
		q.Waiting, q.Running = q.Waiting+waiting, q.Running+running
		switch {
		case oldest == 0:
		case kind == renderings:
			q.OldestRendering = pool.FromMicros(oldest)
		default:
			q.Oldest[kind] = pool.FromMicros(oldest)
		}
		return struct{}{}, err
	})
	return q, err
}

// Usage sums up what was done with one kind of input.
type Usage struct {
	Kind      saccade.Kind
	Pending   int
	Succeeded int
	Failed    int
	Frames    int64   // of succeeded videos
	Seconds   float64 // of succeeded videos
}

// Usage sums up the analyses that the account created in [from, to), by kind.
func (r *Counts) Usage(ctx context.Context, account string, from, to time.Time) ([]Usage, error) {
	rows, err := r.read.QueryContext(ctx, sums+`
		FROM (SELECT kind, status, 1 AS n, frames, seconds FROM analyses WHERE account = $1 AND created_at >= $2 AND created_at < $3) AS counted
		GROUP BY kind ORDER BY kind`, account, pool.Micros(from), pool.Micros(to))
	return pool.Collect(rows, err, scanUsage)
}

// Totals sums up the analyses of all accounts that there ever were, by kind.
func (r *Counts) Totals(ctx context.Context) ([]Usage, error) {
	rows, err := r.read.QueryContext(ctx, sums+`
		FROM (
			SELECT kind, status, n, frames, seconds FROM tallies
			UNION ALL SELECT kind, status, 1, frames, seconds FROM analyses WHERE ended_at > (SELECT coalesce(max(until), 0) FROM tallies)
			UNION ALL SELECT kind, status, 1, frames, seconds FROM analyses WHERE status = 'pending'
		) AS counted GROUP BY kind ORDER BY kind`)
	return pool.Collect(rows, err, scanUsage)
}

const sums = `
	SELECT kind, CAST(coalesce(sum(CASE WHEN status = 'pending' THEN n ELSE 0 END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN status = 'success' THEN n ELSE 0 END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN status = 'failed' THEN n ELSE 0 END), 0) AS BIGINT),
		CAST(coalesce(sum(frames), 0) AS BIGINT), coalesce(sum(seconds), 0)`

func scanUsage(row pool.Scanner) (u Usage, err error) {
	err = row.Scan(&u.Kind, &u.Pending, &u.Succeeded, &u.Failed, &u.Frames, &u.Seconds)
	return u, err
}

// How much is left to be counted row by row. What ends is written within less than settled
// of the time that it is said to have ended at, on whichever machine.
const (
	settled = 10 * time.Minute
	often   = time.Minute
)

// sumLimit bounds the first summing up of a large database.
const sumLimit = 5 * time.Minute

// lock is the key of PostgreSQL's advisory lock.
const lock = 0x5acc_ae1

// SumUp adds what has ended a while ago to the tallies. Many processes may call it at
// once, and more often than need be.
func (r *Counts) SumUp(ctx context.Context) error {
	until := pool.Micros(r.now().Add(-settled))
	due := func(db pool.Querier) (last int64, due bool, err error) {
		err = db.QueryRowContext(ctx, `SELECT coalesce(max(until), 0) FROM tallies`).Scan(&last)
		return last, until-last >= often.Microseconds(), err
	}
	if _, is, err := due(r.read); err != nil || !is {
		return err
	}
	return r.write.InTx(ctx, sumLimit, func(tx *sql.Tx) error {
		if r.write != r.read { // SQLite: one writes at a time
		} else if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lock); err != nil {
			return err
		}
		last, is, err := due(pool.Tx{Tx: tx})
		if err != nil || !is {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO tallies (kind, status, n, frames, seconds, until)
			SELECT kind, status, count(*), CAST(coalesce(sum(frames), 0) AS BIGINT), coalesce(sum(seconds), 0), CAST($2 AS BIGINT) FROM analyses
			WHERE ended_at > $1 AND ended_at <= $2 GROUP BY kind, status
			ON CONFLICT (kind, status) DO UPDATE SET n = tallies.n + excluded.n, frames = tallies.frames + excluded.frames, seconds = tallies.seconds + excluded.seconds`,
			last, until)
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE tallies SET until = $1`, until)
		}
		return err
	}, nil)
}
