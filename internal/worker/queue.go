package worker

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// The River queues: every kind of work has slots of its own.
const (
	queueVideo   = "video"
	queueImage   = "image"
	queueWebhook = "webhook"
)

// migrateLock is the key of PostgreSQL's advisory lock around the migration.
const migrateLock = 0x5acc_adf

// maxAttempts only keeps River from giving up: when to do so is decided by the
// store's tries and the schedule of deliveries.
const maxAttempts = 10_000

type analysisArgs struct {
	Analysis string `json:"analysis"`
}

func (analysisArgs) Kind() string { return "analysis" }

type deliveryArgs struct {
	Delivery string `json:"delivery"`
}

func (deliveryArgs) Kind() string { return "webhook" }

// Queue puts jobs into the queue. A process that only takes orders (or the
// command line) needs no more than this; a [Worker] needs it as well. It
// implements store.Enqueuer and store.Notifier and has no background work.
type Queue struct {
	driver riverdriver.Driver[*sql.Tx]
	client *river.Client[*sql.Tx]
	sqlite bool
}

// NewQueue brings the queue's tables in the store's database up to date.
func NewQueue(ctx context.Context, st *store.Store, log *slog.Logger) (*Queue, error) {
	q := &Queue{sqlite: st.Driver() == store.DriverSQLite}
	if q.sqlite {
		q.driver = riversqlite.New(st.DB())
	} else {
		q.driver = riverdatabasesql.New(st.DB())
	}
	if err := q.migrate(ctx, st, log); err != nil {
		return nil, fmt.Errorf("worker: tables of the queue: %w", err)
	}
	var err error
	if q.client, err = river.NewClient(q.driver, &river.Config{Logger: quiet(log)}); err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	return q, nil
}

// migrate lets one process at a time make the tables. On PostgreSQL they cannot
// be made in one transaction (a new value of an enum is usable only after a
// commit), so a lock of the session does it.
func (q *Queue) migrate(ctx context.Context, st *store.Store, log *slog.Logger) error {
	migrator, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: quiet(log)})
	if err != nil {
		return err
	}
	if q.sqlite {
		return st.Exclusively(ctx, func(tx *sql.Tx) error {
			_, err := migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, nil)
			return err
		})
	}
	conn, err := st.DB().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrateLock); err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrateLock)
	return errors.Join(err, unlockErr)
}

// Enqueue implements store.Enqueuer.
func (q *Queue) Enqueue(ctx context.Context, tx *sql.Tx, a *saccade.Analysis, _ int64) (int64, error) {
	queue := queueImage
	if a.Request.Kind == saccade.KindVideo {
		queue = queueVideo
	}
	return q.insert(ctx, tx, analysisArgs{a.ID}, queue)
}

// Notify implements store.Notifier.
func (q *Queue) Notify(ctx context.Context, tx *sql.Tx, delivery string) (int64, error) {
	return q.insert(ctx, tx, deliveryArgs{delivery}, queueWebhook)
}

func (q *Queue) insert(ctx context.Context, tx *sql.Tx, args river.JobArgs, queue string) (int64, error) {
	res, err := q.client.InsertTx(ctx, tx, args, &river.InsertOpts{Queue: queue, MaxAttempts: maxAttempts})
	if err != nil {
		return 0, fmt.Errorf("worker: enqueue: %w", err)
	}
	return res.Job.ID, nil
}

// holder is the SQL for the instance that runs a job: the last element of a
// list, the one thing that the two databases spell differently.
func (q *Queue) holder() string {
	if q.sqlite {
		return "json_extract(attempted_by, '$[#-1]')"
	}
	return "attempted_by[array_length(attempted_by, 1)]"
}

// requeue puts the jobs that an instance held when it died back into the
// queue.
func (q *Queue) requeue(ctx context.Context, tx *sql.Tx, instance string) error {
	_, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running' AND `+q.holder()+` = $1`, instance)
	if err != nil {
		return fmt.Errorf("worker: requeue: %w", err)
	}
	return nil
}

// strangers lists the instances that hold running jobs but that the store does
// not know (any more).
func (q *Queue) strangers(ctx context.Context, db *sql.DB) ([]string, error) {
	last := q.holder()
	return queryIDs(ctx, db, `
		SELECT DISTINCT `+last+` FROM river_job
		WHERE state = 'running' AND `+last+` NOT IN (SELECT id FROM instances)`)
}

// lostAnalyses lists analyses that wait, and were not touched since the moment
// (microseconds), whose job is not there, has ended, or claims to run.
func (q *Queue) lostAnalyses(ctx context.Context, db *sql.DB, before int64) ([]string, error) {
	return queryIDs(ctx, db, `
		SELECT a.id FROM analyses a LEFT JOIN river_job j ON j.id = a.job
		WHERE a.status = 'pending' AND a.instance = '' AND a.created_at < $1 AND a.heartbeat_at < $1
			AND (j.id IS NULL OR j.state IN ('completed', 'cancelled', 'discarded', 'running'))`, before)
}

// lostDeliveries lists deliveries that should have been tried before the
// moment (microseconds) and whose job is not there or has ended.
func (q *Queue) lostDeliveries(ctx context.Context, db *sql.DB, before int64) ([]string, error) {
	return queryIDs(ctx, db, `
		SELECT d.id FROM deliveries d LEFT JOIN river_job j ON j.id = d.job
		WHERE d.state = 'pending' AND d.next_at < $1
			AND (j.id IS NULL OR j.state IN ('completed', 'cancelled', 'discarded'))`, before)
}

func queryIDs(ctx context.Context, db *sql.DB, query string, args ...any) ([]string, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("worker: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// quiet lets only warnings and worse of River through: what it does is logged
// here, in the words of this program.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(quietHandler{log.Handler()}) }

type quietHandler struct{ slog.Handler }

func (h quietHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h quietHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quietHandler{h.Handler.WithAttrs(attrs)}
}

func (h quietHandler) WithGroup(name string) slog.Handler {
	return quietHandler{h.Handler.WithGroup(name)}
}
