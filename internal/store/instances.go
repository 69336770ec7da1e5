package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// BeatInstance says that a worker instance is alive. Call it more often than
// Config.Lease; the first call makes the instance known.
func (s *Store) BeatInstance(ctx context.Context, id string) error {
	_, err := s.write.ExecContext(ctx, `
		INSERT INTO instances (id, started_at, heartbeat_at) VALUES ($1, $2, $2)
		ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`, id, s.nowMicros())
	return err
}

// SilentInstances lists instances that have not beaten for Config.Lease.
func (s *Store) SilentInstances(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT id FROM instances WHERE heartbeat_at < $1`, micros(s.now().Add(-s.cfg.Lease)))
	return collect(rows, err, scanString)
}

// Bury takes the analyses away from an instance that is dead and forgets it.
// The jobs it held go back into the queue, in the same transaction.
// The tries of its analyses count: one that takes the process down each time
// must not do so for ever.
func (s *Store) Bury(ctx context.Context, id string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM instances WHERE id = $1`, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE analyses SET instance = '', fraction = 0, stage = 'queued', started_at = NULL
			WHERE instance = $1 AND status = 'pending'`, id)
		if err != nil {
			return err
		}
		return s.requeue(ctx, tx, id)
	})
}

// Requeue gives an analysis that waits but whose job was lost a new job. It
// does nothing if the analysis runs or has ended.
func (s *Store) Requeue(ctx context.Context, id string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		r, err := scanRow(tx.QueryRowContext(ctx, `
			UPDATE analyses SET stage = 'queued' WHERE id = $1 AND status = 'pending' AND gone = '' AND instance = ''
			RETURNING `+analysisColumns, id))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		job, err := s.enqueueAnalysis(ctx, tx, r.Analysis)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE analyses SET job = $1 WHERE id = $2`, job, id)
		return err
	})
}

// Silence is the moment before which the last sign of life of an attempt
// counts as none at all: three leases ago.
func (s *Store) Silence() time.Time { return s.now().Add(-3 * s.cfg.Lease) }

// ReleaseSilent takes analyses away from attempts that gave no sign of life
// since [Store.Silence] though their instance lives.
func (s *Store) ReleaseSilent(ctx context.Context) error {
	_, err := s.write.ExecContext(ctx, `
		UPDATE analyses SET instance = '', fraction = 0, stage = 'queued', started_at = NULL
		WHERE status = 'pending' AND instance <> '' AND heartbeat_at < $1`, micros(s.Silence()))
	return err
}
