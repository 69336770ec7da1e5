package store

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
)

// The queues of River: every kind of work has slots of its own.
const (
	QueueVideo   = "video"
	QueueImage   = "image"
	QueueWebhook = "webhook"
)

// queueMigrateLock is the key of PostgreSQL's advisory lock around the
// migration of River's tables.
const queueMigrateLock = 0x5acc_adf

// maxAttempts only keeps River from giving up: when to do so is decided by the
// tries of an analysis and the schedule of deliveries.
const maxAttempts = 10_000

// AnalysisArgs are the arguments of the job of an analysis.
type AnalysisArgs struct {
	Analysis string `json:"analysis"`
}

// Kind implements river.JobArgs.
func (AnalysisArgs) Kind() string { return "analysis" }

// DeliveryArgs are the arguments of the job of a webhook delivery.
type DeliveryArgs struct {
	Delivery string `json:"delivery"`
}

// Kind implements river.JobArgs.
func (DeliveryArgs) Kind() string { return "webhook" }

// queue puts jobs into River's tables, within the store's transactions. It has
// no background work.
type queue struct {
	driver riverdriver.Driver[*sql.Tx]
	client *river.Client[*sql.Tx]
}

// openQueue brings River's tables up to date.
func (s *Store) openQueue(ctx context.Context) (err error) {
	if s.driver == DriverSQLite {
		s.queue.driver = riversqlite.New(s.write)
	} else {
		s.queue.driver = riverdatabasesql.New(s.write)
	}
	if err := s.migrateQueue(ctx); err != nil {
		return fmt.Errorf("tables of the queue: %w", err)
	}
	s.queue.client, err = river.NewClient(s.queue.driver, &river.Config{Logger: quiet(s.log)})
	return err
}

// NewRiver makes a client of River that works on the jobs of this store.
func (s *Store) NewRiver(cfg *river.Config) (*river.Client[*sql.Tx], error) {
	cfg.Logger = quiet(s.log)
	return river.NewClient(s.queue.driver, cfg)
}

// migrateQueue lets one process at a time make the tables. On PostgreSQL they
// cannot be made in one transaction (a new value of an enum is usable only
// after a commit), so a lock of the session does it.
func (s *Store) migrateQueue(ctx context.Context) error {
	migrator, err := rivermigrate.New(s.queue.driver, &rivermigrate.Config{Logger: quiet(s.log)})
	if err != nil {
		return err
	}
	if s.driver == DriverSQLite {
		return s.exclusively(ctx, func(tx *sql.Tx) error {
			_, err := migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, nil)
			return err
		})
	}
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", queueMigrateLock); err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", queueMigrateLock)
	return errors.Join(err, unlockErr)
}

func (s *Store) enqueueAnalysis(ctx context.Context, tx *sql.Tx, a *saccade.Analysis) (int64, error) {
	name := QueueImage
	if a.Request.Kind == saccade.KindVideo {
		name = QueueVideo
	}
	return s.enqueue(ctx, tx, AnalysisArgs{a.ID}, name)
}

func (s *Store) enqueueDelivery(ctx context.Context, tx *sql.Tx, delivery string) (int64, error) {
	return s.enqueue(ctx, tx, DeliveryArgs{delivery}, QueueWebhook)
}

func (s *Store) enqueue(ctx context.Context, tx *sql.Tx, args river.JobArgs, name string) (int64, error) {
	res, err := s.queue.client.InsertTx(ctx, tx, args, &river.InsertOpts{Queue: name, MaxAttempts: maxAttempts})
	if err != nil {
		return 0, fmt.Errorf("store: enqueue: %w", err)
	}
	return res.Job.ID, nil
}

// holder is the SQL for the instance that runs a job: the last element of a
// list, the one thing that the two databases spell differently.
func (s *Store) holder() string {
	if s.driver == DriverSQLite {
		return "json_extract(attempted_by, '$[#-1]')"
	}
	return "attempted_by[array_length(attempted_by, 1)]"
}

// requeue puts the jobs that an instance held when it died back into the
// queue.
func (s *Store) requeue(ctx context.Context, tx *sql.Tx, instance string) error {
	_, err := tx.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running' AND `+s.holder()+` = $1`, instance)
	if err != nil {
		return fmt.Errorf("store: requeue: %w", err)
	}
	return nil
}

// UnknownInstances lists the instances that hold running jobs but that the
// store does not know (any more).
func (s *Store) UnknownInstances(ctx context.Context) ([]string, error) {
	last := s.holder()
	rows, err := s.write.QueryContext(ctx, `
		SELECT DISTINCT `+last+` FROM river_job
		WHERE state = 'running' AND `+last+` NOT IN (SELECT id FROM instances)`)
	return collect(rows, err, scanString)
}

// LostAnalyses lists analyses that wait, and were not touched since the moment,
// whose job is not there, has ended, or claims to run.
func (s *Store) LostAnalyses(ctx context.Context) ([]string, error) {
	rows, err := s.write.QueryContext(ctx, `
		SELECT a.id FROM analyses a LEFT JOIN river_job j ON j.id = a.job
		WHERE a.status = 'pending' AND a.instance = '' AND a.created_at < $1 AND a.heartbeat_at < $1
			AND (j.id IS NULL OR j.state IN ('completed', 'cancelled', 'discarded', 'running'))`, micros(s.Silence()))
	return collect(rows, err, scanString)
}

// LostDeliveries lists deliveries that should have been tried before
// [Store.Silence] and whose job is not there or has ended.
func (s *Store) LostDeliveries(ctx context.Context) ([]string, error) {
	rows, err := s.write.QueryContext(ctx, `
		SELECT d.id FROM deliveries d LEFT JOIN river_job j ON j.id = d.job
		WHERE d.state = 'pending' AND d.next_at < $1
			AND (j.id IS NULL OR j.state IN ('completed', 'cancelled', 'discarded'))`, micros(s.Silence()))
	return collect(rows, err, scanString)
}

// quiet lets only warnings and worse of River through: what it does is logged
// by the worker, in the words of this program.
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
