package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// batch bounds what one sweep takes on.
const batch = 100

// deliveryLog is how long ended webhook deliveries stay listed.
const deliveryLog = 30 * 24 * time.Hour

// Delete erases an analysis of the account, canceling it if it waits or runs:
// its content is purged now, its row answers resource_gone from now on. The
// objects to erase are returned (keys, and prefixes that end in "/") and stay
// listed in [Store.PendingDeletions], so that erasing them at once is best effort and
// a crash loses none of them.
func (s *Store) Delete(ctx context.Context, account, id string) (objects []blob.Key, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, `UPDATE analyses SET kind = kind WHERE id = $1 AND account = $2 RETURNING `+analysisColumns, id, account)
		a, err := s.visible(row)
		if err != nil {
			return err
		}
		objects, err = s.purge(ctx, tx, a, tombstoneDeleted)
		return err
	})
	return objects, err
}

// purge empties the row and lists the objects of an analysis for erasing. What
// counts for usage stays.
func (s *Store) purge(ctx context.Context, tx *sql.Tx, a *saccade.Analysis, tombstone string) ([]blob.Key, error) {
	_, err := tx.ExecContext(ctx, `
		UPDATE analyses SET tombstone = $1, object = '', request = $2, search = '', outputs = NULL, bytes = 0, expires_at = NULL, instance = '', lease_until = 0,
			error = CASE WHEN error IS NULL THEN NULL ELSE '{}' END,
			status = CASE WHEN status = 'pending' THEN 'failed' ELSE status END,
			ended_at = coalesce(ended_at, $3)
		WHERE id = $4`, tombstone, pool.Encode(saccade.Request{Kind: a.Request.Kind}), s.nowMicros(), a.ID)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{`DELETE FROM renderings WHERE id = $1`, `DELETE FROM texts WHERE analysis = $1`, `DELETE FROM deliveries WHERE analysis = $1`} {
		if tombstone == tombstoneExpired && strings.Contains(statement, "deliveries") {
			continue // a webhook may still be on its way, and says nothing that is to be hidden
		}
		if _, err := tx.ExecContext(ctx, statement, a.ID); err != nil {
			return nil, err
		}
	}
	return s.listObjects(ctx, tx, a)
}

// listObjects lists for erasing what only this analysis uses.
func (s *Store) listObjects(ctx context.Context, tx *sql.Tx, a *saccade.Analysis) ([]blob.Key, error) {
	keys := []blob.Key{blob.AnalysisKey(a.ID, "")}
	if object := a.Request.Object; object != "" && !strings.HasPrefix(object, string(keys[0])) {
		unused, err := removeUpload(ctx, tx, blob.Key(object))
		if err != nil {
			return nil, err
		}
		if unused {
			keys = append(keys, blob.Key(object))
		}
	}
	for _, key := range keys {
		if err := s.listDeletion(ctx, tx, key); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// removeUpload removes the row of an upload unless an analysis uses it. Its lock comes
// first, so that one that is being ordered is seen.
func removeUpload(ctx context.Context, tx *sql.Tx, object blob.Key) (unused bool, err error) {
	if _, err := tx.ExecContext(ctx, `UPDATE uploads SET size = size WHERE object = $1`, string(object)); err != nil {
		return false, err
	}
	var users int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM analyses WHERE object = $1`, string(object)).Scan(&users); err != nil || users > 0 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM uploads WHERE object = $1`, string(object))
	return true, err
}

// ExpireInputs lists for erasing the uploads of videos that have outlived their time, a
// hundred at most, and returns how many. One that another analysis uses stays as long as
// that does.
func (s *Store) ExpireInputs(ctx context.Context) (int, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT id FROM analyses WHERE input_expires_at <= $1 AND object <> '' ORDER BY input_expires_at LIMIT $2`, s.nowMicros(), batch)
	ids, err := pool.Collect(rows, err, scanString)
	for i, id := range ids {
		if err := s.inTx(ctx, func(tx *sql.Tx) error { return s.dropInput(ctx, tx, id) }); err != nil {
			return i, err
		}
	}
	return len(ids), err
}

// dropInput ends the use of the upload of an analysis, if its time is over.
func (s *Store) dropInput(ctx context.Context, tx *sql.Tx, id string) error {
	var object blob.Key
	err := tx.QueryRowContext(ctx, `UPDATE analyses SET kind = kind WHERE id = $1 AND input_expires_at <= $2 AND object <> '' RETURNING object`,
		id, s.nowMicros()).Scan(&object)
	if errors.Is(err, sql.ErrNoRows) { // kept or deleted meanwhile
		return nil
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE analyses SET object = '' WHERE id = $1`, id)
	}
	if err != nil {
		return err
	}
	unused, err := removeUpload(ctx, tx, object)
	if err == nil && unused {
		err = s.listDeletion(ctx, tx, object)
	}
	return errors.Join(err, s.listDeletion(ctx, tx, blob.AnalysisKey(id, artifact.InputWebM))) // the copy for browsers
}

