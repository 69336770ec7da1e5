package worker

import (
	"context"
	"os"
)

// lockSuffix makes the name of a scratch directory that of the file beside it on which
// every session of a worker that uses the directory holds a shared lock. The lock ends
// with the process.
const lockSuffix = ".lock"

// reap ends the leases of attempts whose process is dead for sure: their directories
// are in the scratch directory, of which nobody else holds the lock. So a restart
// after kill -9 does not wait until they run out. Call release when the session ends.
func (s *session) reap(ctx context.Context) (release func(), err error) {
	lock, err := os.OpenFile(s.cfg.Scratch+lockSuffix, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	release = func() { _ = lock.Close() }
	if lockAlone(lock) {
		if err := s.abandon(ctx); err != nil {
			release()
			return nil, err
		}
	}
	lockShared(lock) // whoever comes now is not alone
	return release, nil
}

// abandon ends the leases of all attempts that have a directory.
func (s *session) abandon(ctx context.Context) error {
	entries, err := os.ReadDir(s.cfg.Scratch)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if w, id, attempt, ok := parseDirName(e.Name()); ok {
			if err := s.Store.Abandon(ctx, w, id, attempt); err != nil {
				return err
			}
		}
	}
	return nil
}
