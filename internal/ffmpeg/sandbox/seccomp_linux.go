package sandbox

import (
	"maps"
	"os"
	"slices"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// forbidden are the system calls that neither a decoder nor an encoder makes:
// new sockets (those that it inherits stay usable), namespaces and mounts, the
// memory, signals and limits of other processes, programs that are not files,
// the kernel's own machinery. A processor that lacks one of them has nothing to
// forbid.
func forbidden() []string {
	return []string{
		"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
		"unshare", "setns", "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "open_tree_attr",
		"mount_setattr", "fsopen", "fsconfig", "fsmount", "fspick", "name_to_handle_at", "open_by_handle_at",
		"fork", "vfork", "execveat", "memfd_create", "memfd_secret",
		"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp", "pidfd_open", "pidfd_getfd",
		"kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal",
		"bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd", "fanotify_init", "fanotify_mark",
		"inotify_init", "inotify_init1", "lookup_dcookie", "personality", "acct", "quotactl", "quotactl_fd", "swapon", "swapoff",
		"reboot", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "syslog", "vhangup",
		"settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm", "modify_ldt",
		"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", "capset",
		"shmget", "shmat", "shmctl", "shmdt", "semget", "semop", "semctl", "semtimedop", "msgget", "msgsnd", "msgrcv", "msgctl",
		"mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr",
		"mknod", "mknodat", "migrate_pages", "move_pages", "nfsservctl",
	}
}

// absent are the system calls that a C library does without when the kernel has
// none: it then makes threads by clone, whose flags a filter can read.
func absent() []string {
	return []string{"clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"}
}

// namespaces are the flags of clone that make new ones.
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET

// filterCalls forbids system calls to all threads of this process and to the
// program that it becomes, which keeps its process id: a forbidden call fails
// with EPERM. What is allowed is listed, so that neither a call of another
// processor's numbering nor one that is newer than the list gets through. clone
// makes threads only, tgkill reaches this process only, and prlimit64 too.
func filterCalls() error {
	machine, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	refused := slices.Concat(forbidden(), absent())
	allowed := slices.DeleteFunc(slices.Sorted(maps.Keys(machine.SyscallNames)), func(name string) bool { return slices.Contains(refused, name) })
	missing := slices.DeleteFunc(absent(), func(name string) bool { _, ok := machine.SyscallNames[name]; return !ok })
	policies := []seccomp.Policy{
		refuse("clone", seccomp.Condition{Operation: seccomp.BitsNotSet, Value: unix.CLONE_THREAD}, seccomp.Condition{Operation: seccomp.BitsSet, Value: namespaces}),
		refuse("tgkill", seccomp.Condition{Operation: seccomp.NotEqual, Value: uint64(os.Getpid())}),
		refuse("prlimit64", seccomp.Condition{Operation: seccomp.NotEqual, Value: 0}),
		{DefaultAction: seccomp.ActionErrno, Syscalls: []seccomp.SyscallGroup{
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: missing},
			{Action: seccomp.ActionAllow, Names: allowed},
		}},
	}
	for _, p := range policies {
		if err := seccomp.LoadFilter(seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: p}); err != nil {
			return err
		}
	}
	return nil
}

// refuse is the policy that forbids a system call when its first argument meets
// one of the conditions. Each call needs a policy of its own: behind a condition
// that does not hold, the library compares the argument, not the call's number,
// with the numbers that follow.
func refuse(name string, conditions ...seccomp.Condition) seccomp.Policy {
	group := seccomp.SyscallGroup{Action: seccomp.ActionErrno} // EPERM
	for _, c := range conditions {
		group.NamesWithCondtions = append(group.NamesWithCondtions,
			seccomp.NameWithConditions{Name: name, Conditions: seccomp.ArgumentConditions{c}})
	}
	return seccomp.Policy{DefaultAction: seccomp.ActionAllow, Syscalls: []seccomp.SyscallGroup{group}}
}

// canFilter reports whether the kernel filters system calls and the numbers of
// this processor's are known.
func canFilter() bool {
	_, err := arch.GetInfo("")
	return err == nil && seccomp.Supported()
}
