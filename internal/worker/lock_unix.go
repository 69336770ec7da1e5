//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package worker

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock is a locked file. The system frees it when the process dies, however it
// dies, and only then.
type lock struct{ file *os.File }

// takeLock locks the file, making it if need be. It fails at once if another
// process, or this one, holds the lock.
func takeLock(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return &lock{f}, nil
}

// drop frees the lock and leaves the file.
func (l *lock) drop() error { return l.file.Close() }

// release removes the file and frees the lock, in this order.
func (l *lock) release() error { return errors.Join(os.Remove(l.file.Name()), l.file.Close()) }
