package store

import (
	"context"

	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/cursor"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// AuditOptions selects a page of what the log has about an account.
type AuditOptions struct {
	Limit int    // 0: DefaultLimit; more than MaxLimit is MaxLimit
	After string // the cursor that came with the page before, or ""
}

// AuditPage returns a page of the entries about an account, newest first, and the cursor of
// the next page ("" on the last one). A cursor that is none is client_error.
func (s *Store) AuditPage(ctx context.Context, account string, o AuditOptions) ([]audit.Entry, string, error) {
	limit := cursor.Limit(o.Limit)
	at, id, err := cursor.Parse(o.After)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+audit.Columns+` FROM audit
		WHERE account = $1 AND (at < $2 OR at = $2 AND id < $3) ORDER BY at DESC, id DESC LIMIT $4`, account, at, id, limit+1)
	found, err := pool.Collect(rows, err, func(row pool.Scanner) (audit.Entry, error) { return audit.Scan(row) })
	page, next := cursor.Cut(found, limit, func(e audit.Entry) (int64, string) { return pool.Micros(e.At), e.ID })
	return page, next, err
}
