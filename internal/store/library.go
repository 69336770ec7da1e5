package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// searchText returns a title as the column search has it: lower case, and nothing that a
// database does not take.
func searchText(title string) string {
	return strings.ToLower(strings.ToValidUTF8(strings.ReplaceAll(title, "\x00", ""), ""))
}

// searchPattern returns the LIKE pattern of texts that contain q; backslash escapes.
func searchPattern(q string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(searchText(q)) + "%"
}

// fillSearch fills the column search of analyses from before there was one. Several
// processes may do so at once.
func (s *Store) fillSearch(ctx context.Context) error {
	for {
		rows, err := s.write.QueryContext(ctx, `SELECT `+analysisColumns+` FROM analyses WHERE search IS NULL LIMIT $1`, batch)
		old, err := pool.Collect(rows, err, scanAnalysis)
		if err != nil || len(old) == 0 {
			return err
		}
		err = s.inTx(ctx, func(tx *sql.Tx) error {
			for _, a := range old {
				if _, err := tx.ExecContext(ctx, `UPDATE analyses SET search = $1 WHERE id = $2 AND search IS NULL`, searchText(a.Request.Title), a.ID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// Change is what may change about an analysis; nil leaves it as it is.
type Change struct {
	Title *string
	Keep  *bool
}

// Update changes an analysis that is there and returns it as it is now. The time of what
// is no longer kept begins anew.
func (s *Store) Update(ctx context.Context, account, id string, change Change) (*saccade.Analysis, error) {
	return s.edit(ctx, account, id, func(tx *sql.Tx, a *saccade.Analysis) error {
		if change.Title != nil {
			a.Request.Title = *change.Title
			if _, err := tx.ExecContext(ctx, `UPDATE analyses SET search = $1 WHERE id = $2`, searchText(a.Request.Title), a.ID); err != nil {
				return err
			}
		}
		if change.Keep == nil || *change.Keep == a.Keep {
			return nil
		}
		a.Keep, a.ExpiresAt, a.InputExpiresAt = *change.Keep, nil, nil
		if a.EndedAt != nil && !a.Keep {
			ends, err := s.EndsOf(ctx, tx, a, s.now())
			if err != nil {
				return err
			}
			a.ExpiresAt, a.InputExpiresAt = ends.Results, ends.Input
		}
		_, err := tx.ExecContext(ctx, `UPDATE analyses SET keep = $1, expires_at = $2, input_expires_at = CASE WHEN object = '' THEN input_expires_at ELSE CAST($3 AS BIGINT) END
			WHERE id = $4`, flag(a.Keep), pool.OptMicros(a.ExpiresAt), pool.OptMicros(a.InputExpiresAt), a.ID)
		return err
	})
}

// flag is how a bool is kept.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
