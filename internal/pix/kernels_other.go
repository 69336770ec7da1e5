//go:build !amd64

package pix

// bestKernels is plain Go here.
func bestKernels() kernels { return plainGo() }
