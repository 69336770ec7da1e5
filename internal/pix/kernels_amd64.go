package pix

import "golang.org/x/sys/cpu"

// The kernels of kernels_amd64.s do what the loops of plain Go behind them do,
// bit for bit, for whole blocks; the loops do the rest of a row, or all of it.

// bestKernels are the fastest that this processor can run.
func bestKernels() kernels {
	if !cpu.X86.HasAVX2 {
		return plainGo()
	}
	return kernels{singles: singlesAVX2, pairs: pairsAVX2, columns: fourQuadsAVX2, limited: limitedRowAVX2}
}

// sumArgs is the argument of the sums of rows.
type sumArgs struct {
	src     *byte
	stride  uintptr
	weights *uint32 // each below 1<<16
	rows    uintptr // number of weights, at least 1
	sum     *uint32
	blocks  uintptr // of 16 sums, at least 1
}

//go:noescape
func sumSinglesAVX2(a *sumArgs)

//go:noescape
func sumPairsAVX2(a *sumArgs)

func singlesAVX2(sum []uint32, src []byte, stride int, weights []uint32) int {
	a, n := newSumArgs(sum, src, stride, weights, 16)
	if n > 0 {
		sumSinglesAVX2(&a)
	}
	return n
}

func pairsAVX2(sum []uint32, src []byte, stride int, weights []uint32) int {
	a, n := newSumArgs(sum, src, stride, weights, 32)
	if n > 0 {
		sumPairsAVX2(&a)
	}
	return n
}

// newSumArgs returns the argument for as many blocks of so many bytes as there
// are, and the number of their sums; 0: do not call.
func newSumArgs(sum []uint32, src []byte, stride int, weights []uint32, block int) (sumArgs, int) {
	n := len(sum) / 16
	if n == 0 || len(weights) == 0 {
		return sumArgs{}, 0
	}
	_ = src[(len(weights)-1)*stride+block*n-1]
	return sumArgs{&src[0], uintptr(stride), &weights[0], uintptr(len(weights)), &sum[0], uintptr(n)}, 16 * n
}

// quadArgs is the argument of quadsAVX2.
type quadArgs struct {
	dst           *byte
	sum           *uint32
	quads         *quad
	blocks        uintptr // of four quads, at least 1
	inverse, half uint64
}

//go:noescape
func quadsAVX2(a *quadArgs)

func fourQuadsAVX2(dst []byte, sum []uint32, quads []quad, inverse uint64) int {
	n := len(quads) / 4
	if n == 0 || inverse>>32 != 0 { // the kernel multiplies by 32 bits
		return 0
	}
	_ = dst[4*n-1]
	quadsAVX2(&quadArgs{&dst[0], &sum[0], &quads[0], uintptr(n), inverse, sumHalf})
	return 4 * n
}

// limitedArgs is the argument of limitedAVX2.
type limitedArgs struct {
	dst, y, cb, cr                        *byte
	blocks                                uintptr // of eight pixels, at least 1
	luma, redCr, greenCb, greenCr, blueCb int32
	red, green, blue                      int32
}

//go:noescape
func limitedAVX2(a *limitedArgs)

// limitedRowAVX2 stops two pixels before the end at the latest: the kernel
// writes four bytes more than it has pixels for.
func limitedRowAVX2(dst, y, cb, cr []byte) int {
	n := (len(y) - 2) / 8
	if n <= 0 {
		return 0
	}
	const base = 1<<15 - 16*ofLuma
	_, _, _ = dst[24*n+3], cb[8*n-1], cr[8*n-1]
	limitedAVX2(&limitedArgs{&dst[0], &y[0], &cb[0], &cr[0], uintptr(n), ofLuma, redOfCr, greenOfCb, greenOfCr, blueOfCb,
		base - 128*redOfCr, base - 128*(greenOfCb+greenOfCr), base - 128*blueOfCb})
	return 8 * n
}
