package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade"
)

// Why a worker cannot go on with an analysis.
var (
	// ErrFenced: another attempt took over. Stop, and leave the objects alone.
	ErrFenced = errors.New("store: another attempt took over")
	// ErrCanceled: the analysis was deleted. Stop, and erase its objects.
	ErrCanceled = errors.New("store: the analysis was deleted")
	// ErrEnded: there is nothing left to do.
	ErrEnded = errors.New("store: the analysis has ended")
	// ErrBusy: another attempt is alive; see again after Config.Lease.
	ErrBusy = errors.New("store: another attempt is running")
)

// Claim is one attempt at an analysis. Its methods write only as long as no
// other attempt began.
type Claim struct {
	Analysis *saccade.Analysis // as it was when the attempt began
	Tries    int               // attempts that count towards Config.MaxTries, this one included

	store *Store
}

// Begin starts an attempt at a pending analysis on behalf of a worker instance.
// It gives ErrEnded if there is nothing to do (any more), and ErrBusy if
// another attempt beat within the lease. An analysis whose tries are used up,
// as one that takes the process down each time, is failed with server_error
// here, which is ErrEnded as well.
func (s *Store) Begin(ctx context.Context, id, instance string) (*Claim, error) {
	c := &Claim{store: s}
	exhausted := false
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		now := s.now()
		row := tx.QueryRowContext(ctx, `
			UPDATE analyses SET attempt = attempt + 1, tries = tries + 1, instance = $1, heartbeat_at = $2, started_at = $2,
				fraction = 0, stage = 'queued'
			WHERE id = $3 AND status = 'pending' AND gone = '' AND (instance = '' OR heartbeat_at < $4)
			RETURNING `+analysisColumns+`, tries`, instance, micros(now), id, micros(now.Add(-s.cfg.Lease)))
		r, err := scanRow(also(row, &c.Tries))
		if errors.Is(err, sql.ErrNoRows) {
			return whyNot(ctx, tx, id)
		}
		if err != nil {
			return fmt.Errorf("store: begin: %w", err)
		}
		c.Analysis = r.Analysis
		if exhausted = c.Tries > s.cfg.MaxTries; exhausted {
			return c.end(ctx, tx, nil, saccade.Errorf(saccade.CodeServer,
				"The analysis was interrupted %d times and has been given up. Please tell the operator its id.", s.cfg.MaxTries))
		}
		return nil
	})
	if err == nil && exhausted {
		err = ErrEnded
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func whyNot(ctx context.Context, tx *sql.Tx, id string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM analyses WHERE id = $1 AND status = 'pending' AND gone = ''`, id).Scan(&n)
	switch {
	case err != nil:
		return err
	case n == 0:
		return ErrEnded
	}
	return ErrBusy
}

// Beat says that the attempt is alive and how far it is. ErrFenced or
// ErrCanceled mean that it has to stop.
func (c *Claim) Beat(ctx context.Context, p saccade.Progress) error {
	n, err := affected(c.store.write.ExecContext(ctx, `
		UPDATE analyses SET heartbeat_at = $1, fraction = $2, stage = $3
		WHERE id = $4 AND attempt = $5 AND status = 'pending' AND gone = ''`,
		c.store.nowMicros(), min(max(p.Fraction, 0), 1), p.Stage, c.Analysis.ID, c.Analysis.Attempt))
	if err != nil || n > 0 {
		return err
	}
	return c.why(ctx, c.store.write)
}

// why tells what ended the right to write.
func (c *Claim) why(ctx context.Context, db querier) error {
	var gone string
	err := db.QueryRowContext(ctx, `SELECT gone FROM analyses WHERE id = $1`, c.Analysis.ID).Scan(&gone)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case gone == goneDeleted:
		return ErrCanceled
	}
	return ErrFenced
}

// Succeed ends the analysis with its outputs, and with it come the deliveries
// to its webhooks, in one transaction.
func (c *Claim) Succeed(ctx context.Context, o *saccade.Outputs[saccade.File]) error {
	return c.store.inTx(ctx, func(tx *sql.Tx) error { return c.end(ctx, tx, o, nil) })
}

// Fail ends the analysis with an error that its owner may see, and with it
// come the deliveries to its webhooks, in one transaction.
func (c *Claim) Fail(ctx context.Context, e *saccade.Error) error {
	return c.store.inTx(ctx, func(tx *sql.Tx) error { return c.end(ctx, tx, nil, e) })
}

func (c *Claim) end(ctx context.Context, tx *sql.Tx, o *saccade.Outputs[saccade.File], e *saccade.Error) error {
	now := c.store.now()
	ended := *c.Analysis
	ended.Status, ended.Progress = saccade.StatusFailed, saccade.Progress{Fraction: ended.Progress.Fraction, Stage: saccade.StageFailed}
	var outputs, failure any
	var frames int
	var seconds float64
	if e != nil {
		failure = encode(e)
		ended.Err = e
	} else {
		text, err := json.Marshal(o)
		if err != nil {
			return fmt.Errorf("store: outputs: %w", err)
		}
		outputs = string(text)
		ended.Status, ended.Outputs, ended.Progress = saccade.StatusSuccess, o, saccade.Progress{Fraction: 1, Stage: saccade.StageDone}
		if o != nil && o.Input != nil {
			frames, seconds = o.Input.Frames, o.Input.Duration
		}
	}
	endedAt := fromMicros(micros(now))
	ended.EndedAt = &endedAt
	n, err := affected(tx.ExecContext(ctx, `
		UPDATE analyses SET status = $1, outputs = $2, error = $3, ended_at = $4, expires_at = $5, instance = '',
			fraction = $6, stage = $7, frames = $8, seconds = $9
		WHERE id = $10 AND attempt = $11 AND status = 'pending' AND gone = ''`,
		string(ended.Status), outputs, failure, micros(now), c.expiry(now),
		ended.Progress.Fraction, ended.Progress.Stage, frames, seconds, ended.ID, ended.Attempt))
	if err != nil {
		return fmt.Errorf("store: end: %w", err)
	}
	if n == 0 {
		return c.why(ctx, tx)
	}
	return c.store.notifyAll(ctx, tx, &ended)
}

// expiry is when the results of an image or page end; NULL is never.
func (c *Claim) expiry(now time.Time) any {
	if c.Analysis.Request.Kind == saccade.KindVideo || c.store.cfg.ImageTTL == 0 {
		return nil
	}
	return micros(now.Add(c.store.cfg.ImageTTL))
}

// Release gives the analysis back to the queue. The job has to be put back by
// the caller. counted says whether the attempt counts towards Config.MaxTries:
// a failure does, an orderly shutdown does not.
func (c *Claim) Release(ctx context.Context, counted bool) error {
	refund := 1
	if counted {
		refund = 0
	}
	n, err := affected(c.store.write.ExecContext(ctx, `
		UPDATE analyses SET instance = '', tries = tries - $1, fraction = 0, stage = 'queued', started_at = NULL
		WHERE id = $2 AND attempt = $3 AND status = 'pending' AND gone = ''`,
		refund, c.Analysis.ID, c.Analysis.Attempt))
	if err != nil || n > 0 {
		return err
	}
	return c.why(ctx, c.store.write)
}
