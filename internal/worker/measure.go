package worker

import (
	"context"
	"errors"

	"github.com/saccade-dev/saccade/internal/blob"
)

// measure notes the size of objects of which nobody did, for the quotas: those of before
// there were any, and uploads that clients put into a bucket by themselves.
func (s *session) measure(ctx context.Context) {
	unmeasured, err := s.Store.Unmeasured(ctx)
	s.logError(ctx, "cannot look for what is to be measured", err)
	for _, u := range unmeasured {
		sum, err := int64(0), error(nil)
		for _, key := range u.Keys {
			info, e := s.Objects.Stat(ctx, key)
			if sum += info.Size; !errors.Is(e, blob.ErrNotFound) {
				err = errors.Join(err, e)
			}
		}
		if err == nil {
			err = s.Store.NoteSize(ctx, u, sum)
		}
		s.logError(ctx, "cannot measure objects", err)
	}
}
