//go:build unix

package worker

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockAlone takes the lock if nobody else has it; where files cannot be locked it
// never does.
func lockAlone(f *os.File) bool { return lock(f, unix.LOCK_EX|unix.LOCK_NB) == nil }

// lockShared takes the lock beside others, or in place of that of lockAlone. It waits
// for those that are alone: they have not begun to work.
func lockShared(f *os.File) { _ = lock(f, unix.LOCK_SH) }

func lock(f *os.File, how int) error {
	for {
		if err := unix.Flock(int(f.Fd()), how); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
