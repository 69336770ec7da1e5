//go:build !amd64

package render

// blendKernel is nothing here: plain Go does all.
type blendKernel struct{}

func newBlendKernel([]int) blendKernel { return blendKernel{} }

func (blendKernel) blend(*resampler, rowPair, []int16) int { return 0 }
