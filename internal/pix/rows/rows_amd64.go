package rows

import "golang.org/x/sys/cpu"

// The kernels of kernels_amd64.s do what the loops of plain Go behind them do,
// bit for bit, for whole blocks; the loops do the rest of a row, or all of it.

// Best are the fastest that this processor can run.
func Best() Kernels {
	if !cpu.X86.HasAVX2 {
		return Plain()
	}
	k := Kernels{Singles: singlesAVX2, Pairs: pairsAVX2, Columns: columnsAVX2, Limited: limitedRowAVX2}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW {
		k.Columns, k.Limited = columnsAVX512, limitedRowAVX512
		k.Singles, k.Pairs = singlesAVX512, pairsAVX512
	}
	return k
}

// sumArgs is the argument of the sums of rows.
type sumArgs struct {
	src     *byte
	stride  uintptr
	weights *uint32 // each below 1<<16
	rows    uintptr // number of weights, at least 1
	sum     *uint32
	blocks  uintptr // of 16 or 32 sums, at least 1
}

//go:noescape
func sumSinglesAVX2(a *sumArgs)

//go:noescape
func sumPairsAVX2(a *sumArgs)

//go:noescape
func sumSinglesAVX512(a *sumArgs)

//go:noescape
func sumPairsAVX512(a *sumArgs)

func singlesAVX2(sum []uint32, src []byte, stride int, weights []uint32) int {
	a, n := newSumArgs(sum, src, stride, weights, 16, 1)
	if n > 0 {
		sumSinglesAVX2(&a)
	}
	return n
}

func pairsAVX2(sum []uint32, src []byte, stride int, weights []uint32) int {
	a, n := newSumArgs(sum, src, stride, weights, 16, 2)
	if n > 0 {
		sumPairsAVX2(&a)
	}
	return n
}

func singlesAVX512(sum []uint32, src []byte, stride int, weights []uint32) int {
	a, n := newSumArgs(sum, src, stride, weights, 32, 1)
	if n > 0 {
		sumSinglesAVX512(&a)
	}
	if n == len(sum) {
		return n
	}
	return n + singlesAVX2(sum[n:], src[n:], stride, weights)
}

func pairsAVX512(sum []uint32, src []byte, stride int, weights []uint32) int {
	a, n := newSumArgs(sum, src, stride, weights, 32, 2)
	if n > 0 {
		sumPairsAVX512(&a)
	}
	if n == len(sum) {
		return n
	}
	return n + pairsAVX2(sum[n:], src[2*n:], stride, weights)
}

// newSumArgs returns the argument for as many blocks of sums of so many bytes as there
// are, and the number of their sums; 0: do not call.
func newSumArgs(sum []uint32, src []byte, stride int, weights []uint32, block, bytes int) (sumArgs, int) {
	n := len(sum) / block
	if n == 0 || len(weights) == 0 {
		return sumArgs{}, 0
	}
	_ = src[(len(weights)-1)*stride+block*bytes*n-1]
	return sumArgs{&src[0], uintptr(stride), &weights[0], uintptr(len(weights)), &sum[0], uintptr(n)}, block * n
}

// quadArgs is the argument of quadsAVX2.
type quadArgs struct {
	dst           *byte
	sum           *uint32
	quads         *Quad
	blocks        uintptr // of four quads, at least 1
	inverse, half uint64
}

//go:noescape
func quadsAVX2(a *quadArgs)

func columnsAVX2(dst []byte, sum []uint32, c *Columns, inverse uint64) int {
	n := len(c.Quads) / 4
	if n == 0 || inverse>>32 != 0 { // the kernel multiplies by 32 bits
		return 0
	}
	_ = dst[4*n-1]
	quadsAVX2(&quadArgs{&dst[0], &sum[0], &c.Quads[0], uintptr(n), inverse, Half})
	return 4 * n
}

// blockArgs is the argument of blocksAVX512.
type blockArgs struct {
	dst           *byte
	sum           *uint32
	blocks        *block
	n             uintptr // at least 1
	inverse, half uint64
}

//go:noescape
func nearBlocksAVX512(a *blockArgs)

//go:noescape
func blocksAVX512(a *blockArgs)

func columnsAVX512(dst []byte, sum []uint32, c *Columns, inverse uint64) int {
	n := len(c.blocks)
	if n == 0 || inverse>>32 != 0 {
		return columnsAVX2(dst, sum, c, inverse)
	}
	_, _ = dst[16*n-1], sum[:cap(sum)][c.Quads[16*(n-1)].First+Room-1]
	a := blockArgs{&dst[0], &sum[0], &c.blocks[0], uintptr(n), inverse, Half}
	if c.near {
		nearBlocksAVX512(&a)
	} else {
		blocksAVX512(&a)
	}
	return 16 * n
}

// limitedArgs is the argument of limitedAVX2.
type limitedArgs struct {
	dst, y, cb, cr                        *byte
	blocks                                uintptr // of eight or sixteen pixels, at least 1
	luma, redCr, greenCb, greenCr, blueCb int32
	red, green, blue                      int32
}

//go:noescape
func limitedAVX2(a *limitedArgs)

//go:noescape
func limitedAVX512(a *limitedArgs)

// limitedRowAVX2 stops two pixels before the end at the latest: the kernel
// writes four bytes more than it has pixels for.
func limitedRowAVX2(dst, y, cb, cr []byte) int {
	n := (len(y) - 2) / 8
	if n <= 0 {
		return 0
	}
	_ = dst[24*n+3]
	a := newLimitedArgs(dst, y, cb, cr, 8, n)
	limitedAVX2(&a)
	return 8 * n
}

func limitedRowAVX512(dst, y, cb, cr []byte) int {
	n := len(y) / 16
	if n == 0 {
		return 0
	}
	a := newLimitedArgs(dst, y, cb, cr, 16, n)
	limitedAVX512(&a)
	return 16 * n
}

// newLimitedArgs returns the argument for n blocks of so many pixels.
func newLimitedArgs(dst, y, cb, cr []byte, block, n int) limitedArgs {
	const base = 1<<15 - 16*OfLuma
	_, _, _, _ = dst[3*block*n-1], y[block*n-1], cb[block*n-1], cr[block*n-1]
	return limitedArgs{&dst[0], &y[0], &cb[0], &cr[0], uintptr(n), OfLuma, RedOfCr, GreenOfCb, GreenOfCr, BlueOfCb,
		base - 128*RedOfCr, base - 128*(GreenOfCb+GreenOfCr), base - 128*BlueOfCb}
}
