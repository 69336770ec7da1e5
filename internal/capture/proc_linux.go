package capture

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// confine makes a command the leader of a process group that dies with us and
// is killed as a whole, with bounds on processor time, file sizes and private
// memory of each process, as the user that c names.
//
// RLIMIT_AS cannot serve: Chromium reserves terabytes of addresses.
func confine(cmd *exec.Cmd, c chrome, l limits) {
	args := cmd.Args
	args[0] = cmd.Path
	const script = `ulimit -c 0; ulimit -t "$1"; ulimit -d "$2"; ulimit -f "$3"; shift 3; exec "$@"`
	cmd.Path = "/bin/sh"
	cmd.Args = append([]string{"sh", "-c", script, "sh",
		strconv.Itoa(l.seconds), strconv.FormatInt(l.memory>>10, 10), strconv.FormatInt(l.file/fileBlock, 10)}, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if c.uid >= 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(c.uid), Gid: uint32(c.gid)}
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
}

// fileBlock is the unit of "ulimit -f", bytes.
const fileBlock = 512

// maxFiles is how many files of a Chromium are counted; more count as full.
const maxFiles = 50_000

// diskUse sums up the bytes that the files of a directory take on the disk. Too
// many files to count are too much.
func diskUse(dir string) int64 {
	var sum int64
	n := 0
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it is gone already
		}
		if n++; n > maxFiles {
			sum = math.MaxInt64 / 2
			return filepath.SkipAll
		}
		if st, err := d.Info(); err == nil {
			sum += onDisk(st)
		}
		return nil
	})
	return sum
}

// deletedUse sums up the files of a directory that processes of the group hold open
// although they have no name any more.
func deletedUse(pgid int, dir string) int64 {
	var sum int64
	counted := map[string]bool{}
	for _, p := range processes() {
		proc := filepath.Join("/proc", strconv.Itoa(p))
		stat, err := os.ReadFile(filepath.Join(proc, "stat"))
		if err != nil || groupOf(stat) != pgid {
			continue
		}
		fds, _ := filepath.Glob(filepath.Join(proc, "fd", "*"))
		for _, fd := range fds {
			name, err := os.Readlink(fd)
			if err != nil || !strings.HasPrefix(name, dir) || !strings.HasSuffix(name, " (deleted)") || counted[name] {
				continue
			}
			counted[name] = true
			if st, err := os.Stat(fd); err == nil {
				sum += onDisk(st)
			}
		}
	}
	return sum
}

// onDisk is what a file takes, which is less than its size where it has holes.
func onDisk(st fs.FileInfo) int64 {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return st.Size()
}

// killGroup kills what is left of a capture: its process group, and every
// process that names its profile directory (a helper may have left the group). The
// leader must have been waited for.
func killGroup(pid int, dir string) {
	if pid > 0 {
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
	for _, p := range processes() {
		b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p), "cmdline"))
		if err == nil && bytes.Contains(b, []byte(dir)) && p != os.Getpid() {
			_ = syscall.Kill(p, syscall.SIGKILL)
		}
	}
	if pid > 0 {
		reap(pid)
	}
}

// reap waits for orphans of the group. They are ours only where we are the
// first process of a container; elsewhere this returns at once.
func reap(pgid int) {
	for range 100 {
		got, err := syscall.Wait4(-pgid, nil, syscall.WNOHANG, nil)
		switch {
		case err != nil && !errors.Is(err, syscall.EINTR):
			return // no children
		case got == 0:
			<-time.After(20 * time.Millisecond) // still dying
		}
	}
}

// groupMemory sums up the memory that the processes of a group have for
// themselves or share with each other, in bytes.
func groupMemory(pgid int) int64 {
	var sum int64
	for _, p := range processes() {
		dir := filepath.Join("/proc", strconv.Itoa(p))
		stat, err := os.ReadFile(filepath.Join(dir, "stat"))
		if err != nil || groupOf(stat) != pgid {
			continue
		}
		status, err := os.ReadFile(filepath.Join(dir, "status"))
		if err == nil {
			sum += kib(status, "RssAnon:") + kib(status, "RssShmem:")
		}
	}
	return sum
}

// groupOf reads the process group out of /proc/PID/stat. The command in it may
// contain anything, so the fields are counted from its closing bracket.
func groupOf(stat []byte) int {
	_, rest, ok := strings.Cut(string(stat[max(0, bytes.LastIndexByte(stat, ')')):]), ") ")
	f := strings.Fields(rest)
	if !ok || len(f) < 3 {
		return -1
	}
	n, err := strconv.Atoi(f[2])
	if err != nil {
		return -1
	}
	return n
}

func kib(status []byte, field string) int64 {
	_, rest, ok := bytes.Cut(status, []byte(field))
	if !ok {
		return 0
	}
	f := strings.Fields(string(rest[:min(len(rest), 40)]))
	if len(f) == 0 {
		return 0
	}
	n, _ := strconv.ParseInt(f[0], 10, 64)
	return n << 10
}

func processes() []int {
	d, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer func() { _ = d.Close() }()
	names, _ := d.Readdirnames(-1)
	var pids []int
	for _, n := range names {
		if p, err := strconv.Atoi(n); err == nil {
			pids = append(pids, p)
		}
	}
	return pids
}
