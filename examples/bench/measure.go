package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what one run of a command took.
type usage struct {
	wall, cpu time.Duration
	memory    int // bytes, the most that all its processes held at one time; 0: nobody looked
}

// measure runs a command on the first cores of the machine. Watching its memory slows it.
func measure(ctx context.Context, cores int, args []string, watched bool) (usage, error) {
	args = append([]string{"-c", fmt.Sprintf("0-%d", cores-1)}, args...)
	cmd := exec.CommandContext(ctx, "taskset", args...)
	var words bytes.Buffer
	cmd.Stderr = &words
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, err
	}
	ended, peak := make(chan struct{}), make(chan int)
	go func() {
		if watched {
			peak <- watch(cmd.Process.Pid, ended)
		}
		close(peak)
	}()
	err := cmd.Wait()
	u := usage{wall: time.Since(began)}
	close(ended)
	u.memory = <-peak
	if err != nil {
		return usage{}, fmt.Errorf("%w: %s", err, words.String())
	}
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime() // with the children it waited for
	return u, nil
}

// watch returns the most memory that a process and its descendants hold together.
func watch(pid int, ended <-chan struct{}) int {
	most, tick := 0, time.NewTicker(100*time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return most
		case <-tick.C:
			most = max(most, memory(strconv.Itoa(pid)))
		}
	}
}

// memory is the proportional set size of a process and its descendants, in bytes.
func memory(pid string) int {
	sum := 0
	rollup, _ := os.ReadFile("/proc/" + pid + "/smaps_rollup")
	for line := range strings.Lines(string(rollup)) {
		if v, ok := strings.CutPrefix(line, "Pss:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(v)[0])
			sum += kb * 1024
		}
	}
	lists, _ := filepath.Glob("/proc/" + pid + "/task/*/children")
	for _, l := range lists {
		children, _ := os.ReadFile(l)
		for _, child := range strings.Fields(string(children)) {
			sum += memory(child)
		}
	}
	return sum
}
