package worker_test

import (
	"context"
	"database/sql/driver"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/worker"
)

// statement finds the statements in the log of a PostgreSQL server.
var statement = regexp.MustCompile(`LOG:  (?:statement|execute [^:]*): (\S+)`)

// TestIdle: twenty idle workers send one PostgreSQL server at most twenty queries a
// second together, as the server's own log counts them.
func TestIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for half a minute")
	}
	cfg := storetest.Config(t, store.DriverPostgres)
	cfg.DSN += "&log_statement=all"
	cfg.MaxConns = 4 // as `saccade worker`
	defaults := worker.DefaultConfig()
	const workers = 20
	for range workers {
		b := fixtureOn(t, cfg, t.TempDir())
		scratch := b.cfg.Scratch
		b.cfg = defaults
		b.cfg.Scratch = scratch
		b.start(succeed, nil)
	}
	db := storetest.Open(t, cfg).DB()
	count := func() int {
		t.Helper()
		var log string
		const read = `SELECT pg_read_file((SELECT setting FROM pg_settings WHERE name = 'data_directory') || '/../log')`
		if err := db.QueryRowContext(t.Context(), read).Scan(&log); err != nil {
			t.Skipf("the server's log cannot be read: %v", err)
		}
		n := 0
		for _, m := range statement.FindAllStringSubmatch(log, -1) {
			if word := strings.ToLower(m[1]); word != "begin" && word != "commit" {
				n++
			}
		}
		return n
	}
	const startup, window = 6 * time.Second, 24 * time.Second
	time.Sleep(startup)
	before := count()
	time.Sleep(window)
	rate := float64(count()-before) / window.Seconds()
	t.Logf("%.2f queries a second", rate)
	if rate == 0 || rate > workers {
		t.Errorf("%.2f queries a second", rate)
	}
}

// countingDriver counts the statements that SQLite is asked to run.
type countingDriver struct {
	driver.Driver
	n *atomic.Int64
}

func (d countingDriver) Open(name string) (driver.Conn, error) {
	c, err := d.Driver.Open(name)
	return countingConn{c, d.n}, err
}

type countingConn struct {
	driver.Conn
	n *atomic.Int64
}

func (c countingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c countingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.n.Add(1)
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

func (c countingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.n.Add(1)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c countingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.n.Add(1)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

// TestIdleSQLite: an idle worker asks SQLite at most twice a second.
func TestIdleSQLite(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for half a minute")
	}
	var n atomic.Int64
	cfg := storetest.Config(t, store.DriverSQLite)
	cfg.WrapSQLite = func(d driver.Driver) driver.Driver { return countingDriver{d, &n} }
	b := fixtureOn(t, cfg, t.TempDir())
	scratch := b.cfg.Scratch
	b.cfg = worker.DefaultConfig()
	b.cfg.Scratch = scratch
	b.start(succeed, nil)
	const startup, window = 6 * time.Second, 24 * time.Second
	time.Sleep(startup)
	before := n.Load()
	time.Sleep(window)
	rate := float64(n.Load()-before) / window.Seconds()
	t.Logf("%.2f queries a second", rate)
	if rate == 0 || rate > 2 {
		t.Errorf("%.2f queries a second", rate)
	}
}
