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
	DefaultLimit = cursor.DefaultLimit
	MaxLimit     = cursor.MaxLimit
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
	limit := cursor.Limit(o.Limit)
	at, id, err := cursor.Parse(o.After)
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
	found, err := pool.Collect(rows, err, scanAnalysis)
	page, next := cursor.Cut(found, limit, func(a saccade.Analysis) (int64, string) { return pool.Micros(a.CreatedAt), a.ID })
	return page, next, err
}
