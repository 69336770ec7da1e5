package nn

import "unsafe"

// Kernels is one set of kernels. It is immutable.
type Kernels struct {
	name  string
	lanes int               // channels of a depthwise block, floats of a vector
	wide  bool              // the matrix kernels take panels in pairs
	gemm  []func(*gemmArgs) // by rows of a tile, from 1
	dw    [4][]dwTile       // k3s1, k3s2, k5s1, k5s2, each with the largest tile first
	elt   [numElt]func(*eltArgs)
	row   [numRow]func(*rowArgs)
	norm  func(*normArgs)
}

// dwTile is a depthwise kernel for tiles of some pixels of a row. The last kernel of a kind is for single pixels.
type dwTile struct {
	outs int
	run  func(*dwArgs)
}

// The element-wise kernels.
const (
	eltAdd     = iota // dst = a + b
	eltMul            // dst = a*b
	eltBlend          // dst = s0*a + s1*b
	eltScale          // dst = s0*a
	eltMix            // dst = a + b*(c-a)
	eltSigmoid        // dst = 1/(1+exp(-a))
	eltTanh           // dst = tanh(a)
	eltMax            // parts = maxima of a
	eltExpSum         // dst = exp(a-s0), parts = sums
	numElt
)

// The kernels over pixels and channels.
const (
	rowScale = iota // dst = src*vec
	rowSum          // vec += src
	rowWiden        // dst[2x], dst[2x+1] = 3/4, 1/4 and 1/4, 3/4 of src[x], src[x+1]
	numRow
)

// Name returns "avx512", "avx2", "neon" or "go".
func (k *Kernels) Name() string { return k.name }

// product runs g for rows rows; all else in g is set.
func (k *Kernels) product(g *gemmArgs, rows int) {
	most := len(k.gemm)
	if full := rows / most; full > 0 {
		g.tiles = uintptr(full)
		k.gemm[most-1](g)
		rows -= full * most
		if rows == 0 {
			return
		}
		done := uintptr(full * most)
		g.a = unsafe.Add(g.a, done*g.lda)
		g.c = unsafe.Add(g.c, done*g.ldc)
		if g.res != nil {
			g.res = unsafe.Add(g.res, done*g.ldc)
		}
	}
	g.tiles = 1
	k.gemm[rows-1](g)
}

// depthwise runs d for width output pixels with the kernel number kind.
func (k *Kernels) depthwise(d *dwArgs, kind, width int) {
	stride := uintptr(1 + kind&1)
	d.column = 0
	for _, t := range k.dw[kind] {
		n := uintptr(width / t.outs)
		if n == 0 {
			continue
		}
		d.tiles, d.step = n, uintptr(t.outs)*stride*d.ldx
		t.run(d)
		if width %= t.outs; width == 0 {
			return
		}
		d.column += n * d.step
		d.out = unsafe.Add(d.out, n*uintptr(t.outs)*d.ldo)
	}
}

// vectors splits n floats, a multiple of 8, into whole vectors and a last half one.
func (k *Kernels) vectors(n int) (full, tail uintptr) {
	return uintptr(n / k.lanes), uintptr(n % k.lanes / min(8, k.lanes))
}

// each runs an element-wise kernel over n floats.
func (k *Kernels) each(op int, e *eltArgs, n int) {
	e.full, e.tail = k.vectors(n)
	k.elt[op](e)
}