// listDeletion makes a deletion due two leases from now: by then a worker that
// was still writing has noticed.
func (s *Store) listDeletion(ctx context.Context, tx *sql.Tx, key blob.Key) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO pending_deletions (key, due_at) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at`,
		string(key), pool.Micros(s.now().Add(2*s.cfg.Lease)))
	return err
}

// PendingDeletions lists objects (keys, and prefixes that end in "/") that are to be
// erased now, a hundred at most.
func (s *Store) PendingDeletions(ctx context.Context) ([]blob.Key, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT key FROM pending_deletions WHERE due_at <= $1 ORDER BY due_at LIMIT $2`, s.nowMicros(), batch)
	return pool.Collect(rows, err, scanKey)
}

// ConfirmDeleted reports that the object is no more.
func (s *Store) ConfirmDeleted(ctx context.Context, key blob.Key) error {
	_, err := s.write.ExecContext(ctx, `DELETE FROM pending_deletions WHERE key = $1 AND due_at <= $2`, string(key), s.nowMicros())
	return err
}

// Expire purges results that have outlived their time, a hundred at most, and
// returns how many.
func (s *Store) Expire(ctx context.Context) (int, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT id FROM analyses WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2`, s.nowMicros(), batch)
	ids, err := pool.Collect(rows, err, scanString)
	if err != nil {
		return 0, err
	}
	for i, id := range ids {
		err := s.inTx(ctx, func(tx *sql.Tx) error {
			r, err := scanRow(tx.QueryRowContext(ctx, `UPDATE analyses SET kind = kind WHERE id = $1 RETURNING `+analysisColumns, id))
			if err != nil || r.tombstone != notDeleted {
				return err
			}
			_, err = s.purge(ctx, tx, r.Analysis, tombstoneExpired)
			return err
		})
		if err != nil {
			return i, err
		}
	}
	return len(ids), nil
}

// Prune removes old idempotency keys, ended webhook deliveries, old entries of the audit log, and
// sessions and shares that are over.
func (s *Store) Prune(ctx context.Context) error {
	now := s.now()
	if err := errors.Join(s.PruneSessions(ctx), s.PruneShares(ctx), s.PruneAudit(ctx), s.SumUp(ctx)); err != nil {
		return err
	}
	if _, err := s.write.ExecContext(ctx, `DELETE FROM idempotency WHERE created_at < $1`, pool.Micros(now.Add(-idempotencyTTL))); err != nil {
		return err
	}
	_, err := s.write.ExecContext(ctx, `DELETE FROM deliveries WHERE ended_at < $1`, pool.Micros(now.Add(-deliveryLog)))
	return err
}

func scanKey(row pool.Scanner) (blob.Key, error) {
	key, err := scanString(row)
	return blob.Key(key), err
}

func scanString(row pool.Scanner) (string, error) {
	var v string
	err := row.Scan(&v)
	return v, err
}
