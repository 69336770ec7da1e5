package store

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/cursor"
	"github.com/saccade-dev/saccade/internal/store/pool"
	"github.com/saccade-dev/saccade/internal/store/tally"
)

// What the counts are made of, see [tally.Counts].
type (
	Queue = tally.Queue
	Usage = tally.Usage
)

// Limits of a page of a list.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// ListOptions selects analyses.
type ListOptions struct {
	Kind   saccade.Kind   // "": all
	Status saccade.Status // "": all
	Query  string         // part of the title, in whatever case; "": all
	Limit  int            // 0: DefaultLimit; more than MaxLimit is MaxLimit
	After  string         // the cursor that came with the page before, or ""
}

// List returns a page of the account's analyses, newest first, without what is
// gone, and the cursor of the next page ("" on the last one). A cursor that is
// none is client_error.
func (s *Store) List(ctx context.Context, account string, o ListOptions) ([]saccade.Analysis, string, error) {
	limit := o.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	limit = min(limit, MaxLimit)
	at, id, err := place(o.After)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+analysisColumns+` FROM analyses
		WHERE account = $1 AND (created_at < $2 OR created_at = $2 AND id < $3)
			AND ($4 = '' OR kind = $4) AND ($5 = '' OR status = $5) AND ($8 = '%%' OR search LIKE $8 ESCAPE '\')
			AND tombstone = '' AND (expires_at IS NULL OR expires_at > $6)
		ORDER BY created_at DESC, id DESC LIMIT $7`,
		account, at, id, string(o.Kind), string(o.Status), s.nowMicros(), limit+1, searchPattern(o.Query))
	page, err := pool.Collect(rows, err, scanAnalysis)
	if err != nil || len(page) <= limit {
		return page, "", err
	}
	last := page[limit-1]
	return page[:limit], cursor.Format(pool.Micros(last.CreatedAt), last.ID), nil
}

// place reads a cursor.
func place(after string) (at int64, id string, err error) {
	if at, id, err = cursor.Parse(after); err != nil {
		return 0, "", saccade.Errorf(saccade.CodeClient, "This is not a cursor of this list. Use the one that the page before gave.").About("after").With(err)
	}
	return at, id, nil
}
