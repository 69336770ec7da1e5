package ffmpeg

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownGroup makes the process the leader of a group that is killed as a whole.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
			return os.ErrProcessDone
		}
		return nil
	}
}

// room is how many bytes may wait between two processes: a 1080p frame, so that
// none of them has to wait within one.
const room = 4 << 20

// connect makes a one-way connection to a child's input (toChild) or from its
// output. A pair of sockets costs less than a pipe, where every page of a frame
// is allocated, charged and freed, and holds more; systems before Linux 6.18
// mostly allow it a small buffer only, so that a pipe is better there.
func connect(toChild bool) (ours, theirs *os.File, err error) {
	if ours, theirs, err = connectSockets(toChild); err == nil {
		return ours, theirs, nil
	}
	ours, theirs, err = connectPipe(toChild)
	if err != nil {
		return nil, nil, err
	}
	if c, err := ours.SyscallConn(); err == nil {
		// As much as an unprivileged process may ask for; some percent of speed, and not needed.
		_ = c.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) })
	}
	return ours, theirs, nil
}

// errNoRoom says that the system allows a socket too small a buffer.
var errNoRoom = errors.New("socket buffers are small here")

func connectSockets(toChild bool) (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	writer, deaf := fds[0], unix.SHUT_RD // ours writes and hears nothing
	if !toChild {
		writer, deaf = fds[1], unix.SHUT_WR
	}
	err = errors.Join(
		unix.SetsockoptInt(writer, unix.SOL_SOCKET, unix.SO_SNDBUF, room),
		unix.Shutdown(fds[0], deaf),
		unix.SetNonblock(fds[0], true), // for the runtime's poller
	)
	// The system tells twice the size, its own bookkeeping included.
	if n, e := unix.GetsockoptInt(writer, unix.SOL_SOCKET, unix.SO_SNDBUF); err == nil && (e != nil || n < 2*room) {
		err = errNoRoom
	}
	if err != nil {
		return nil, nil, errors.Join(err, unix.Close(fds[0]), unix.Close(fds[1]))
	}
	return os.NewFile(uintptr(fds[0]), "to ffmpeg"), os.NewFile(uintptr(fds[1]), "ffmpeg's end"), nil
}
