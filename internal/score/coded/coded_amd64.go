package coded

import "golang.org/x/sys/cpu"

//go:noescape
func codeBlockAVX2(dst *[64]int16, src *byte, stride uintptr, q *quantization) (zeros uint64)

// codeBlockFast is codeBlock, if there is a kernel for it.
func codeBlockFast(dst *[64]int16, src []byte, stride int, q *quantization) (zeros uint64, ok bool) {
	if !cpu.X86.HasAVX2 {
		return 0, false
	}
	_ = src[7*stride+7]
	return codeBlockAVX2(dst, &src[0], uintptr(stride), q), true
}

// lumaAVX2 is lumaBlocks for so many blocks, at least one; it reads four bytes more.
//
//go:noescape
func lumaAVX2(dst, src *byte, blocks uintptr)

// lumaBlocks converts pixels to luma.
func lumaBlocks(dst, src []byte) int {
	n := (len(src) - 4) / 24
	if n <= 0 || !cpu.X86.HasAVX2 {
		return 0
	}
	_, _ = dst[8*n-1], src[24*n+3]
	lumaAVX2(&dst[0], &src[0], uintptr(n))
	return 8 * n
}
