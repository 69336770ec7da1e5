package sched

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestBatch runs in a process of its own, since there is no way back.
func TestBatch(t *testing.T) {
	const child = "SACCADE_TEST_BATCH"
	if os.Getenv(child) == "" {
		cmd := exec.Command("nice", "-n", "3", os.Args[0], "-test.run=^TestBatch$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	nice := policies(t)[0].Nice
	Batch()
	stop := make(chan struct{})
	defer close(stop)
	for range 8 { // threads that begin later
		ready := make(chan struct{})
		go func() {
			runtime.LockOSThread()
			close(ready)
			<-stop
		}()
		<-ready
	}
	for _, a := range policies(t) {
		if a.Policy != unix.SCHED_BATCH || a.Nice != nice {
			t.Errorf("a thread has policy %d and niceness %d, want %d and %d", a.Policy, a.Nice, unix.SCHED_BATCH, nice)
		}
	}
	out, err := exec.Command("cat", "/proc/self/stat").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(out), ") ") // proc_pid_stat(5): the third field and the following
	if got := strings.Fields(after)[41-3]; got != strconv.Itoa(unix.SCHED_BATCH) {
		t.Errorf("a process that was started has policy %s, want %d", got, unix.SCHED_BATCH)
	}
}

// policies returns the attributes of all threads.
func policies(t *testing.T) (all []*unix.SchedAttr) {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range threads {
		tid, err := strconv.Atoi(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if a, err := unix.SchedGetAttr(tid, 0); err == nil {
			all = append(all, a)
		}
	}
	return all
}
