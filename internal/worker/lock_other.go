//go:build !unix

package worker

import "os"

// Files are not locked here: leases run out.

func lockAlone(*os.File) bool { return false }

func lockShared(*os.File) {}
