//go:build unix

package attention

import (
	"syscall"
	"time"
)

// cpuTime is the processor time that the process has used, which a busy machine disturbs less than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
