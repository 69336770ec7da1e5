package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Job is an analysis as the queue holds it, for operators: of any account.
type Job struct {
	saccade.Analysis
	Instance string // of the worker that has it; empty: nobody
	Tries    int    // attempts that count towards Config.MaxTries
	Deaths   int    // how often it ended its process while it ran alone
}

// Jobs lists analyses that wait or run, the oldest first, or those that failed, the
// latest first, without what is gone; account "" is all of them.
func (s *Store) Jobs(ctx context.Context, account string, failed bool, limit int) ([]Job, error) {
	status, order := saccade.StatusPending, "created_at, id"
	if failed {
		status, order = saccade.StatusFailed, "ended_at DESC, id"
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+analysisColumns+`, CASE WHEN lease_until > $1 THEN instance ELSE '' END, tries, deaths FROM analyses
		WHERE status = $2 AND tombstone = '' AND (expires_at IS NULL OR expires_at > $1) AND ($3 = '' OR account = $3)
		ORDER BY `+order+` LIMIT $4`, s.nowMicros(), string(status), account, limit)
	return pool.Collect(rows, err, func(row pool.Scanner) (j Job, err error) {
		j.Analysis, err = scanAnalysis(pool.WithColumns(row, &j.Instance, &j.Tries, &j.Deaths))
		return j, err
	})
}

// RetryJob has a failed analysis made again, with all its tries. One that did not fail is
// conflict.
func (s *Store) RetryJob(ctx context.Context, id string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		a, err := s.visible(tx.QueryRowContext(ctx, `UPDATE analyses SET kind = kind WHERE id = $1 RETURNING `+analysisColumns, id))
		if err != nil {
			return err
		}
		if a.Status != saccade.StatusFailed {
			return saccade.Errorf(saccade.CodeConflict, "Only an analysis that failed can be tried again; the status of %s is %q.", id, a.Status)
		}
		if _, err = tx.ExecContext(ctx, `UPDATE analyses SET status = 'pending', stage = 'queued', fraction = 0, error = NULL, started_at = NULL, ended_at = NULL,
			expires_at = NULL, input_expires_at = NULL, tries = 0, suspect = 0, alone = 0, deaths = 0, instance = '', lease_until = 0, next_at = $1 WHERE id = $2`, s.nowMicros(), id); err != nil {
			return fmt.Errorf("store: retry: %w", err)
		}
		return errors.Join(s.enqueue(ctx, tx, analysisWork(a.Request.Kind), 1),
			audit.Write(ctx, tx, s.now(), audit.Entry{Action: audit.JobRetried, Account: a.Account, Object: id}))
	})
}

// DropJob fails an analysis that waits or runs, as server_error; an attempt that runs is
// fenced and ends itself. One that has ended is conflict.
func (s *Store) DropJob(ctx context.Context, id string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		a, err := s.visible(tx.QueryRowContext(ctx, `UPDATE analyses SET attempt = attempt + 1 WHERE id = $1 RETURNING `+analysisColumns, id))
		if err != nil {
			return err
		}
		if a.Status != saccade.StatusPending {
			return saccade.Errorf(saccade.CodeConflict, "Only an analysis that waits or runs can be dropped; the status of %s is %q.", id, a.Status)
		}
		c := AnalysisClaim{Lease: &Lease{store: s, lane: laneOf(analysisWork(a.Request.Kind)), id: id, attempt: a.Attempt}, Analysis: a}
		return errors.Join(c.end(ctx, tx, nil, saccade.Errorf(saccade.CodeServer, "The operator has ended this analysis.")),
			audit.Write(ctx, tx, s.now(), audit.Entry{Action: audit.JobDropped, Account: a.Account, Object: id}))
	})
}
