package nn

import (
	"fmt"
	"math"
	"unsafe"
)

// tolerance is the largest difference of a set of kernels from the reference, relative to the larger of 1 and the value.
const tolerance = 1e-4

// checker compares a set of kernels with the reference on made-up numbers.
type checker struct {
	kernels, reference *Kernels
	seed               uint32
	err                error
}

// Check runs every kernel of the set on a few small shapes and returns an error that names the first one that differs
// from plain Go. It takes about a millisecond.
func (k *Kernels) Check() error {
	c := &checker{kernels: k, reference: GoKernels(), seed: 1}
	for _, s := range []gemmCase{{13, 7, 1, 40, HardSwish}, {23, 5, 3, 56, ReLU6}, {1, 8, 1, 8, HardSigmoid}, {6, 3, 1, 16, ReLU}} {
		c.gemm(s)
	}
	for kind := range k.dw {
		c.depthwise(dwCase{kind, 21, 40, HardSwish}) // every size of tile
	}
	c.elements(88)
	c.reductions(128)
	c.rows(3, 40)
	c.normalize(96)
	return c.err
}

// fill returns n numbers in [-2, 2).
func (c *checker) fill(n int) []float32 {
	s := alloc(n)
	for i := range s {
		c.seed = c.seed*1664525 + 1013904223
		s[i] = float32(int32(c.seed>>8)-1<<23) / (1 << 22)
	}
	return s
}

// compare records an error unless got is within the tolerance of want and nothing was written beyond it.
func (c *checker) compare(what string, got, want []float32) {
	for i := range want {
		d := math.Abs(float64(got[i]) - float64(want[i]))
		if c.err == nil && !(d <= tolerance*max(1, math.Abs(float64(want[i])))) {
			c.err = fmt.Errorf("nn: kernels %q: %s: element %d is %v, plain Go has %v", c.kernels.name, what, i, got[i], want[i])
		}
	}
}

// gemmCase is the shape of one product.
type gemmCase struct {
	rows, columns, segs, outputs int
	act                          Act
}

func (c *checker) gemm(s gemmCase) {
	const gap = 3 // floats between the rows, which must stay as they are
	lda := s.columns*s.segs + 5*s.segs + gap
	a, weights, bias := c.fill(lda*s.rows), c.fill(s.outputs*s.columns*s.segs), c.fill(s.outputs)
	res := c.fill(s.rows * (pad(s.outputs) + 8))
	var out [2][]float32
	for i, k := range []*Kernels{c.kernels, c.reference} {
		d := packDense(k, denseShape{s.columns, s.segs, s.outputs, s.act}, func(n, seg, j int) float32 {
			return weights[(n*s.segs+seg)*s.columns+j]
		}, bias)
		for _, residual := range []bool{false, true} {
			run := c.unwritten(s.rows * (d.n + 8))
			g := d.args(lda, d.n+8, s.columns+5)
			g.a, g.c = at(a, 0), at(run, 0)
			if residual {
				g.res = at(res, 0)
			}
			k.product(&g, s.rows)
			out[i] = append(out[i], run...)
		}
	}
	c.compare(fmt.Sprintf("product %+v", s), out[0], out[1])
}

// unwritten returns n floats that show where nothing was written.
func (c *checker) unwritten(n int) []float32 {
	s := alloc(n)
	for i := range s {
		s[i] = -77
	}
	return s
}

// dwCase is the shape of one depthwise row.
type dwCase struct {
	kind, width, channels int
	act                   Act
}

func (c *checker) depthwise(s dwCase) {
	k, stride := 3+s.kind&2, 1+s.kind&1
	rows := make([][]float32, k)
	for i := range rows {
		rows[i] = c.fill(((s.width-1)*stride + k) * s.channels)
	}
	weights, bias := c.fill(k*k*s.channels), c.fill(s.channels)
	var out [2][]float32
	for i, set := range []*Kernels{c.kernels, c.reference} {
		d := packDepthwise(depthwise{kernels: set, c: s.channels, k: k, stride: stride, act: s.act},
			func(ch, y, x int) float32 { return weights[(y*k+x)*s.channels+ch] }, func(ch int) float32 { return bias[ch] })
		a := d.args(s.channels + 8)
		out[i] = c.unwritten(s.width * (s.channels + 8))
		for y := range rows {
			a.rows[y] = at(rows[y], 0)
		}
		a.out = at(out[i], 0)
		set.depthwise(&a, d.kind(), s.width)
	}
	c.compare(fmt.Sprintf("depthwise %+v", s), out[0], out[1])
}

// elements checks the element-wise kernels on n floats, a multiple of 8.
func (c *checker) elements(n int) {
	a, b, third := c.fill(n), c.fill(n), c.fill(n)
	for op := range eltMax {
		var out [2][]float32
		for i, set := range []*Kernels{c.kernels, c.reference} {
			out[i] = c.unwritten(n + 16)
			e := eltArgs{dst: at(out[i], 0), a: at(a, 0), b: at(b, 0), c: at(third, 0), s: [2]float32{0.7, -1.3}}
			set.each(op, &e, n)
		}
		c.compare(fmt.Sprintf("element-wise %d over %d", op, n), out[0], out[1])
	}
}

// reductions checks softmax, which uses the kernels that reduce, on n floats, a multiple of 16.
func (c *checker) reductions(n int) {
	a := c.fill(n)
	var out [2][]float32
	for i, set := range []*Kernels{c.kernels, c.reference} {
		out[i] = c.unwritten(n + 16)
		softmax(set, out[i][:n], a)
	}
	for i := range out {
		for j := range n {
			out[i][j] *= float32(n)
		}
	}
	c.compare(fmt.Sprintf("softmax over %d", n), out[0], out[1])
}

// rows checks the kernels over pixels and channels.
func (c *checker) rows(pixels, channels int) {
	src, vec := c.fill((pixels+1)*channels), c.fill(channels)
	for op := range numRow {
		var out [2][]float32
		for i, set := range []*Kernels{c.kernels, c.reference} {
			out[i] = c.unwritten((2*pixels + 1) * (channels + 8))
			sum := append(alloc(channels)[:0], vec...)
			r := rowArgs{dst: at(out[i], 0), src: at(src, 0), vec: at(sum, 0), ldd: uintptr(4 * (channels + 8)),
				lds: uintptr(4 * channels), count: uintptr(pixels)}
			r.full, r.tail = set.vectors(channels)
			set.row[op](&r)
			out[i] = append(out[i], sum...)
		}
		c.compare(fmt.Sprintf("row-wise %d over %dx%d", op, pixels, channels), out[0], out[1])
	}
}

// normalize checks the conversion of n bytes, a multiple of 96.
func (c *checker) normalize(n int) {
	src, table := make([]byte, n), c.fill(96)
	for i := range src {
		src[i] = byte(i * 37)
	}
	for i := 3; i < 48; i++ {
		table[i], table[48+i] = table[i%3], table[48+i%3]
	}
	var out [2][]float32
	for i, set := range []*Kernels{c.kernels, c.reference} {
		out[i] = c.unwritten(n + 16)
		set.norm(&normArgs{dst: at(out[i], 0), src: unsafe.Pointer(&src[0]), scale: at(table, 0), shift: at(table, 48),
			count: uintptr(n / 3 / set.lanes)})
	}
	c.compare("normalize", out[0], out[1])
}
