//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package worker

import (
	"errors"
	"fmt"
	"os"
)

// lock is a file that nobody but its maker may take. Without file locks that
// the system frees, dead instances are known by their silence alone.
type lock struct{ file *os.File }

func takeLock(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &lock{f}, nil
}

func (l *lock) drop() error { return l.file.Close() }

func (l *lock) release() error {
	name := l.file.Name()
	return errors.Join(l.file.Close(), os.Remove(name))
}
