//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// process is one process of the service, which may be ended and started again with the
// same arguments.
type process struct {
	name string
	args []string // of the program; the first is the program itself
	env  []string
	log  string // a file; of all its lives
	url  string // where it listens; empty: nowhere
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// start starts it and waits until it says that it works.
func (p *process) start() error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	p.cmd = exec.Command(p.args[0], p.args[1:]...)
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), p.env...), log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("%w (run make build first)", err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	done := make(chan struct{})
	go func(cmd *exec.Cmd) {
		_, _ = io.Copy(io.Discard, out)
		_ = cmd.Wait()
		close(done)
	}(p.cmd)
	p.done = done
	p.url, _ = strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil {
		return fmt.Errorf("%s did not start: %w\n%s", p.name, err, p.tail())
	}
	return nil
}

// kill ends it as kill -9 does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// terminate ends it as an operator does and waits.
func (p *process) terminate(limit time.Duration) error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-time.After(limit):
		p.kill()
		return fmt.Errorf("%s did not end within %v", p.name, limit)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%s ended with exit code %d\n%s", p.name, code, p.tail())
	}
	return nil
}

// signal sends a signal.
func (p *process) signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// tail is the end of its log.
func (p *process) tail() string {
	b, _ := os.ReadFile(p.log)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// instances are the names that a worker had, one for each of its lives.
func (p *process) instances() []string {
	b, _ := os.ReadFile(p.log)
	var all []string
	for line := range strings.Lines(string(b)) {
		if _, rest, ok := strings.Cut(line, `msg="worker started" instance=`); ok {
			all = append(all, strings.Fields(rest)[0])
		}
	}
	return all
}

// usage is what a process takes of the machine.
type usage struct {
	memory int // MiB, resident
	files  int // open
}

// usage asks the kernel; zero where it does not say.
func (p *process) usage() (u usage) {
	dir := fmt.Sprintf("/proc/%d", p.cmd.Process.Pid)
	b, _ := os.ReadFile(filepath.Join(dir, "status"))
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			_, _ = fmt.Sscan(rest, &u.memory)
		}
	}
	u.memory >>= 10
	entries, _ := os.ReadDir(filepath.Join(dir, "fd"))
	u.files = len(entries)
	return u
}

// errMissing says that a program is not installed that all this needs.
var errMissing = errors.New("not installed")
