// Package sched says to the operating system what kind of work a process does.
//
// An analysis is a chain of processes and threads that hand frames on. Where the system
// lets a thread that wakes interrupt the one that woke it, as it does for the sake of
// programs that people type into, a decoder is interrupted many times in every frame by
// whoever reads its output, and both lose what their core had in its caches.
package sched

// Batch asks the system to treat this process, and those that it starts, as batch work:
// a thread that wakes waits until a core is free or another's turn is over, a few
// milliseconds at most, and interrupts nobody. It is meant for processes that only compute.
// Where the system has no such kind of work (it is Linux's SCHED_BATCH, see sched(7)), or
// forbids to choose it, nothing changes.
func Batch() { batch() }
