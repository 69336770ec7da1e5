package score

import "golang.org/x/sys/cpu"

// The kernels do what the loops of plain Go behind them do, bit for bit, for whole blocks
// of eight values, and return how many they have done: none without AVX2.

// fast reports whether there are kernels.
var fast = cpu.X86.HasAVX2

// blocks is how many whole blocks of so many values are left to the kernels.
func blocks(values int) int {
	if !fast {
		return 0
	}
	return values / 8
}

// slideAVX2 is slideBlocks for so many blocks, at least one.
//
//go:noescape
func slideAVX2(dst, sum, in, out *float32, blocks uintptr, inv float32)

// slideBlocks moves the boxes of columns down by a row.
func slideBlocks(dst, sum, in, out []float32, inv float32) int {
	n := blocks(len(dst))
	if n == 0 {
		return 0
	}
	_, _, _ = sum[8*n-1], in[8*n-1], out[8*n-1]
	slideAVX2(&dst[0], &sum[0], &in[0], &out[0], uintptr(n), inv)
	return 8 * n
}

// sobelAVX2 is sobelBlocks for so many blocks, at least one.
//
//go:noescape
func sobelAVX2(sums, above, row, below *float32, blocks uintptr)

// sobelBlocks adds the squared Sobel gradients of the middle one of three rows.
func sobelBlocks(sums, above, row, below []float32) int {
	n := blocks(len(sums))
	if n == 0 {
		return 0
	}
	_, _, _ = above[8*n+1], row[8*n+1], below[8*n+1]
	sobelAVX2(&sums[0], &above[0], &row[0], &below[0], uintptr(n))
	return 8 * n
}

// weighAVX2 is weighBlocks for so many blocks, at least one.
//
//go:noescape
func weighAVX2(dst, src *float32, blocks uintptr, f float32)

// weighBlocks adds values times a factor.
func weighBlocks(dst, src []float32, f float32) int {
	n := blocks(len(dst))
	if n == 0 {
		return 0
	}
	_ = src[8*n-1]
	weighAVX2(&dst[0], &src[0], uintptr(n), f)
	return 8 * n
}

//go:noescape
func codeBlockAVX2(dst *[64]int16, src *byte, stride uintptr, q *quantization) (zeros uint64)

// codeBlockFast is codeBlock, if there is a kernel for it.
func codeBlockFast(dst *[64]int16, src []byte, stride int, q *quantization) (zeros uint64, ok bool) {
	if !fast {
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
	if n <= 0 || !fast {
		return 0
	}
	_, _ = dst[8*n-1], src[24*n+3]
	lumaAVX2(&dst[0], &src[0], uintptr(n))
	return 8 * n
}
