package pool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// maxTx bounds how often a transaction is run again.
const maxTx = 5

// InTx runs f in a transaction that writes, for as long as limit at most. f must not use
// the database beside it. PostgreSQL may ask to run a transaction again (deadlock,
// serialization); f must therefore be repeatable. ended, unless nil, is called at the end
// of every try.
func (d DB) InTx(ctx context.Context, limit time.Duration, f func(tx *sql.Tx) error, ended func(tx *sql.Tx, committed bool)) error {
	inner, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if ended == nil {
		ended = func(*sql.Tx, bool) {}
	}
	var err error
	for range maxTx {
		if err = d.tryTx(inner, f, ended); !repeatable(err) {
			break
		}
	}
	return Classify(ctx, err)
}

func (d DB) tryTx(ctx context.Context, f func(tx *sql.Tx) error, ended func(tx *sql.Tx, committed bool)) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	committed := false
	defer func() {
		ended(tx, committed)
		_ = tx.Rollback()
	}()
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("store: commit: %w", err)
	}
	committed = true
	return nil
}

// repeatable recognizes serialization_failure and deadlock_detected.
func repeatable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}
