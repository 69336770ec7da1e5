package service

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// Erase makes an analysis gone at once, canceling it if it waits or runs. Its
// objects follow, now or, if that fails, when the janitor comes by.
func (s *Service) Erase(ctx context.Context, a *saccade.Analysis) error {
	keys, err := s.deps.Analyses.Delete(ctx, a.Account, a.ID)
	for _, key := range keys {
		s.tryDelete(ctx, key) // best effort: the store has the objects listed for deletion anyhow
	}
	return err
}

// tryDelete deletes an object, or logs why it could not.
func (s *Service) tryDelete(ctx context.Context, key blob.Key) {
	if err := s.deps.Objects.Delete(context.WithoutCancel(ctx), key); err != nil {
		s.log.WarnContext(ctx, "cannot delete an object yet", "key", key, "err", err)
	}
}
