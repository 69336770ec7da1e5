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

// Limits of a page of a list.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// ListOptions selects analyses.
type ListOptions struct {
	Kind   saccade.Kind   // "": all
	Status saccade.Status // "": all
	Query  string         // part of the title, in whatever case; "": all
	Limit  int            // 0: DefaultLimit; more than MaxLimit is MaxLimit
	After  string         // the cursor that came with the page before, or ""
}

// List returns a page of the account's analyses, newest first, without what is
// gone, and the cursor of the next page ("" on the last one). A cursor that is
// none is client_error.
func (s *Store) List(ctx context.Context, account string, o ListOptions) ([]saccade.Analysis, string, error) {
	limit := o.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	limit = min(limit, MaxLimit)
	at, id, err := place(o.After)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+analysisColumns+` FROM analyses
		WHERE account = $1 AND (created_at < $2 OR created_at = $2 AND id < $3)
			AND ($4 = '' OR kind = $4) AND ($5 = '' OR status = $5) AND ($8 = '%%' OR search LIKE $8 ESCAPE '\')
			AND tombstone = '' AND (expires_at IS NULL OR expires_at > $6)
		ORDER BY created_at DESC, id DESC LIMIT $7`,
		account, at, id, string(o.Kind), string(o.Status), s.nowMicros(), limit+1, searchPattern(o.Query))
	page, err := pool.Collect(rows, err, scanAnalysis)
	if err != nil || len(page) <= limit {
		return page, "", err
	}
	last := page[limit-1]
	return page[:limit], cursor.Format(pool.Micros(last.CreatedAt), last.ID), nil
}

// place reads a cursor.
func place(after string) (at int64, id string, err error) {
	if at, id, err = cursor.Parse(after); err != nil {
		return 0, "", saccade.Errorf(saccade.CodeClient, "This is not a cursor of this list. Use the one that the page before gave.").About("after").With(err)
	}
	return at, id, nil
}

// QueuePosition returns how many analyses of the same kind of work (videos, or
// images and pages) start before this one does, itself counted: 1 is the next.
// 0 means that it runs or has ended, or is unknown. The order is the one that
// workers take them in, so that others move ahead of an account of which much
// is running.
func (s *Store) QueuePosition(ctx context.Context, id string) (int, error) {
	var kind saccade.Kind
	err := s.read.QueryRowContext(ctx, `SELECT kind FROM analyses WHERE id = $1 AND status = 'pending'`, id).Scan(&kind)
	var n int
	if err == nil {
		w := analysisWork(kind)
		err = s.read.QueryRowContext(ctx, laneOf(w).place(), s.nowMicros(), string(w), id).Scan(&n)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// Queue is how much waits and runs.
type Queue struct {
	Waiting int
	Running int
	Oldest  *time.Time // creation of the oldest waiting analysis
}

// QueueState counts what waits and runs, over all accounts.
func (s *Store) QueueState(ctx context.Context) (Queue, error) {
	var q Queue
	var oldest int64
	err := s.read.QueryRowContext(ctx, `
		SELECT coalesce(sum(CASE WHEN lease_until <= $1 THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN lease_until > $1 THEN 1 ELSE 0 END), 0),
			coalesce(min(CASE WHEN lease_until <= $1 THEN created_at END), 0)
		FROM analyses WHERE status = 'pending'`, s.nowMicros()).Scan(&q.Waiting, &q.Running, &oldest)
	if oldest > 0 {
		t := pool.FromMicros(oldest)
		q.Oldest = &t
	}
	return q, err
}

// Usage sums up what an account did with one kind of input.
type Usage struct {
	Kind      saccade.Kind
	Pending   int
	Succeeded int
	Failed    int
	Frames    int64   // of succeeded videos
	Seconds   float64 // of succeeded videos
}

// Usage sums up the analyses that the account created in [from, to), by kind.
// Erased and expired ones count.
func (s *Store) Usage(ctx context.Context, account string, from, to time.Time) ([]Usage, error) {
	rows, err := s.read.QueryContext(ctx, usageQuery+` WHERE account = $1 AND created_at >= $2 AND created_at < $3 GROUP BY kind ORDER BY kind`,
		account, pool.Micros(from), pool.Micros(to))
	return pool.Collect(rows, err, scanUsage)
}

// Totals sums up the analyses of all accounts, by kind. Erased and expired ones
// count.
func (s *Store) Totals(ctx context.Context) ([]Usage, error) {
	rows, err := s.read.QueryContext(ctx, usageQuery+` GROUP BY kind ORDER BY kind`)
	return pool.Collect(rows, err, scanUsage)
}

const usageQuery = `
	SELECT kind, coalesce(sum(CASE WHEN status = 'pending' THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN status = 'success' THEN 1 ELSE 0 END), 0),
		coalesce(sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), 0),
		CAST(coalesce(sum(frames), 0) AS BIGINT), coalesce(sum(seconds), 0)
	FROM analyses`

func scanUsage(row pool.Scanner) (u Usage, err error) {
	err = row.Scan(&u.Kind, &u.Pending, &u.Succeeded, &u.Failed, &u.Frames, &u.Seconds)
	return u, err
}
