//go:build !amd64

package render

// mixKernel is nothing here: plain Go does all.
type mixKernel struct{}

func newMixKernel([]int) mixKernel { return mixKernel{} }

func (mixKernel) mix(*stencil, stroke, stroke, []int16) int { return 0 }
