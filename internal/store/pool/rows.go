package pool

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// Micros is how times are kept.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// OptMicros is nil for no time, as the drivers want NULL.
func OptMicros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return Micros(*t)
}

// FromMicros is the reverse of [Micros].
func FromMicros(v int64) time.Time { return time.UnixMicro(v).UTC() }

// OptTime is the reverse of [OptMicros].
func OptTime(v sql.NullInt64) *time.Time {
	if !v.Valid {
		return nil
	}
	t := FromMicros(v.Int64)
	return &t
}

// Affected returns how many rows a statement changed.
func Affected(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Querier is a database or a transaction.
type Querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Scanner is one row.
type Scanner interface{ Scan(dest ...any) error }

// Collect reads all rows of a query. No rows are an empty slice, not nil.
func Collect[T any](rows *sql.Rows, err error, scan func(Scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	all := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// Encode writes JSON text. The values are our own plain structs, strings and
// lists; a float that JSON cannot say (NaN) is caught where outputs are stored.
func Encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}

// moreColumns scans further columns after those that a scan function asks for.
type moreColumns struct {
	row  Scanner
	dest []any
}

// WithColumns scans further columns behind those that a scan function asks for.
func WithColumns(row Scanner, dest ...any) Scanner { return moreColumns{row, dest} }

func (m moreColumns) Scan(dest ...any) error { return m.row.Scan(append(dest, m.dest...)...) }
