//go:build !amd64

package rows

// Best are the fastest that this processor can run.
func Best() Kernels { return Plain() }
