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

// socketBuffer is how many bytes may wait in a connection.
const socketBuffer = 4 << 20

// connect makes a one-way connection to a child's input (toChild) or from its
// output: a pair of sockets, which takes less time than a pipe, where every
// page of a frame is allocated, charged and freed. Where a policy forbids
// sockets, it is a pipe.
func connect(toChild bool) (ours, theirs *os.File, err error) {
	if ours, theirs, err = connectSockets(toChild); err != nil {
		return connectPipe(toChild)
	}
	return ours, theirs, nil
}

func connectSockets(toChild bool) (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	for _, fd := range fds { // more than a frame, or the writer waits for a reader that is busy; as much as the system lets us
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, socketBuffer)
	}
	unused := unix.SHUT_WR // direction of our end
	if toChild {
		unused = unix.SHUT_RD
	}
	err = errors.Join(unix.Shutdown(fds[0], unused), unix.SetNonblock(fds[0], true)) // for the runtime's poller
	if err != nil {
		return nil, nil, errors.Join(err, unix.Close(fds[0]), unix.Close(fds[1]))
	}
	return os.NewFile(uintptr(fds[0]), "our end"), os.NewFile(uintptr(fds[1]), "ffmpeg's end"), nil
}
