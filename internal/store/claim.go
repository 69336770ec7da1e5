package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// AnalysisClaim is one attempt at an analysis.
type AnalysisClaim struct {
	*Lease
	Analysis *saccade.Analysis // as it was when the attempt began
	Tries    int               // attempts that count towards Config.MaxTries, this one included
	Stored   int64             // bytes of the files that the attempt stored; set it before Succeed
	Suspect  bool              // an attempt of before ended with its process: this one must run alone, see [AnalysisClaim.Alone]
}

// ClaimAnalysis starts an attempt at the analysis whose turn it is; w is
// [WorkVideo] or [WorkImage]. [ErrNoWork] means that none is due. One that has
// ended its process Config.MaxTries times while it ran alone, or whose tries are
// used up, is failed with server_error here, and the next one is taken.
func (s *Store) ClaimAnalysis(ctx context.Context, w Work, by Holder) (*AnalysisClaim, error) {
	for {
		var c AnalysisClaim
		exhausted, suspect, deaths := false, 0, 0
		err := s.inTx(ctx, func(tx *sql.Tx) (err error) {
			if c.Lease, err = s.take(ctx, tx, w, by); err != nil {
				return err
			}
			row := tx.QueryRowContext(ctx, `
				UPDATE analyses SET tries = tries + 1, started_at = $1, fraction = 0, stage = 'starting'
				WHERE id = $2 RETURNING `+analysisColumns+`, tries, suspect, deaths`, s.nowMicros(), c.id)
			r, err := scanRow(pool.WithColumns(row, &c.Tries, &suspect, &deaths))
			if err != nil {
				return fmt.Errorf("store: claim: %w", err)
			}
			c.Analysis, c.Suspect = r.Analysis, suspect > 0
			if exhausted = c.Tries > s.cfg.MaxTries; exhausted {
				return c.end(ctx, tx, nil, saccade.Errorf(saccade.CodeServer,
					"The analysis was interrupted %d times and has been given up. Please tell the operator its id.", s.cfg.MaxTries))
			}
			if exhausted = deaths >= s.cfg.MaxTries; exhausted {
				return c.end(ctx, tx, nil, saccade.Errorf(saccade.CodeServer,
					"The analysis ended the program that made it %d times while nothing else ran there, and has been given up. Please tell the operator its id.", s.cfg.MaxTries))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if !exhausted {
			return &c, nil
		}
	}
}

// Heartbeat says that the attempt is alive and how far it is. [ErrFenced] or
// [ErrCanceled] mean that it has to stop.
func (c *AnalysisClaim) Heartbeat(ctx context.Context, p saccade.Progress) error {
	return c.update(ctx, c.store.write, "lease_until = $1, fraction = $2, stage = $3",
		c.until(), min(max(p.Fraction, 0), 1), string(p.Stage))
}

// Alone notes that nothing else runs in the process of the attempt: should the
// process end now, that is held against the analysis.
func (c *AnalysisClaim) Alone(ctx context.Context) error {
	return c.update(ctx, c.store.write, "alone = 1")
}

// Succeed ends the analysis with its outputs, and with it come the deliveries
// to its webhooks, in one transaction.
func (c *AnalysisClaim) Succeed(ctx context.Context, o *saccade.Outputs[saccade.File]) error {
	return c.store.inTx(ctx, func(tx *sql.Tx) error { return c.end(ctx, tx, o, nil) })
}

// Fail ends the analysis with an error that its owner may see, and with it
// come the deliveries to its webhooks, in one transaction.
func (c *AnalysisClaim) Fail(ctx context.Context, e *saccade.Error) error {
	return c.store.inTx(ctx, func(tx *sql.Tx) error { return c.end(ctx, tx, nil, e) })
}

func (c *AnalysisClaim) end(ctx context.Context, tx *sql.Tx, o *saccade.Outputs[saccade.File], e *saccade.Error) error {
	now := c.store.now()
	ended := *c.Analysis
	ended.Status, ended.Progress = saccade.StatusFailed, saccade.Progress{Fraction: ended.Progress.Fraction, Stage: saccade.StageFailed}
	var outputs, failure any
	var frames int
	var seconds float64
	var stored int64
	if e != nil {
		failure = pool.Encode(e)
		ended.Err = e
	} else {
		text, err := json.Marshal(o)
		if err != nil {
			return fmt.Errorf("store: outputs: %w", err)
		}
		outputs, stored = string(text), c.Stored
		ended.Status, ended.Outputs, ended.Progress = saccade.StatusSuccess, o, saccade.Progress{Fraction: 1, Stage: saccade.StageDone}
		if o != nil && o.Input != nil {
			frames, seconds = o.Input.Frames, o.Input.Duration
		}
	}
	endedAt := pool.FromMicros(pool.Micros(now))
	ended.EndedAt = &endedAt
	ends, err := c.store.EndsOf(ctx, tx, c.Analysis, now)
	if err != nil {
		return err
	}
	err = c.update(ctx, pool.Tx{Tx: tx}, `status = $1, outputs = $2, error = $3, ended_at = $4, expires_at = CASE WHEN keep = 1 THEN NULL ELSE CAST($5 AS BIGINT) END, instance = '', lease_until = 0,
			fraction = $6, stage = $7, frames = $8, seconds = $9, bytes = bytes + $10, input_expires_at = CASE WHEN keep = 1 THEN NULL ELSE CAST($11 AS BIGINT) END`,
		string(ended.Status), outputs, failure, pool.Micros(now), pool.OptMicros(ends.Results), ended.Progress.Fraction, string(ended.Progress.Stage), frames, seconds, stored, pool.OptMicros(ends.Input))
	if err != nil {
		return err
	}
	return c.store.notifyAll(ctx, tx, &ended)
}

// Release puts the analysis back, to be taken up after a while. counted says
// whether the attempt counts towards Config.MaxTries: a failure does, an
// orderly shutdown does not.
func (c *AnalysisClaim) Release(ctx context.Context, after time.Duration, counted bool) error {
	return c.release(ctx, after, "tries = tries - $1, alone = 0, fraction = 0, stage = 'queued', started_at = NULL", refund(counted))
}

// refund is how many tries an attempt that is put back did not cost.
func refund(counted bool) int {
	if counted {
		return 0
	}
	return 1
}
