package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Work is a kind of work. Every kind has a queue, and slots of its own in a
// worker: an image never waits behind a video.
type Work string

// The kinds of work.
const (
	WorkVideo          Work = "video"           // analyses of videos
	WorkImage          Work = "image"           // analyses of images and pages
	WorkRendering      Work = "rendering"       // more outputs of a video
	WorkImageRendering Work = "image_rendering" // more outputs of an image or page
	WorkText           Work = "text"            // texts about an analysis
	WorkDelivery       Work = "delivery"        // webhook deliveries
)

// works lists the kinds.
func works() []Work {
	return []Work{WorkVideo, WorkImage, WorkRendering, WorkImageRendering, WorkText, WorkDelivery}
}

// analysisWork is the kind of work of an analysis.
func analysisWork(k saccade.Kind) Work {
	if k == saccade.KindVideo {
		return WorkVideo
	}
	return WorkImage
}

// renderingWork is the kind of work of more outputs of an analysis.
func renderingWork(k saccade.Kind) Work {
	if k == saccade.KindVideo {
		return WorkRendering
	}
	return WorkImageRendering
}

// lane is where the rows of a kind of work are. All of its tables have the
// columns id, account, created_at, next_at (not to be worked on before),
// attempt (the number of the latest attempt), instance (which worker has it)
// and lease_until (until when; 0: nobody has it).
type lane struct {
	work    Work
	table   string
	pending string // the condition of rows with work left
	reset   string // what a lease that ran out undoes besides
}

func laneOf(w Work) lane {
	const back = `, fraction = 0, stage = 'queued', started_at = NULL,
		tries = tries - 1, suspect = 1, deaths = deaths + alone, alone = 0`
	switch w {
	case WorkVideo:
		return lane{w, "analyses", "status = 'pending' AND kind = 'video'", back}
	case WorkImage:
		return lane{w, "analyses", "status = 'pending' AND kind <> 'video'", back}
	case WorkRendering:
		return lane{w, "renderings", "status = 'pending' AND kind = 'video'", ", fraction = 0"}
	case WorkImageRendering:
		return lane{w, "renderings", "status = 'pending' AND kind <> 'video'", ", fraction = 0"}
	case WorkText:
		return lane{w, "texts", "status IN ('started', 'processing')", ", status = 'started'"}
	default:
		return lane{w, "deliveries", "state = 'pending'", ""}
	}
}

// Why a worker cannot go on.
var (
	// ErrFenced: another attempt took over. Stop, and leave the objects alone.
	ErrFenced = errors.New("store: another attempt took over")
	// ErrCanceled: the analysis was deleted. Stop, and erase what was stored.
	ErrCanceled = errors.New("store: the analysis was deleted")
	// ErrNoWork: nothing of this kind waits.
	ErrNoWork = errors.New("store: there is no work")
)

// Holder says who takes a lease, and for how long.
type Holder struct {
	Instance string        // of a worker
	Lease    time.Duration // without a heartbeat for so long the attempt counts as dead; at most Config.Lease
	Share    int           // leases of one account that the worker may have of this kind of work; 0: any number
}

// Lease is the right of one attempt to work on a row. Its writes change the
// row only as long as no other attempt began; else they return [ErrFenced] or
// [ErrCanceled].
type Lease struct {
	store   *Store
	lane    lane
	id      string
	attempt int
	by      Holder
}

// The keys of PostgreSQL's advisory locks.
const (
	claimLock   = 0x5acc_adf // choosing what to work on; the second key is the kind of work
	requeueLock = 0x5acc_ae0 // making tickets
)

// waiting is SQL for what waits in a lane, with what decides whose turn it is:
// the account first of which the least is running and that was served the
// longest ago, and of its rows the oldest. $1 is the time, $2 the kind of work.
func (l lane) waiting() string {
	return `
		WITH busy AS (
			SELECT account, count(*) AS n FROM ` + l.table + ` WHERE ` + l.pending + ` AND lease_until > $1 GROUP BY account
		), waiting AS (
			SELECT w.id, w.account, w.next_at, w.lease_until, w.created_at, coalesce(busy.n, 0) AS running, coalesce(served.at, 0) AS served_at
			FROM ` + l.table + ` w
			LEFT JOIN busy ON busy.account = w.account
			LEFT JOIN served ON served.work = $2 AND served.account = w.account
			WHERE ` + l.pending + ` AND w.lease_until <= $1
		)`
}

// places lists the ids of the lane in the order that they are taken in if nothing is
// added: the k-th row of an account counts as if k-1 of its rows were running besides.
func (l lane) places() string {
	return l.waiting() + `
		SELECT id FROM (SELECT waiting.*, row_number() OVER (PARTITION BY account ORDER BY created_at, id) AS nth FROM waiting) AS numbered
		ORDER BY running + nth, served_at, created_at, id`
}

// claimNext calls take, each time in a transaction of its own, until it returns the id of
// the analysis that its attempt is about, and returns that analysis. "" is an attempt that
// was given up: the next one is taken.
func (s *Store) claimNext(ctx context.Context, take func(tx *sql.Tx) (id string, err error)) (a *saccade.Analysis, err error) {
	for a == nil && err == nil {
		err = s.inTx(ctx, func(tx *sql.Tx) error {
			id, err := take(tx)
			if err != nil || id == "" {
				return err
			}
			r, err := scanRow(tx.QueryRowContext(ctx, `SELECT `+analysisColumns+` FROM analyses WHERE id = $1`, id))
			a = r.Analysis
			return err
		})
	}
	return a, err
}

