package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// slowly lets the decoders of a service work a fiftieth of the time, until quick is
// called: what is to be seen while it runs can be seen on any machine, however fast.
// Where there is no /proc it does nothing.
func (s *service) slowly() (quick func()) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			for _, p := range s.children() {
				_ = syscall.Kill(p, syscall.SIGSTOP)
			}
			select {
			case <-stop:
			case <-time.After(49 * time.Millisecond):
			}
			for _, p := range s.children() {
				_ = syscall.Kill(p, syscall.SIGCONT)
			}
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	quick = sync.OnceFunc(func() {
		close(stop)
		<-done
	})
	s.t.Cleanup(quick)
	return quick
}

// children are the processes that the server runs.
func (s *service) children() []int {
	var out []int
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid))
	for _, name := range files {
		b, _ := os.ReadFile(name)
		for text := range strings.FieldsSeq(string(b)) {
			if p, err := strconv.Atoi(text); err == nil {
				out = append(out, p)
			}
		}
	}
	return out
}
