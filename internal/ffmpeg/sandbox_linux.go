package ffmpeg

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// libraries are the directories that a dynamically linked program needs.
var libraries = []string{"/usr", "/lib", "/lib64", "/lib32", "/opt", "/nix/store", "/gnu/store", "/snap", "/sys/devices/system/cpu"}

// libraryFiles are single files of the same kind.
var libraryFiles = []string{"/etc/ld.so.cache", "/etc/ld.so.preload", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/dev/urandom", "/dev/random",
	"/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"} // see tunables

// maxFiles is the number of files that ffmpeg may hold open.
const maxFiles = 64

// confineAndExec imposes the limits and becomes argv. Landlock is as strict as
// the kernel can; the resource limits always hold.
func confineAndExec(l limits, argv []string) error {
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, min(l.nice+niceness(), 19)); err != nil {
		return fmt.Errorf("nice: %w", err)
	}
	if err := landlock.V7.BestEffort().Restrict(rules(l, argv[0])...); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	for _, r := range []struct {
		what  int
		value int64
	}{
		{unix.RLIMIT_CORE, 0}, {unix.RLIMIT_NOFILE, maxFiles}, {unix.RLIMIT_CPU, l.cpu},
		{unix.RLIMIT_FSIZE, l.fileSize}, {unix.RLIMIT_AS, l.memory},
	} {
		if r.value < 0 || (r.value == 0 && r.what != unix.RLIMIT_CORE) {
			continue
		}
		v := uint64(r.value)
		if err := unix.Setrlimit(r.what, &unix.Rlimit{Cur: v, Max: v}); err != nil {
			return fmt.Errorf("resource limit %d: %w", r.what, err)
		}
	}
	return fmt.Errorf("%s: %w", argv[0], syscall.Exec(argv[0], argv, os.Environ()))
}

// niceness is our own nice value.
func niceness() int {
	v, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return 0
	}
	return 20 - v // the system call counts from 40 (most urgent) to 1
}

// rules lists what stays allowed; everything else on disk and TCP is denied.
func rules(l limits, program string) []landlock.Rule {
	return []landlock.Rule{
		landlock.RODirs(append([]string{filepath.Dir(program)}, libraries...)...).IgnoreIfMissing(),
		landlock.ROFiles(append(append([]string{}, libraryFiles...), l.read...)...).IgnoreIfMissing(),
		landlock.RWFiles("/dev/null").IgnoreIfMissing(),
		landlock.RWDirs(l.write...).IgnoreIfMissing(),
	}
}

// sandboxLevel says in words what the kernel can enforce.
func sandboxLevel() (detail string, ok bool) {
	v, err := llsys.LandlockGetABIVersion()
	switch {
	case err != nil || v < 1:
		return "resource limits only; the kernel has no Landlock (Linux 5.13 or newer, \"landlock\" in its lsm list)", false
	case v < 4:
		return fmt.Sprintf("resource limits and Landlock ABI %d (files; TCP needs Linux 6.7)", v), true
	}
	return fmt.Sprintf("resource limits and Landlock ABI %d (files and TCP)", v), true
}