// take chooses the row whose turn it is and takes its lease. PostgreSQL lets
// one transaction at a time do so for a kind of work, SQLite anyway.
func (s *Store) take(ctx context.Context, tx *sql.Tx, w Work, by Holder) (*Lease, error) {
	by.Lease = min(by.Lease, s.cfg.Lease)
	l := &Lease{store: s, lane: laneOf(w), by: by}
	if s.driver == DriverPostgres {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1, hashtext($2))`, claimLock, string(w)); err != nil {
			return nil, err
		}
	}
	for {
		now := s.now()
		var account string
		var expired int64
		err := tx.QueryRowContext(ctx, l.lane.waiting()+`
			SELECT id, account, lease_until FROM waiting WHERE next_at <= $1 AND ($3 = 0 OR $3 >
				(SELECT count(*) FROM `+l.lane.table+` mine WHERE mine.account = waiting.account AND mine.instance = $4 AND mine.lease_until > $1))
			ORDER BY running, served_at, created_at, id LIMIT 1`,
			pool.Micros(now), string(w), by.Share, by.Instance).Scan(&l.id, &account, &expired)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, ErrNoWork
		}
		if err != nil {
			return nil, fmt.Errorf("store: choose: %w", err)
		}
		if expired > 0 { // before Requeue came by
			if _, err := tx.ExecContext(ctx, `UPDATE `+l.lane.table+` SET lease_until = 0`+l.lane.reset+` WHERE id = $1`, l.id); err != nil {
				return nil, fmt.Errorf("store: choose: %w", err)
			}
		}
		err = tx.QueryRowContext(ctx, `
			UPDATE `+l.lane.table+` SET attempt = attempt + 1, instance = $1, lease_until = $2
			WHERE id = $3 AND lease_until <= $4 AND `+l.lane.pending+` RETURNING attempt`,
			by.Instance, pool.Micros(now.Add(by.Lease)), l.id, pool.Micros(now)).Scan(&l.attempt)
		if errors.Is(err, sql.ErrNoRows) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("store: lease: %w", err)
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO served (work, account, at) VALUES ($1, $2, $3)
			ON CONFLICT (work, account) DO UPDATE SET at = excluded.at`, string(w), account, pool.Micros(now))
		return l, err
	}
}

// update changes the row as long as the lease holds. The arguments of set are
// $1 and so on.
func (l *Lease) update(ctx context.Context, db pool.Querier, set string, args ...any) error {
	query := fmt.Sprintf("UPDATE %s SET %s WHERE id = $%d AND attempt = $%d AND %s", l.lane.table, set, len(args)+1, len(args)+2, l.lane.pending)
	n, err := pool.Affected(db.ExecContext(ctx, query, append(args, l.id, l.attempt)...))
	if err != nil || n > 0 {
		return err
	}
	return l.lost(ctx, db)
}

// lost says what ended the right to write.
func (l *Lease) lost(ctx context.Context, db pool.Querier) error {
	column := "''" // what is not an analysis loses its row
	if l.lane.table == "analyses" {
		column = "tombstone"
	}
	var tombstone string
	err := db.QueryRowContext(ctx, `SELECT `+column+` FROM `+l.lane.table+` WHERE id = $1`, l.id).Scan(&tombstone)
	switch {
	case errors.Is(err, sql.ErrNoRows) || tombstone == tombstoneDeleted:
		return ErrCanceled
	case err != nil:
		return err
	}
	return ErrFenced
}

// Attempt is the number of the attempt.
func (l *Lease) Attempt() int { return l.attempt }

// Abandon ends the lease of an attempt whose process is no more, before it runs out; of
// analyses either kind of work will do, and so it will of renderings.
func (s *Store) Abandon(ctx context.Context, w Work, id string, attempt int) error {
	_, err := s.write.ExecContext(ctx, `UPDATE `+laneOf(w).table+` SET lease_until = 1 WHERE id = $1 AND attempt = $2 AND lease_until > 0`, id, attempt)
	return err
}

// Holds reports whether an attempt is the latest one at its row and has a lease; the kind of
// work is as for [Store.Abandon].
func (s *Store) Holds(ctx context.Context, w Work, id string, attempt int) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM `+laneOf(w).table+` WHERE id = $1 AND attempt = $2 AND lease_until > $3`,
		id, attempt, s.nowMicros()).Scan(&n)
	return n > 0, err
}

// until is a new end of the lease.
func (l *Lease) until() int64 { return pool.Micros(l.store.now().Add(l.by.Lease)) }

// Heartbeat says that the attempt is alive. [ErrFenced] or [ErrCanceled] mean
// that it has to stop.
func (l *Lease) Heartbeat(ctx context.Context) error {
	return l.update(ctx, l.store.write, "lease_until = $1", l.until())
}

// release puts the row back, to be taken up after a while.
func (l *Lease) release(ctx context.Context, after time.Duration, set string, args ...any) error {
	return l.store.inTx(ctx, func(tx *sql.Tx) error {
		due := pool.Micros(l.store.now().Add(after))
		set := fmt.Sprintf("%s, instance = '', lease_until = 0, next_at = $%d", set, len(args)+1)
		if err := l.update(ctx, pool.Tx{Tx: tx}, set, append(args, due)...); err != nil {
			return err
		}
		if after > 0 {
			return nil // Requeue, when it is due
		}
		return l.store.enqueue(ctx, tx, l.lane.work, 1)
	})
}
