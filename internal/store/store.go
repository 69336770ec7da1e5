package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/saccade-dev/saccade/internal/store/access"
	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/endpoint"
	"github.com/saccade-dev/saccade/internal/store/migrations"
	"github.com/saccade-dev/saccade/internal/store/orphan"
	"github.com/saccade-dev/saccade/internal/store/pool"
	"github.com/saccade-dev/saccade/internal/store/quota"
	"github.com/saccade-dev/saccade/internal/store/retention"
	"github.com/saccade-dev/saccade/internal/store/settings"
	"github.com/saccade-dev/saccade/internal/store/share"
	"github.com/saccade-dev/saccade/internal/store/tally"
)

// Quotas is the rows of what accounts may use.
type Quotas = quota.Rows

// Times is the rows of how long things are kept.
type Times = retention.Rows

// Trail is the rows of who did what.
type Trail = audit.Rows

// Endpoints is the rows of webhook endpoints.
type Endpoints = endpoint.Rows

// Store is an open database. Close it.
type Store struct {
	*access.Rows
	*share.Links
	*tally.Counts
	*Quotas
	*Times
	*Trail
	*orphan.Finder
	*Endpoints
	settings *settings.Rows

	cfg    Config
	driver string
	write  pool.DB
	read   pool.DB // the same as write on PostgreSQL
	now    func() time.Time
	log    *slog.Logger
	queue  queue
	places places
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
	tables := migrations.Target{Log: s.log, Then: quota.KeepSums}
	if driver == DriverSQLite {
		s.write, s.read, err = pool.OpenSQLite(target, cfg.MaxConns, cfg.WrapSQLite)
	} else {
		s.write, err = pool.OpenPostgres(target, cfg.MaxConns)
		s.read, tables.Postgres = s.write, target
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	s.Rows, s.Links = access.New(s.write, s.read, s.now), share.New(s.write, s.read, s.now)
	s.Counts = tally.New(s.write, s.read, s.now)
	s.Quotas = quota.New(s.write, s.read, s.now, cfg.Quota, cfg.DiskBudget)
	s.Trail = audit.New(s.write, s.read, s.now, cfg.AuditTTL)
	s.Times = retention.New(s.write, s.read, s.now, retention.Times{Video: cfg.VideoTTL, Results: cfg.ImageTTL})
	s.Finder = orphan.New(s.read)
	s.Endpoints = endpoint.New(s.write, s.read, s.now, access.NewWebhookSecret)
	s.settings = settings.New(s.write)
	err = s.openQueue()
	if err == nil {
		tables.DB, tables.Queue = s.write, s.queue.driver
		err = migrations.Apply(ctx, tables)
	}
	if err == nil {
		err = s.fillSearch(ctx)
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

// Settings is the rows of what all processes agree on.
func (s *Store) Settings() *settings.Rows { return s.settings }

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
// connections, and must be repeatable ([pool.DB.InTx]).
func (s *Store) inTx(ctx context.Context, f func(tx *sql.Tx) error) error {
	return s.inLongTx(ctx, pool.Patience, f)
}

// inLongTx is inTx with a time limit of its own.
func (s *Store) inLongTx(ctx context.Context, limit time.Duration, f func(tx *sql.Tx) error) error {
	return s.write.InTx(ctx, limit, f, func(tx *sql.Tx, committed bool) {
		if committed {
			s.signalTickets(tx)
		}
		s.queue.enqueued.Delete(tx)
	})
}

func (s *Store) nowMicros() int64 { return pool.Micros(s.now()) }

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// MaxTries is Config.MaxTries.
func (s *Store) MaxTries() int { return s.cfg.MaxTries }

// Lease is Config.Lease.
func (s *Store) Lease() time.Duration { return s.cfg.Lease }
