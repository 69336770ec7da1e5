package transfer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// tables lists all tables, each after those that it refers to.
var tables = []string{"accounts", "tokens", "uploads", "analyses", "idempotency", "renderings", "texts", "webhooks", "deliveries",
	"pending_deletions", "served", "sessions", "sign_ins", "shares", "tallies", "audit", settingsTable}

const settingsTable = "settings"

// The queue's own tables and those of the migrations stay what they are; the sums of what is
// stored come with the rows.
var notCopied = []string{"river_", "goose_", "sqlite_", "stored"}

// copying is a transaction of the target that holds all rows of the source.
type copying struct {
	tx   *sql.Tx
	rows int
}

func (c copying) rollback() { _ = c.tx.Rollback() }

func (c copying) commit() error {
	if err := c.tx.Commit(); err != nil {
		return fmt.Errorf("target: %w", err)
	}
	return nil
}

// copyRows copies all rows as they are at one moment. The target sees them when the
// answer is committed.
func copyRows(ctx context.Context, src, dst place) (c copying, err error) {
	if err := errors.Join(checkTables(ctx, src), checkTables(ctx, dst)); err != nil {
		return c, err
	}
	options := &sql.TxOptions{}
	if src.rows.Driver() == store.DriverPostgres {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	in, err := src.rows.DB().BeginTx(ctx, options)
	if err != nil {
		return c, fmt.Errorf("source: %w", err)
	}
	defer func() { _ = in.Rollback() }()
	if c.tx, err = dst.rows.DB().BeginTx(ctx, nil); err != nil {
		return c, fmt.Errorf("target: %w", err)
	}
	postgres := dst.rows.Driver() == store.DriverPostgres
	if _, err = c.tx.ExecContext(ctx, `DELETE FROM `+settingsTable); err == nil {
		err = quota.Suspend(ctx, c.tx, postgres)
	}
	if err == nil {
		for _, table := range tables {
			var n int
			if n, err = copyTable(ctx, in, c.tx, table); err != nil {
				break
			}
			c.rows += n
		}
	}
	if err == nil {
		err = quota.Resume(ctx, c.tx, postgres)
	}
	if err != nil {
		c.rollback()
	}
	return c, err
}

// checkTables refuses a database with tables that are not known here: it was made by a
// newer version.
func checkTables(ctx context.Context, p place) error {
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if p.rows.Driver() == store.DriverPostgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`
	}
	rows, err := p.rows.DB().QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		own := slices.ContainsFunc(notCopied, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if !own && !slices.Contains(tables, name) {
			return fmt.Errorf("a database has the table %s: it was made by a newer version of saccade", name)
		}
	}
	return rows.Err()
}

// copyTable copies the rows of a table and returns how many, once they are as many there.
func copyTable(ctx context.Context, in, out *sql.Tx, table string) (int, error) {
	rows, err := in.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, fmt.Errorf("source: table %s: %w", table, err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	marks := make([]string, len(columns))
	for i := range columns {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	insert, err := out.PrepareContext(ctx, `INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`)
	if err != nil {
		return 0, fmt.Errorf("target: table %s: %w", table, err)
	}
	defer func() { _ = insert.Close() }()
	copied := 0
	for rows.Next() {
		values := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return 0, fmt.Errorf("source: table %s: %w", table, err)
		}
		if err := forgetVersion(table, columns, values); err != nil {
			return 0, err
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return 0, fmt.Errorf("target: table %s: %w", table, err)
		}
		copied++
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("source: table %s: %w", table, err)
	}
	n, err := count(ctx, out, table)
	if err == nil && n != copied {
		err = fmt.Errorf("target: table %s has %d rows, %d were copied", table, n, copied)
	}
	return copied, err
}

// forgetVersion removes the ETag of an analysis's input: the same bytes have another one
// elsewhere, where no link of before leads to.
func forgetVersion(table string, columns []string, values []any) error {
	i := slices.Index(columns, "request")
	if table != "analyses" || i < 0 {
		return nil
	}
	text := fmt.Sprint(values[i])
	if b, ok := values[i].([]byte); ok {
		text = string(b)
	}
	var request map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &request); err != nil {
		return fmt.Errorf("source: the request of an analysis cannot be read: %w", err)
	}
	if _, ok := request["object_tag"]; !ok {
		return nil
	}
	delete(request, "object_tag")
	b, err := json.Marshal(request)
	values[i] = string(b)
	return err
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func count(ctx context.Context, db querier, table string) (n int, err error) {
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&n)
	return n, err
}
