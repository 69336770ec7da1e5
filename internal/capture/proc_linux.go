package capture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
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
// memory of each process; nobody tells to run it as that user.
//
// RLIMIT_AS cannot serve: Chromium reserves terabytes of addresses.
func confine(cmd *exec.Cmd, c chrome, seconds int, memory int64) {
	args := cmd.Args
	args[0] = cmd.Path
	const limits = `ulimit -c 0; ulimit -t "$1"; ulimit -d "$2"; ulimit -f "$3"; shift 3; exec "$@"`
	cmd.Path = "/bin/sh"
	cmd.Args = append([]string{"sh", "-c", limits, "sh", strconv.Itoa(seconds), strconv.FormatInt(memory>>10, 10), "1048576"}, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if c.uid >= 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(c.uid), Gid: uint32(c.gid)}
	}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
}

// killGroup kills what is left of a capture: its process group, and every
// process that names its profile folder (a helper may have left the group). The
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

// peerUID finds the user at the other end of a loopback connection; -1 when it
// cannot be told.
func peerUID(c net.Conn) int {
	peer, ok1 := c.RemoteAddr().(*net.TCPAddr)
	own, ok2 := c.LocalAddr().(*net.TCPAddr)
	if !ok1 || !ok2 || peer.IP.To4() == nil || own.IP.To4() == nil {
		return -1
	}
	f, err := os.Open("/proc/net/tcp")
	if err != nil {
		return -1
	}
	defer func() { _ = f.Close() }()
	uid, err := findUID(bufio.NewScanner(f), hexAddr(peer), hexAddr(own))
	if err != nil {
		return -1
	}
	return uid
}

// findUID looks for the socket with these ends; columns 1, 2 and 7 of the table
// are its local and remote address and its user.
func findUID(s *bufio.Scanner, local, remote string) (int, error) {
	for s.Scan() {
		f := strings.Fields(s.Text())
		if len(f) > 7 && f[1] == local && f[2] == remote {
			return strconv.Atoi(f[7])
		}
	}
	return -1, errors.Join(errors.New("no such socket"), s.Err())
}

// hexAddr writes an IPv4 address as /proc/net/tcp does: the address as a number
// of this machine's byte order, the port as a plain one.
func hexAddr(a *net.TCPAddr) string {
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(a.IP.To4()), a.Port)
}
