package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// withoutLandlockCommand makes the test binary another program on a system without
// Landlock.
const withoutLandlockCommand = "without-landlock"

// withoutLandlock becomes the program args, for which the kernel has no Landlock.
func withoutLandlock(args []string) int {
	err := seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: seccomp.Policy{
		DefaultAction: seccomp.ActionAllow,
		Syscalls: []seccomp.SyscallGroup{{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS),
			Names: []string{"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}}},
	}})
	if err == nil {
		err = syscall.Exec(args[0], args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}
