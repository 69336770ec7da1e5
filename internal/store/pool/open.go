package pool

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	"modernc.org/sqlite"             // registers "sqlite"
)

// Close closes two pools that may be one.
func Close(write, read DB) error {
	err := write.Close()
	if read != write {
		err = errors.Join(err, read.Close())
	}
	return err
}

// OpenSQLite opens the file twice, making it if need be. Writers queue up for
// one connection, which is what SQLite does anyway and what the job queue's
// driver asks for; up to readers connections see the last committed state
// beside it. Transactions take the write lock when they begin, so that two
// processes wait for each other instead of failing. wrap, unless nil, wraps the
// driver.
func OpenSQLite(file string, readers int, wrap func(driver.Driver) driver.Driver) (write, read DB, err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return write, read, fmt.Errorf("cannot make the directory of the database: %w", err)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return write, read, fmt.Errorf("cannot open the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return write, read, err
	}
	base := "file:" + (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath() +
		"?_pragma=busy_timeout(2000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)"
	var d driver.Driver = &sqlite.Driver{}
	if wrap != nil {
		d = wrap(d)
	}
	write.DB = sql.OpenDB(connector{d, base + "&_txlock=immediate"})
	read.DB = sql.OpenDB(connector{d, base + "&_pragma=query_only(1)"})
	write.SetMaxOpenConns(1)
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return write, read, nil
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

// OpenPostgres makes a pool of at most conns connections to a server, of which half stay
// open when nothing is asked: what a server of many processes runs out of first are
// connections.
func OpenPostgres(dsn string, conns int) (DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return DB{}, errors.New("the address of the database cannot be read") // the error may show the password
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = Patience
	}
	// A connection that was used lately is taken for alive: asking before every
	// use of an idle one is half of what an idle service asks.
	db := DB{stdlib.OpenDB(*cfg, stdlib.OptionShouldPing(func(_ context.Context, p stdlib.ShouldPingParams) bool {
		return p.IdleDuration > unusedConn
	}))}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns((conns + 1) / 2)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}
