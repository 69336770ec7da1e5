// Package pool opens the databases of the store: SQLite and PostgreSQL.
//
// The contract: errors of the drivers are classified in one place, so that a
// database that is locked, away, overloaded or out of room is a
// *[saccade.Error] with code over_capacity; a write waits for [Patience] at most.
package pool

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"github.com/saccade-dev/saccade"
)

// Patience is how long a write may wait for the database. Who asks again later
// is served better than who waits in a growing crowd.
const Patience = 5 * time.Second

// DB is a pool of connections whose errors are classified (see
// [Classify]) and whose writes do not wait for longer than [Patience].
type DB struct{ *sql.DB }

// ExecContext runs a statement that writes.
func (d DB) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	inner, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	res, err := d.DB.ExecContext(inner, query, args...)
	return res, Classify(ctx, err)
}

// QueryContext runs a query.
func (d DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := d.DB.QueryContext(ctx, query, args...)
	return rows, Classify(ctx, err)
}

// QueryRowContext runs a query for one row; its error comes with Scan.
func (d DB) QueryRowContext(ctx context.Context, query string, args ...any) Row {
	return classifiedRow{ctx, d.DB.QueryRowContext(ctx, query, args...)}
}

// Row is one row of a query.
type Row interface{ Scan(dest ...any) error }

// classifiedRow classifies the error of its query.
type classifiedRow struct {
	ctx context.Context
	row *sql.Row
}

func (r classifiedRow) Scan(dest ...any) error { return Classify(r.ctx, r.row.Scan(dest...)) }

// Tx is a *sql.Tx with the methods of a [DB]. Its errors are not classified:
// that is for whoever ends the transaction.
type Tx struct{ *sql.Tx }

// QueryRowContext runs a query for one row; its error comes with Scan.
func (t Tx) QueryRowContext(ctx context.Context, query string, args ...any) Row {
	return t.Tx.QueryRowContext(ctx, query, args...)
}

// Classify makes over_capacity of a database that is locked, away, overloaded
// or out of room: nothing is wrong with the request, and it can be repeated.
// ctx is the caller's: what ended with it is not the database's fault.
func Classify(ctx context.Context, err error) error {
	var known *saccade.Error
	if err == nil || errors.Is(err, sql.ErrNoRows) || errors.As(err, &known) || ctx.Err() != nil {
		return err
	}
	switch {
	case diskFull(err):
		return saccade.Errorf(saccade.CodeOverCapacity, "The storage of the server is full. Please try again later; the operator has to make room.").With(err)
	case Unavailable(err):
		return saccade.Errorf(saccade.CodeOverCapacity, "The database of the server is busy or away. Please try again in a moment.").With(err)
	}
	return err
}

// diskFull recognizes SQLITE_FULL and PostgreSQL's disk_full.
func diskFull(err error) bool {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	return errors.As(err, &lite) && lite.Code()&0xff == 13 || errors.As(err, &pg) && pg.Code == "53100"
}

// Unavailable recognizes a database that cannot answer now.
func Unavailable(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case 5, 6, 10, 14: // BUSY, LOCKED, IOERR, CANTOPEN
			return true
		}
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// connection_exception, insufficient_resources, operator_intervention, lock_not_available
		for _, class := range []string{"08", "53", "57", "55P03"} {
			if strings.HasPrefix(pg.Code, class) {
				return true
			}
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
