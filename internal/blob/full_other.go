//go:build !unix

package blob

import (
	"errors"
	"syscall"
)

// full recognizes a full disk: ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of
// Windows.
func full(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && (errno == 112 || errno == 39)
}
