package store

import "context"

// Totals sums up the analyses of all accounts, by kind. Erased and expired ones
// count.
func (s *Store) Totals(ctx context.Context) ([]Usage, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT kind, coalesce(sum(CASE WHEN status = 'pending' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN status = 'success' THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), 0),
			CAST(coalesce(sum(frames), 0) AS BIGINT), coalesce(sum(seconds), 0)
		FROM analyses GROUP BY kind ORDER BY kind`)
	return collect(rows, err, func(row scanner) (Usage, error) {
		var u Usage
		err := row.Scan(&u.Kind, &u.Pending, &u.Succeeded, &u.Failed, &u.Frames, &u.Seconds)
		return u, err
	})
}
