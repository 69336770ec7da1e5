package worker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// lockSuffix ends the name of an instance's lock file.
const lockSuffix = ".lock"

func (s *session) beatInstance(ctx context.Context) {
	if err := s.Store.BeatInstance(ctx, s.instance); err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "cannot tell that this worker is alive", "error", err)
	}
}

// buryLocal takes the jobs of instances that died on this machine: their lock
// is free. It removes their temporary files as well.
func (s *session) buryLocal(ctx context.Context) {
	locks, _ := filepath.Glob(filepath.Join(s.cfg.Scratch, "*"+lockSuffix))
	for _, file := range locks {
		instance := strings.TrimSuffix(filepath.Base(file), lockSuffix)
		if instance == s.instance {
			continue
		}
		l, err := takeLock(file)
		if err != nil {
			continue // it lives
		}
		err = s.bury(ctx, instance)
		if err == nil {
			err = errors.Join(os.RemoveAll(strings.TrimSuffix(file, lockSuffix)), l.release())
		} else {
			err = errors.Join(err, l.drop())
		}
		s.complain(ctx, "cannot clear up after a dead worker", err)
	}
}

// bury puts the jobs of an instance back into the queue and forgets it.
func (s *session) bury(ctx context.Context, instance string) error {
	return s.Store.Bury(ctx, instance)
}

// sweep finds work that nobody does any more.
func (s *session) sweep(ctx context.Context) {
	silent, err := s.Store.SilentInstances(ctx)
	s.complain(ctx, "cannot look for dead workers", err)
	unknown, err := s.Store.UnknownInstances(ctx)
	s.complain(ctx, "cannot look for dead workers", err)
	for _, instance := range append(silent, unknown...) {
		if instance == s.instance {
			continue // we were away for a while; somebody else may judge that
		}
		s.Log.WarnContext(ctx, "taking over the jobs of a dead worker", "instance", instance)
		s.complain(ctx, "cannot take over the jobs of a dead worker", s.bury(ctx, instance))
	}
	s.complain(ctx, "cannot release silent analyses", s.Store.ReleaseSilent(ctx))
	s.sweepLost(ctx)
}

// sweepLost gives new jobs to rows that lost theirs. That should not happen;
// if it does, nothing must wait for ever.
func (s *session) sweepLost(ctx context.Context) {
	ids, err := s.Store.LostAnalyses(ctx)
	s.complain(ctx, "cannot look for lost jobs", err)
	for _, id := range ids {
		s.Log.WarnContext(ctx, "the job of an analysis was lost; it gets a new one", "analysis", id)
		s.complain(ctx, "cannot enqueue an analysis again", s.Store.Requeue(ctx, id))
	}
	ids, err = s.Store.LostDeliveries(ctx)
	s.complain(ctx, "cannot look for lost jobs", err)
	for _, id := range ids {
		s.complain(ctx, "cannot enqueue a delivery again", s.Store.Renotify(ctx, id))
	}
}

func (s *session) complain(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		s.Log.ErrorContext(ctx, what, "error", err)
	}
}

// tidy clears away what has outlived its time.
func (s *session) tidy(ctx context.Context) {
	n, err := s.Store.Expire(ctx)
	s.complain(ctx, "cannot expire results", err)
	uploads, err := s.Store.StaleUploads(ctx, s.Store.Now().Add(-s.cfg.Stale))
	s.complain(ctx, "cannot look for stale uploads", err)
	for _, u := range uploads {
		_, err := s.Store.DeleteUpload(ctx, u)
		s.complain(ctx, "cannot delete a stale upload", err)
	}
	keys, err := s.Store.Erasures(ctx)
	s.complain(ctx, "cannot look for objects to erase", err)
	for _, key := range keys {
		err := s.Objects.Delete(ctx, key)
		if err == nil {
			err = s.Store.Erased(ctx, key)
		}
		s.complain(ctx, "cannot erase objects", err)
	}
	s.complain(ctx, "cannot forget old rows", s.Store.Forget(ctx))
	if n+len(uploads)+len(keys) > 0 {
		s.Log.InfoContext(ctx, "tidied up", "expired", n, "uploads", len(uploads), "erased", len(keys))
	}
}
