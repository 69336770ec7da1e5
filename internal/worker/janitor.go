package worker

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// janitor clears away what has outlived its time.
func (s *session) janitor(ctx context.Context) {
	s.cleanScratch(ctx)
	early, err := s.Store.MakeRoom(ctx)
	s.logError(ctx, "cannot make room", err)
	if early > 0 {
		s.Log.WarnContext(ctx, "more is stored than the disk budget allows; the oldest goes early", "objects", early)
	}
	n, err := s.Store.Expire(ctx)
	s.logError(ctx, "cannot expire results", err)
	inputs, err := s.Store.ExpireInputs(ctx)
	s.logError(ctx, "cannot expire uploads", err)
	uploads, err := s.Store.StaleUploads(ctx, s.Store.Now().Add(-s.cfg.Stale))
	s.logError(ctx, "cannot look for stale uploads", err)
	for _, u := range uploads {
		_, err := s.Store.DeleteUpload(ctx, u)
		s.logError(ctx, "cannot delete a stale upload", err)
	}
	keys, err := s.Store.PendingDeletions(ctx)
	s.logError(ctx, "cannot look for objects to erase", err)
	for _, key := range keys {
		err := s.Objects.Delete(ctx, key)
		if err == nil {
			err = s.Store.ConfirmDeleted(ctx, key)
		}
		s.logError(ctx, "cannot erase objects", err)
	}
	s.measure(ctx)
	s.logError(ctx, "cannot prune old rows", s.Store.Prune(ctx))
	if n+inputs+len(uploads)+len(keys) > 0 {
		s.Log.InfoContext(ctx, "cleared away", "expired", n, "uploads", inputs+len(uploads), "erased", len(keys))
	}
}

// cleanScratch removes the directories of attempts that ended without doing so:
// their process was killed. A directory with another name is of an earlier version
// and is removed when it is old.
func (s *session) cleanScratch(ctx context.Context) {
	entries, err := os.ReadDir(s.cfg.Scratch)
	s.logError(ctx, "cannot list the directory for temporary files", err)
	for _, e := range entries {
		w, id, attempt, ok := parseDirName(e.Name())
		dead := false
		if ok {
			alive, err := s.Store.Holds(ctx, w, id, attempt)
			s.logError(ctx, "cannot look for a lease", err)
			dead = err == nil && !alive
		} else if info, err := e.Info(); err == nil {
			dead = time.Since(info.ModTime()) > s.cfg.Timeout
		}
		if dead {
			s.logError(ctx, "cannot remove temporary files", os.RemoveAll(filepath.Join(s.cfg.Scratch, e.Name())))
		}
	}
}
