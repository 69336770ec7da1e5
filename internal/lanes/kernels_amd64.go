package lanes

import "golang.org/x/sys/cpu"

// The kernels do what the loops of plain Go behind them do, bit for bit, for whole blocks
// of eight values, and return how many they have done: none without AVX2.

// Fast reports whether there are kernels. Tests may turn them off.
var Fast = cpu.X86.HasAVX2

// blocks is how many whole blocks of so many values are left to the kernels.
func blocks(values int) int {
	if !Fast {
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
