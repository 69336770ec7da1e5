//go:build unix

package blob

import (
	"errors"
	"syscall"
)

// full recognizes a full disk, an exhausted quota and a file size limit.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
