package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// Holder is a worker instance for tests that play one.
func Holder(instance string) store.Holder {
	return store.Holder{Instance: instance, Lease: time.Minute}
}

// Claim starts an attempt at the analysis of the id, out of turn: whatever is
// before it in the queue is claimed as well and put back.
func Claim(ctx context.Context, s *store.Store, w store.Work, id string) (*store.AnalysisClaim, error) {
	var others []*store.AnalysisClaim
	defer func() {
		for _, c := range others {
			_ = c.Release(ctx, 0, false)
		}
	}()
	for {
		c, err := s.ClaimAnalysis(ctx, w, Holder("test"))
		if err != nil {
			return nil, err
		}
		if c.Analysis.ID == id {
			return c, nil
		}
		others = append(others, c)
	}
}

// WriteTexts writes every text that waits, as a worker does: one whose analysis was deleted
// meanwhile, or that another attempt has, is left alone.
func WriteTexts(ctx context.Context, s *store.Store, write func(ctx context.Context, a *saccade.Analysis, kind string) (string, error)) error {
	for {
		c, err := s.ClaimText(ctx, Holder("test"))
		if errors.Is(err, store.ErrNoWork) {
			return nil
		}
		if err != nil {
			return err
		}
		body, err := write(ctx, c.Analysis, c.Kind)
		if err != nil {
			err = c.Fail(ctx)
		} else {
			err = c.Complete(ctx, body)
		}
		if err != nil && !errors.Is(err, store.ErrCanceled) && !errors.Is(err, store.ErrFenced) {
			return err
		}
	}
}
