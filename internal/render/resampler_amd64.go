package render

import "golang.org/x/sys/cpu"

// blendKernel does what resampler.blend does, bit for bit, for whole blocks of 16
// samples. Every eight of them look into a window of cells.
type blendKernel struct {
	offsets  []uint32   // of the windows, bytes; two for each block
	patterns [][16]byte // bytes of the left cell in the window, for each sample of the eight
}

// newBlendKernel prepares for samples behind the middles of these cells. The
// kernel does nothing where the processor cannot, or where the cells are so
// small that eight samples reach beyond a window.
func newBlendKernel(left []int) blendKernel {
	var k blendKernel
	if !cpu.X86.HasAVX2 {
		return k
	}
	for x := 0; x+8 <= len(left)&^15; x += 8 {
		first := left[x]
		if left[x+7]+1-first >= window {
			return blendKernel{}
		}
		var p [16]byte
		for i := range 8 {
			at := byte(2 * (left[x+i] - first))
			p[2*i], p[2*i+1] = at, at+1
		}
		k.offsets, k.patterns = append(k.offsets, uint32(2*first)), append(k.patterns, p)
	}
	return k
}

// blendArgs is the argument of blendAVX2.
type blendArgs struct {
	a, b           *byte
	colorA, colorB *int16
	opacity        *int16
	offsets        *uint32
	patterns       *[16]byte
	weights        *int16
	blocks         uintptr // at least 1
}

//go:noescape
func blendAVX2(m *blendArgs)

// blend returns the number of samples that it did.
func (k *blendKernel) blend(s *resampler, p rowPair, opacity []int16) int {
	n := len(k.offsets) / 2
	if n == 0 {
		return 0
	}
	_, _, _ = p.a[16*n-1], p.b[16*n-1], s.weight[16*n-1]
	last := int(k.offsets[2*n-1])/2 + window - 1
	_, _, _ = p.colorA[last], p.colorB[last], opacity[last]
	blendAVX2(&blendArgs{&p.a[0], &p.b[0], &p.colorA[0], &p.colorB[0], &opacity[0],
		&k.offsets[0], &k.patterns[0], &s.weight[0], uintptr(n)})
	return 16 * n
}
