package rows

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// The kernels of kernels_amd64.s do what the loops of plain Go behind them do,
// bit for bit, for whole blocks; the loops do the rest of a row, or all of it.

// Sets are all that this processor can run, the fastest last.
func Sets() []Kernels {
	sets := []Kernels{Plain()}
	if !cpu.X86.HasAVX2 {
		return sets
	}
	k := Kernels{Singles: singlesAVX2, Pairs: pairsAVX2, Columns: columnsAVX2, Limited: limitedRowAVX2,
		Words: wordsAVX2, Narrow: narrowAVX2}
	sets = append(sets, k)
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW {
		k.Words, k.Narrow, k.Limited, k.sixteens = wordsAVX512, narrowAVX512, limitedRowAVX512, true
		sets = append(sets, k)
	}
	return sets
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
	a, n := newSumArgs(sum, src, stride, weights, 1)
	if n > 0 {
		sumSinglesAVX2(&a)
	}
	return n
}

func pairsAVX2(sum []uint32, src []byte, stride int, weights []uint32) int {
	a, n := newSumArgs(sum, src, stride, weights, 2)
	if n > 0 {
		sumPairsAVX2(&a)
	}
	return n
}

// wordArgs is the argument of the sums of rows in 16 bits.
type wordArgs struct {
	src     *byte
	stride  uintptr
	weights *uint32
	rows    uintptr
	sum     *uint16
	blocks  uintptr // of 16 or 32 sums, at least 1
}

//go:noescape
func wordSinglesAVX2(a *wordArgs)

//go:noescape
func wordPairsAVX2(a *wordArgs)

//go:noescape
func wordSinglesAVX512(a *wordArgs)

//go:noescape
func wordPairsAVX512(a *wordArgs)

func wordsAVX2(sum []uint16, src []byte, stride int, weights []uint32, paired bool) int {
	a, n := newWordArgs(sum, src, stride, weights, paired, 16)
	if n > 0 && paired {
		wordPairsAVX2(&a)
	} else if n > 0 {
		wordSinglesAVX2(&a)
	}
	return n
}

func wordsAVX512(sum []uint16, src []byte, stride int, weights []uint32, paired bool) int {
	a, n := newWordArgs(sum, src, stride, weights, paired, 32)
	if n > 0 && paired {
		wordPairsAVX512(&a)
	} else if n > 0 {
		wordSinglesAVX512(&a)
	}
	return n
}

// newWordArgs returns the argument for blocks of so many sums, and the number of their
// sums; 0: do not call.
func newWordArgs(sum []uint16, src []byte, stride int, weights []uint32, paired bool, block int) (wordArgs, int) {
	n := len(sum) / block
	if n == 0 || len(weights) == 0 {
		return wordArgs{}, 0
	}
	bytes := block * n
	if paired {
		bytes *= 2
	}
	_ = src[(len(weights)-1)*stride+bytes-1]
	return wordArgs{&src[0], uintptr(stride), &weights[0], uintptr(len(weights)), &sum[0], uintptr(n)}, block * n
}

// newSumArgs returns the argument for as many blocks of sums, of so many bytes each, as there
// are, and the number of their sums; 0: do not call.
func newSumArgs(sum []uint32, src []byte, stride int, weights []uint32, bytes int) (sumArgs, int) {
	const block = 16
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

// narrowArgs is the argument of the columns of sums of 16 bits.
type narrowArgs struct {
	dst     *byte
	sum     *uint16
	blocks  unsafe.Pointer // eights or sixteens
	n       uintptr        // of them, at least 1
	inverse uint64         // below 1<<31
	add     uint64         // what makes up for the signs of sums, and rounds
}

//go:noescape
func eightsAVX2(a *narrowArgs)

//go:noescape
func wideEightsAVX2(a *narrowArgs)

//go:noescape
func sixteensAVX512(a *narrowArgs)

//go:noescape
func farSixteensAVX512(a *narrowArgs)

func narrowAVX2(dst []byte, sum []uint16, c *Columns, inverse uint64) int {
	n := len(c.eights)
	if n == 0 {
		return 0
	}
	_, _ = dst[8*n-1], sum[:cap(sum)][c.Quads[8*n-4].First+18-1]
	a := narrowArgs{&dst[0], &sum[0], unsafe.Pointer(&c.eights[0]), uintptr(n), inverse, inverse<<(15+WeightBits) + Half}
	if c.wide {
		wideEightsAVX2(&a)
	} else {
		eightsAVX2(&a)
	}
	return 8 * n
}

func narrowAVX512(dst []byte, sum []uint16, c *Columns, inverse uint64) int {
	n := len(c.sixteen)
	if n == 0 {
		return 0
	}
	_, _ = dst[16*n-1], sum[:cap(sum)][c.Quads[16*(n-1)].First+2+64-1]
	a := narrowArgs{&dst[0], &sum[0], unsafe.Pointer(&c.sixteen[0]), uintptr(n), inverse, inverse<<(15+WeightBits) + Half}
	if c.far {
		farSixteensAVX512(&a)
	} else {
		sixteensAVX512(&a)
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
