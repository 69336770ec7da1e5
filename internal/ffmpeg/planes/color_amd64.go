package planes

import "golang.org/x/sys/cpu"

// scaleAVX2 does what scaleWords does for so many blocks of 32 samples, at least one.
//
//go:noescape
func scaleAVX2(b *byte, blocks uintptr, mul, add uint16)

// scaleBlocks does as many samples from the start as a kernel can and returns their number.
func scaleBlocks(b []byte, mul, add uint16) int {
	n := len(b) / 32
	if n == 0 || !cpu.X86.HasAVX2 {
		return 0
	}
	scaleAVX2(&b[0], uintptr(n), mul, add)
	return 32 * n
}
