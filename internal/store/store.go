package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Store is an open database. Close it.
type Store struct {
	cfg    Config
	driver string
	write  pool.DB
	read   pool.DB // the same as write on PostgreSQL
	now    func() time.Time
	log    *slog.Logger
	queue  queue
}

// Open opens the database, making the SQLite file if need be, and brings its
// tables up to date.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	driver, target, _ := pool.SplitDSN(cfg.DSN)
	s := &Store{cfg: cfg, driver: driver, now: cfg.Now, log: cfg.Log}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if driver == DriverSQLite {
		s.write, s.read, err = pool.OpenSQLite(target, cfg.MaxConns, cfg.WrapSQLite)
	} else {
		s.write, err = pool.OpenPostgres(target, cfg.MaxConns)
		s.read = s.write
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	err = s.openQueue()
	if err == nil {
		err = s.migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), s.Close())
	}
	return s, nil
}

// Close closes the database.
func (s *Store) Close() error {
	if s.queue.listeners != nil {
		s.queue.listeners.Close()
	}
	return pool.Close(s.write, s.read)
}

// DB is the database that is written to. On SQLite it
// has a single connection: never use it while holding a transaction.
func (s *Store) DB() *sql.DB { return s.write.DB }

// Driver is [DriverSQLite] or [DriverPostgres].
func (s *Store) Driver() string { return s.driver }

// Check reports whether the database answers.
func (s *Store) Check(ctx context.Context) error {
	var one int
	if err := s.read.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// inTx runs f in a transaction that writes. f must not use the Store's own
// connections. PostgreSQL may ask to run a transaction again (deadlock,
// serialization); f must therefore be repeatable.
func (s *Store) inTx(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.inLongTx(ctx, pool.Patience, f)
}

// inLongTx is inTx with a time limit of its own.
func (s *Store) inLongTx(ctx context.Context, limit time.Duration, f func(tx *sql.Tx) error) error {
	inner, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var err error
	for range 5 {
		if err = s.tryTx(inner, f); !repeatable(err) {
			break
		}
	}
	return pool.Classify(ctx, err)
}

func (s *Store) tryTx(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	defer func() {
		s.queue.enqueued.Delete(tx)
		_ = tx.Rollback()
	}()
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	s.signalTickets(tx)
	return nil
}

// repeatable recognizes serialization_failure and deadlock_detected.
func repeatable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// micros is how times are kept.
func micros(t time.Time) int64 { return t.UnixMicro() }

func (s *Store) nowMicros() int64 { return micros(s.now()) }

// optMicros is nil for no time, as the drivers want NULL.
func optMicros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return micros(*t)
}

func fromMicros(v int64) time.Time { return time.UnixMicro(v).UTC() }

func optTime(v sql.NullInt64) *time.Time {
	if !v.Valid {
		return nil
	}
	t := fromMicros(v.Int64)
	return &t
}

// affected tells how many rows a statement changed.
func affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// MaxTries is Config.MaxTries.
func (s *Store) MaxTries() int { return s.cfg.MaxTries }

// Lease is Config.Lease.
func (s *Store) Lease() time.Duration { return s.cfg.Lease }
