package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/saccade-dev/saccade/client"
)

// service is the program as `saccade serve`, on a data directory of its own.
type service struct {
	*client.Client
	url, token, dir string
	cmd             *exec.Cmd
}

// startService starts the service with nothing configured but flags.
func startService(ctx context.Context, binary string, flags ...string) (s *service, err error) {
	s = &service{}
	if s.dir, err = os.MkdirTemp("", "saccade-capacity-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.end())
		}
	}()
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	s.cmd = exec.Command(binary, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", s.data(), "--allow-unconfined", "--rate-limit", "0", "--grace", "1s"}, flags...)...)
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (run make build first)", err)
	}
	lines := bufio.NewScanner(out)
	for s.url == "" && lines.Scan() {
		s.url, _ = strings.CutPrefix(lines.Text(), "listening on ")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if s.url == "" {
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("the service did not start: %s", said)
	}
	token, err := exec.CommandContext(ctx, binary, "token", "create", "--account", "capacity", "--data", s.data()).Output()
	if err != nil {
		return nil, fmt.Errorf("token create: %w", err)
	}
	s.token = strings.TrimSpace(string(token))
	s.Client, err = client.New(s.url+"/v2", s.token)
	return s, err
}

func (s *service) data() string { return filepath.Join(s.dir, "data") }

// end ends the service and removes what it kept.
func (s *service) end() error {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		_ = s.cmd.Wait()
	}
	return os.RemoveAll(s.dir)
}

// stored is how many bytes the files of an analysis take.
func (s *service) stored(id string) (n int64, err error) {
	err = filepath.WalkDir(filepath.Join(s.data(), "objects", "analyses", id), func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// ticks are the units of processor time in /proc, a second.
const ticks = 100

// seconds is the processor time that the service and the programs that it ran have taken.
func (s *service) seconds() (float64, error) {
	sum := tree(strconv.Itoa(s.cmd.Process.Pid))
	if sum == 0 {
		return 0, errors.New("processor time is read from /proc, which says nothing here")
	}
	return float64(sum) / ticks, nil
}

// tree is the time of a process, of those it has waited for, and of its children.
func tree(pid string) (sum int) {
	b, _ := os.ReadFile("/proc/" + pid + "/stat")
	if _, rest, ok := strings.Cut(string(b), ") "); ok {
		if f := strings.Fields(rest); len(f) > 14 {
			for _, v := range f[11:15] { // utime, stime, cutime, cstime
				n, _ := strconv.Atoi(v)
				sum += n
			}
		}
	}
	lists, _ := filepath.Glob("/proc/" + pid + "/task/*/children")
	for _, l := range lists {
		children, _ := os.ReadFile(l)
		for _, child := range strings.Fields(string(children)) {
			sum += tree(child)
		}
	}
	return sum
}
