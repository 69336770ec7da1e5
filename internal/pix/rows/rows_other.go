//go:build !amd64

package rows

// Sets are all that this processor can run, the fastest last.
func Sets() []Kernels { return []Kernels{Plain()} }
