package worker

import (
	"context"
)

// writeText makes one attempt at the text whose turn it is.
func (s *session) writeText(ctx context.Context) error {
	c, err := s.Store.ClaimText(ctx, s.holder)
	if err != nil {
		return err
	}
	var body string
	err, lost := s.underLease(ctx, c.Heartbeat, func(ctx context.Context, _ *heartbeat) error {
		return within(ctx, s.cfg.TextTimeout, func(ctx context.Context) (err error) {
			body, err = s.Texts.WriteText(ctx, c.Analysis, c.Kind)
			return err
		})
	})
	if lost != nil {
		return nil // it is another attempt's now, or its analysis was deleted
	}
	write := func(ctx context.Context) error { return c.Complete(ctx, body) }
	switch {
	case err != nil && ctx.Err() != nil: // we are being stopped
		write = c.Release
	case err != nil:
		s.Log.ErrorContext(ctx, "cannot write a text", "analysis", c.Analysis.ID, "kind", c.Kind, "err", err)
		write = c.Fail
	}
	return ignoreLost(persist(ctx, write))
}

// ignoreLost drops the error of a lease that was lost.
func ignoreLost(err error) error {
	if leaseLost(err) {
		return nil
	}
	return err
}
