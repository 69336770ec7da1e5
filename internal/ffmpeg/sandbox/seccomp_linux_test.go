package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// probeCommand makes the test binary try, inside the sandbox, what must be
// denied there.
const probeCommand = "__probe"

// runProbe tries everything and prints what was not denied.
func runProbe() int {
	failed := 0
	fail := func(what string, err error) {
		failed++
		fmt.Println(what+":", err)
	}
	for _, path := range []string{"/etc/passwd", "/proc/self/environ"} {
		if _, err := os.ReadFile(path); !errors.Is(err, os.ErrPermission) {
			fail("reading "+path, err)
		}
	}
	for _, path := range []string{"/opt", "/usr", "/usr/share", "/usr/bin", "/etc", "/"} {
		if _, err := os.ReadDir(path); !errors.Is(err, os.ErrPermission) {
			fail("listing "+path, err)
		}
	}
	for name, domain := range map[string]int{"Unix": unix.AF_UNIX, "IPv4": unix.AF_INET, "IPv6": unix.AF_INET6, "netlink": unix.AF_NETLINK} {
		for kind, typ := range map[string]int{"stream": unix.SOCK_STREAM, "datagram": unix.SOCK_DGRAM} {
			if _, err := unix.Socket(domain, typ, 0); !errors.Is(err, unix.EPERM) {
				fail(name+" "+kind+" socket", err)
			}
		}
	}
	if err := exec.Command("/proc/self/exe", probeCommand).Run(); err == nil {
		fail("a new process", err)
	}
	if err := unix.Exec("/bin/true", []string{"true"}, nil); !errors.Is(err, unix.EACCES) {
		fail("another program", err)
	}
	for name, flags := range map[string]uintptr{"fork": uintptr(unix.SIGCHLD), "clone with a user namespace": unix.CLONE_NEWUSER | uintptr(unix.SIGCHLD)} {
		if pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, flags, 0, 0, 0, 0, 0); errno != unix.EPERM {
			if pid == 0 && errno == 0 {
				unix.Exit(0)
			}
			fail(name, errno)
		}
	}
	if err := unix.Kill(os.Getppid(), 0); !errors.Is(err, unix.EPERM) {
		fail("a signal to the parent", err)
	}
	if err := unix.Tgkill(os.Getppid(), os.Getppid(), 0); !errors.Is(err, unix.EPERM) {
		fail("a signal to a thread of the parent", err)
	}
	var limit unix.Rlimit
	if err := unix.Prlimit(os.Getppid(), unix.RLIMIT_NOFILE, nil, &limit); !errors.Is(err, unix.EPERM) {
		fail("limits of the parent", err)
	}
	probeCalls(fail)
	done := make(chan struct{}) // a new thread, as codecs make them
	go func() {
		runtime.LockOSThread()
		close(done)
	}()
	<-done
	return failed
}

// probeCalls tries every system call that is to be refused, by its number.
func probeCalls(fail func(what string, err error)) {
	machine, err := arch.GetInfo("")
	if err != nil {
		fail("system calls", err)
		return
	}
	for want, names := range map[unix.Errno][]string{unix.EPERM: forbidden(), unix.ENOSYS: absent()} {
		for _, name := range names {
			if number, ok := machine.SyscallNames[name]; ok {
				if _, _, errno := unix.RawSyscall6(uintptr(number), 0, 0, 0, 0, 0, 0); errno != want {
					fail(name, errno)
				}
			}
		}
	}
	if _, _, errno := unix.RawSyscall6(2000, 0, 0, 0, 0, 0, 0); errno != unix.EPERM {
		fail("an unknown system call", errno)
	}
}

// TestProbe runs a program inside the sandbox that tries to get out.
func TestProbe(t *testing.T) {
	if _, ok := Level(); !ok || !canFilter() {
		t.Skip("this system has no Landlock or no seccomp")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := confined(t, "/dev/null", t.TempDir(), self, probeCommand)
	if err != nil || strings.TrimSpace(out) != "" {
		t.Errorf("%v, not denied:\n%s", err, out)
	}
}

func TestLibraryDirs(t *testing.T) {
	const list = "\tlinux-vdso.so.1 (0x00007f52f0bde000)\n\tlibm.so.6 => /lib/x/libm.so.6 (0x00007f52e6)\n" +
		"\tlibp.so => /opt/p/libp.so (0x1)\n\tlibc.so.6 => /lib/x/libc.so.6 (0x2)\n\tlibz.so => not found\n\t/lib64/ld-linux-x86-64.so.2 (0x3)\n"
	paths := libraryPaths(list)
	if got := strings.Join(paths, " "); got != "/lib/x/libm.so.6 /opt/p/libp.so /lib/x/libc.so.6 /lib64/ld-linux-x86-64.so.2" {
		t.Errorf("libraries %q", got)
	}
	if got := strings.Join(directories(paths), " "); got != "/lib/x /lib64 /opt/p" {
		t.Errorf("directories %q", got)
	}
}
