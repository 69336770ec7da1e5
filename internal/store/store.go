package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
)

// Store is an open database. Close it.
type Store struct {
	cfg    Config
	driver string
	write  database
	read   database // the same as write on PostgreSQL
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
	driver, target, _ := splitDSN(cfg.DSN)
	s := &Store{cfg: cfg, driver: driver, now: cfg.Now, log: cfg.Log}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	connect := s.openPostgres
	if driver == DriverSQLite {
		connect = s.openSQLite
	}
	if err := connect(target); err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	err := s.openQueue()
	if err == nil {
		err = s.migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: %w", err), s.Close())
	}
	return s, nil
}

// openSQLite opens the file twice. Writers queue up for one connection, which
// is what SQLite does anyway and what the job queue's driver asks for; readers
// see the last committed state beside it. Transactions take the write lock when
// they begin, so that two processes wait for each other instead of failing.
func (s *Store) openSQLite(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("cannot make the folder of the database: %w", err)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	base := "file:" + (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath() +
		"?_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)"
	var driver driver.Driver = &sqlite.Driver{}
	if s.cfg.WrapSQLite != nil {
		driver = s.cfg.WrapSQLite(driver)
	}
	s.write.DB = sql.OpenDB(connector{driver, base + "&_txlock=immediate"})
	s.read.DB = sql.OpenDB(connector{driver, base + "&_pragma=query_only(1)"})
	s.write.SetMaxOpenConns(1)
	s.read.SetMaxOpenConns(s.cfg.MaxConns)
	s.read.SetMaxIdleConns(s.cfg.MaxConns)
	return nil
}

// connector opens connections of a driver that knows nothing but names.
type connector struct {
	driver driver.Driver
	name   string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.name) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// unusedConn is how long a connection may be unused without being asked
// whether it is alive.
const unusedConn = 30 * time.Second

func (s *Store) openPostgres(dsn string) error {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return errors.New("the address of the database cannot be read") // the error may show the password
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = patience
	}
	// A connection that was used lately is taken for alive: asking before every
	// use of an idle one is half of what an idle service asks.
	s.write.DB = stdlib.OpenDB(*cfg, stdlib.OptionShouldPing(func(_ context.Context, p stdlib.ShouldPingParams) bool {
		return p.IdleDuration > unusedConn
	}))
	s.write.SetMaxOpenConns(s.cfg.MaxConns)
	s.write.SetMaxIdleConns(s.cfg.MaxConns)
	s.write.SetConnMaxIdleTime(5 * time.Minute)
	s.read = s.write
	return nil
}

// Close closes the database.
func (s *Store) Close() error {
	if s.queue.listeners != nil {
		s.queue.listeners.Close()
	}
	err := s.write.Close()
	if s.read != s.write {
		err = errors.Join(err, s.read.Close())
	}
	return err
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
	return s.inLongTx(ctx, patience, f)
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
	return classify(ctx, err)
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
