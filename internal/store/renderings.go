package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
	"github.com/saccade-dev/saccade/internal/store/quota"
	"github.com/saccade-dev/saccade/internal/store/rendering"
)

// Rendering is more outputs that an analysis was asked for.
type Rendering = rendering.Rendering

// StartRendering asks for more outputs of an analysis of the account, see [rendering.Add].
// An account without room for a byte is forbidden.
func (s *Store) StartRendering(ctx context.Context, account, id string, r Rendering) error {
	_, err := s.edit(ctx, account, id, func(tx *sql.Tx, a *saccade.Analysis) error {
		added, err := rendering.Add(ctx, pool.Tx{Tx: tx}, a, r, s.nowMicros())
		if err != nil || !added {
			return err
		}
		return errors.Join(s.CheckRoom(ctx, tx, account, quota.Limits{Bytes: 1}), s.enqueue(ctx, tx, renderingWork(a.Request.Kind), 1))
	})
	return err
}

// Rendering returns what is being rendered of an analysis, or failed to be; nil for nothing.
func (s *Store) Rendering(ctx context.Context, id string) (*Rendering, error) {
	return rendering.Read(ctx, s.read, id)
}

// RenderingClaim is one attempt at rendering.
type RenderingClaim struct {
	*Lease
	Rendering
	Analysis *saccade.Analysis
	Tries    int // attempts that count towards Config.MaxTries, this one included
}

// ClaimRendering starts an attempt at the rendering whose turn it is; w is [WorkRendering]
// or [WorkImageRendering]. [ErrNoWork] means that none is due. One whose tries are used up is
// failed, and the next one is taken.
func (s *Store) ClaimRendering(ctx context.Context, w Work, by Holder) (c *RenderingClaim, err error) {
	c = &RenderingClaim{}
	c.Analysis, err = s.claimNext(ctx, func(tx *sql.Tx) (id string, err error) {
		if c.Lease, err = s.take(ctx, tx, w, by); err != nil {
			return "", err
		}
		c.Rendering, err = rendering.Scan(pool.WithColumns(tx.QueryRowContext(ctx,
			`UPDATE renderings SET tries = tries + 1, fraction = 0 WHERE id = $1 RETURNING `+rendering.Columns+`, tries`, c.id), &c.Tries))
		if err != nil {
			return "", fmt.Errorf("store: claim: %w", err)
		}
		if c.Tries > s.cfg.MaxTries {
			return "", c.fail(ctx, pool.Tx{Tx: tx}, saccade.Errorf(saccade.CodeServer, "The outputs could not be rendered. Please tell the operator the id of the analysis."))
		}
		return c.id, nil
	})
	return c, err
}

// Heartbeat says that the attempt is alive and how far it is.
func (c *RenderingClaim) Heartbeat(ctx context.Context, fraction float64) error {
	return c.update(ctx, c.store.write, "lease_until = $1, fraction = $2", c.until(), min(max(fraction, 0), 1))
}

// Succeed changes the analysis, to which files of so many bytes were added, and ends the
// rendering unless more was asked for since, in one transaction.
func (c *RenderingClaim) Succeed(ctx context.Context, stored int64, change func(*saccade.Analysis)) error {
	_, err := c.store.edit(ctx, c.Analysis.Account, c.id, func(tx *sql.Tx, a *saccade.Analysis) error {
		if err := c.update(ctx, pool.Tx{Tx: tx}, "lease_until = 0, instance = ''"); err != nil {
			return err
		}
		change(a)
		more, err := rendering.Finish(ctx, pool.Tx{Tx: tx}, c.id, c.Outputs, stored)
		if more {
			return errors.Join(err, c.store.enqueue(ctx, tx, c.lane.work, 1))
		}
		return err
	})
	if saccade.IsCode(err, saccade.CodeGone) {
		return ErrCanceled
	}
	return err
}

// Fail ends the rendering with an error that its owner may see. It can be asked for again.
func (c *RenderingClaim) Fail(ctx context.Context, e *saccade.Error) error {
	return c.fail(ctx, c.store.write, e)
}

func (c *RenderingClaim) fail(ctx context.Context, db pool.Querier, e *saccade.Error) error {
	return c.update(ctx, db, "status = 'failed', error = $1, instance = '', lease_until = 0", pool.Encode(e))
}

// Release puts the rendering back, to be taken up after a while; counted is as for
// [AnalysisClaim.Release].
func (c *RenderingClaim) Release(ctx context.Context, after time.Duration, counted bool) error {
	return c.release(ctx, after, "tries = tries - $1, fraction = 0", refund(counted))
}
