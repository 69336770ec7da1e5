package worker

import (
	"context"
	"errors"
	"time"

	"github.com/saccade-dev/saccade/internal/blob"
)

// Bounds of one search for orphans.
const (
	orphanBatch = 300    // keys that the store is asked about at once
	maxOrphans  = 10_000 // the others are found the next time
)

// orphans removes objects that no row knows, once they are older than
// Config.Stale: what was put after its analysis had been deleted, or by a process
// that was killed before it could make the row.
func (s *session) orphans(ctx context.Context) {
	old := s.Store.Now().Add(-s.cfg.Stale)
	var batch, unknown []blob.Key
	known := 0
	ask := func() error {
		found, err := s.Store.Unknown(ctx, batch)
		known += len(batch) - len(found)
		unknown = append(unknown, found...)
		batch = batch[:0]
		return err
	}
	err := s.Objects.Walk(ctx, func(key blob.Key, put time.Time) error {
		if put.After(old) {
			return nil
		}
		if batch = append(batch, key); len(batch) < orphanBatch {
			return nil
		}
		if err := ask(); err != nil || len(unknown) < maxOrphans {
			return err
		}
		return errEnough
	})
	if err == nil {
		err = ask()
	}
	if err != nil && !errors.Is(err, errEnough) {
		s.logError(ctx, "cannot look for objects that no row knows", err)
		return
	}
	if len(unknown) > 0 && known == 0 {
		s.Log.WarnContext(ctx, "no object of the storage is in the database; none is removed: do they belong together?", "objects", len(unknown))
		return
	}
	s.removeOrphans(ctx, unknown)
}

var errEnough = errors.New("worker: enough for once")

// removeOrphans removes uploads and editions of tables by their keys, and what is left
// of analyses as a whole.
func (s *session) removeOrphans(ctx context.Context, keys []blob.Key) {
	done := map[blob.Key]bool{}
	for _, key := range keys {
		if id, ok := key.Analysis(); ok && !isEdition(key) {
			key = blob.AnalysisKey(id, "")
		}
		if done[key] {
			continue
		}
		done[key] = true
		s.logError(ctx, "cannot remove an object that no row knows", s.Objects.Delete(ctx, key))
	}
	if len(keys) > 0 {
		s.Log.InfoContext(ctx, "removed objects that no row knew", "objects", len(keys))
	}
}

func isEdition(key blob.Key) bool {
	edition, _ := key.Edition()
	return edition != ""
}
