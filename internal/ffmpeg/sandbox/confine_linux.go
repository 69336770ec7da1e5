package sandbox

import (
	"context"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// machineFiles tell the C library about its other libraries and the machine.
func machineFiles() []string {
	return []string{"/etc/ld.so.cache", "/etc/ld.so.preload", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/dev/urandom", "/dev/random"}
}

// maxFiles is the number of files that a program may hold open.
const maxFiles = 64

// confineAndExec imposes the limits and becomes argv. Landlock is as strict as
// the kernel can, and so is the filter of system calls; the resource limits
// always hold. Niceness belongs to a thread, which must be the one that becomes argv.
func confineAndExec(l Limits, argv []string) error {
	runtime.LockOSThread()
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, min(l.Nice+niceness(), 19)); err != nil {
		return fmt.Errorf("nice: %w", err)
	}
	if err := landlock.V7.BestEffort().Restrict(rules(l, argv[0])...); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	for _, r := range []struct {
		what  int
		value int64
	}{
		{unix.RLIMIT_CORE, 0}, {unix.RLIMIT_NOFILE, maxFiles}, {unix.RLIMIT_CPU, l.CPU},
		{unix.RLIMIT_FSIZE, l.FileSize}, {unix.RLIMIT_AS, l.Memory},
	} {
		if r.value < 0 || (r.value == 0 && r.what != unix.RLIMIT_CORE) {
			continue
		}
		v := uint64(r.value)
		if err := unix.Setrlimit(r.what, &unix.Rlimit{Cur: v, Max: v}); err != nil {
			return fmt.Errorf("resource limit %d: %w", r.what, err)
		}
	}
	if canFilter() {
		if err := filterCalls(); err != nil {
			return fmt.Errorf("filter of system calls: %w", err)
		}
	}
	env := os.Environ()
	if len(l.First) > 0 {
		env = append(env, "LD_PRELOAD="+strings.Join(l.First, ":"))
	}
	return fmt.Errorf("%s: %w", argv[0], syscall.Exec(argv[0], argv, env))
}

// niceness is our own nice value.
func niceness() int {
	v, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return 0
	}
	return 20 - v // the system call counts from 40 (most urgent) to 1
}

// Rights to files, beside those that package landlock names.
const (
	rightRead  = llsys.AccessFSReadFile
	rightList  = llsys.AccessFSReadFile | llsys.AccessFSReadDir
	rightRun   = llsys.AccessFSReadFile | llsys.AccessFSExecute
	rightDrive = llsys.AccessFSReadFile | llsys.AccessFSWriteFile | llsys.AccessFSIoctlDev
	rightWrite = llsys.AccessFSReadFile | llsys.AccessFSWriteFile | llsys.AccessFSTruncate | llsys.AccessFSMakeReg | llsys.AccessFSRemoveFile
)

// rules lists what stays allowed; everything else on disk and TCP is denied.
// Only the program and its loader can be executed.
func rules(l Limits, program string) []landlock.Rule {
	access := func(rights landlock.AccessFSSet, paths ...string) landlock.Rule {
		return landlock.PathAccess(rights, paths...).IgnoreIfMissing()
	}
	list := []landlock.Rule{
		access(rightRun, append([]string{program}, l.Run...)...),
		access(rightList, append([]string{"/sys/devices/system/cpu"}, l.Libraries...)...),
		access(rightRead, append(machineFiles(), l.Read...)...),
		landlock.RWFiles("/dev/null").IgnoreIfMissing(),
		access(rightWrite, l.Write...),
	}
	if len(l.Devices) > 0 { // drivers look for theirs by name before they ask it what it is
		list = append(list, access(rightDrive, l.Devices...), access(llsys.AccessFSReadDir, renderNodes))
	}
	return list
}

// renderNodes is the directory of the devices of graphics processors.
const renderNodes = "/dev/dri"

// Learn asks the loader of a program which libraries it takes in an environment.
func Learn(ctx context.Context, program string, env []string) (Needs, error) {
	f, err := elf.Open(program)
	if err != nil {
		return Needs{}, err
	}
	defer f.Close()
	loader := ""
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		name, err := io.ReadAll(p.Open())
		if err != nil {
			return Needs{}, err
		}
		loader = strings.TrimRight(string(name), "\x00")
	}
	if loader == "" {
		return Needs{}, nil
	}
	cmd := exec.CommandContext(ctx, loader, "--list", program)
	cmd.Env = env
	list, err := cmd.Output()
	if err != nil {
		return Needs{}, fmt.Errorf("%s --list %s: %w", loader, program, err)
	}
	paths := libraryPaths(string(list))
	return Needs{Run: []string{loader}, Libraries: directories(paths), First: first(paths)}, nil
}

// directories returns those of files, each once and sorted.
func directories(paths []string) []string {
	var dirs []string
	for _, p := range paths {
		dirs = append(dirs, filepath.Dir(p))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// Level says in words what the kernel can enforce. It is good enough for files of
// strangers when ok.
func Level() (detail string, ok bool) {
	calls := "a filter of system calls (no sockets, no processes)"
	if !canFilter() {
		calls = "no filter of system calls (needs seccomp)"
	}
	v, err := llsys.LandlockGetABIVersion()
	switch {
	case err != nil || v < 1:
		return "resource limits, " + calls + "; the kernel has no Landlock (Linux 5.13 or newer, \"landlock\" in its lsm list)", false
	case v < 4:
		return fmt.Sprintf("resource limits and Landlock ABI %d (files; TCP needs Linux 6.7), %s", v, calls), true
	}
	return fmt.Sprintf("resource limits and Landlock ABI %d (files and TCP), %s", v, calls), true
}
