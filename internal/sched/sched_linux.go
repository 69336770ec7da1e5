package sched

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// batch changes every thread, since the kind of work belongs to a thread. Later ones take
// it over from the thread that starts them; one that begins meanwhile may have been started
// by a thread that was still to be changed, so all are looked at until none is left.
func batch() {
	for range 3 {
		if changed, err := batchAll(); changed == 0 || err != nil {
			return
		}
	}
}

// batchAll returns how many threads were not of that kind yet.
func batchAll() (changed int, err error) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0, err
	}
	for _, t := range threads {
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			return changed, err
		}
		a, err := unix.SchedGetAttr(tid, 0)
		if err != nil || a.Policy != unix.SCHED_NORMAL { // it has ended, or somebody chose for us
			continue
		}
		if err := unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_BATCH, Nice: a.Nice}, 0); err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}
