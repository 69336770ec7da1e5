// Package retention holds how long the things of an account are kept: uploads of videos,
// and results of images and pages, both from the end of their analysis on.
//
// The contract: what an account has of its own goes before the server's default; what is
// kept (keep) has no end; results of videos stay until they are deleted. A time that is set
// for an account holds for what it has as well, the server's default for what ends from then
// on.
package retention

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Times is how long things are kept after the end of their analysis; 0 is for ever.
type Times struct {
	Video   time.Duration // uploads of videos
	Results time.Duration // results of images and pages
}

// Validate reports everything that is wrong, each by its flag and variable.
func (t Times) Validate() error {
	var errs []error
	if t.Video < 0 {
		errs = append(errs, fmt.Errorf("Video (--video-ttl, SACCADE_VIDEO_TTL) is %v and must be 0 (keep for ever) or more", t.Video))
	}
	if t.Results < 0 {
		errs = append(errs, fmt.Errorf("Results (--result-ttl, SACCADE_RESULT_TTL) is %v and must be 0 (keep for ever) or more", t.Results))
	}
	return errors.Join(errs...)
}

// Own is the times of one account; nil is the server's default.
type Own struct {
	Video   *time.Duration
	Results *time.Duration
}

// Ends is when the things of an analysis end; nil is never.
type Ends struct {
	Results *time.Time
	Input   *time.Time
}

// Rows is the rows in a database whose tables are up to date.
type Rows struct {
	write, read pool.DB // one and the same on PostgreSQL
	now         func() time.Time
	defaults    Times
}

// New returns the rows of a database; defaults are for accounts without times of their own.
func New(write, read pool.DB, now func() time.Time, defaults Times) *Rows {
	return &Rows{write: write, read: read, now: now, defaults: defaults}
}

// Retention returns the times of an account, or not_found.
func (r *Rows) Retention(ctx context.Context, account string) (Own, error) {
	return own(ctx, r.read, account)
}

// EndsOf returns when the things of an analysis end that ended at a time, unless it is kept.
func (r *Rows) EndsOf(ctx context.Context, tx *sql.Tx, a *saccade.Analysis, ended time.Time) (Ends, error) {
	mine, err := own(ctx, pool.Tx{Tx: tx}, a.Account)
	if err != nil {
		return Ends{}, err
	}
	if a.Request.Kind != saccade.KindVideo {
		return Ends{Results: end(ended, mine.Results, r.defaults.Results)}, nil
	}
	return Ends{Input: end(ended, mine.Video, r.defaults.Video)}, nil
}

func end(ended time.Time, mine *time.Duration, otherwise time.Duration) *time.Time {
	if mine == nil {
		mine = &otherwise
	}
	if *mine == 0 {
		return nil
	}
	t := pool.FromMicros(pool.Micros(ended.Add(*mine)))
	return &t
}

// SetRetention replaces the times of an account, and of what it has; not_found where there is
// no such account.
func (r *Rows) SetRetention(ctx context.Context, account string, o Own) error {
	return r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		n, err := pool.Affected(tx.ExecContext(ctx, `UPDATE accounts SET video_ttl = $1, result_ttl = $2 WHERE name = $3`, micros(o.Video), micros(o.Results), account))
		if err == nil && n == 0 {
			return errNoAccount(account)
		}
		for _, set := range []struct {
			ttl               *time.Duration
			column, condition string
		}{{o.Video, "input_expires_at", "kind = 'video' AND object <> ''"}, {o.Results, "expires_at", "kind <> 'video'"}} {
			if err == nil && set.ttl != nil {
				_, err = tx.ExecContext(ctx, `UPDATE analyses SET `+set.column+` = CASE WHEN CAST($1 AS BIGINT) > 0 THEN ended_at + CAST($1 AS BIGINT) END
					WHERE account = $2 AND `+set.condition+` AND keep = 0 AND tombstone = '' AND ended_at IS NOT NULL`, micros(set.ttl), account)
			}
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.RetentionChanged, Account: account,
			Detail: "uploads of videos: " + text(o.Video) + ", results of images and pages: " + text(o.Results)})
	}, nil)
}

func own(ctx context.Context, db pool.Querier, account string) (o Own, err error) {
	var video, results sql.NullInt64
	err = db.QueryRowContext(ctx, `SELECT video_ttl, result_ttl FROM accounts WHERE name = $1`, account).Scan(&video, &results)
	if errors.Is(err, sql.ErrNoRows) {
		return o, errNoAccount(account)
	}
	return Own{Video: duration(video), Results: duration(results)}, err
}

// text writes a time for people.
func text(d *time.Duration) string {
	switch {
	case d == nil:
		return "server's default"
	case *d == 0:
		return "for ever"
	}
	return d.String()
}

func duration(v sql.NullInt64) *time.Duration {
	if !v.Valid {
		return nil
	}
	d := time.Duration(v.Int64) * time.Microsecond
	return &d
}

// micros is nil for no time, as the drivers want NULL.
func micros(d *time.Duration) any {
	if d == nil {
		return nil
	}
	return d.Microseconds()
}

func errNoAccount(name string) error {
	return saccade.Errorf(saccade.CodeNotFound, "There is no account %q.", name)
}
