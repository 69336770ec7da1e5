package nn

// Separable is a packed depthwise convolution and a 1x1 convolution, both with activation.
type Separable struct {
	depthwise *depthwise
	pointwise *Pointwise
}

// Separable packs name.dw and name.pw.
func (l *Loader) Separable(name string, kernel int, in Layout, out int, act Act) *Separable {
	return &Separable{
		depthwise: l.depthwise(name+".dw", in, depthwise{k: kernel, stride: 1, act: act}),
		pointwise: l.Pointwise(name+".pw", in, Layout{out}, act),
	}
}

// Source makes some channels of a map row by row.
type Source interface {
	channels() int
	needs() int // scratch floats
	bind(scratch []float32, c int)
	fill(y int, dst []float32) // dst is a row of pixels of c floats each
}

// separableStep runs a separable convolution over the concatenation of its sources, which is never stored.
type separableStep struct {
	layer    *Separable
	sources  []Source
	out      *Map
	residual *Map
	ring     ring
	row      []float32
	parts    [][]float32
	gemm     gemmArgs
}

// Separable adds a separable convolution over the sources, whose layout is the layer's, and returns its output of
// height x width. The residual, if not nil, is added to it.
func (p *Plan) Separable(s *Separable, residual, out *Map, sources ...Source) *Map {
	p.add(&separableStep{layer: s, residual: residual, out: out, sources: sources})
	return out
}

func (s *separableStep) needs() (scratch, zeros int) {
	var c carve
	s.lay(&c, nil)
	return c.used, s.ring.length
}

func (s *separableStep) bind(scratch, zeros []float32) {
	s.lay(&carve{buf: scratch}, zeros)
	for i, src := range s.sources {
		src.bind(s.parts[i], s.ring.c)
	}
	s.gemm = s.layer.pointwise.dense.args(s.ring.c, s.out.C, 0)
}

// lay divides the scratch memory.
func (s *separableStep) lay(c *carve, zeros []float32) {
	s.ring = newRing(s.layer.depthwise, s.out, c, zeros)
	s.row = c.take(s.out.W * s.ring.c)
	s.parts = nil
	for _, src := range s.sources {
		s.parts = append(s.parts, c.take(src.needs()))
	}
}

func (s *separableStep) run() {
	k := s.layer.depthwise.kernels
	s.ring.start()
	for y := range s.out.H {
		for s.ring.wants(y) {
			from, row := s.ring.next()
			for _, src := range s.sources {
				src.fill(from, row)
				row = row[src.channels():]
			}
		}
		s.ring.convolve(y, s.row, s.out.W)
		s.gemm.a, s.gemm.c = at(s.row, 0), at(s.out.row(y), 0)
		if s.residual != nil {
			s.gemm.res = at(s.residual.row(y), 0)
		}
		k.product(&s.gemm, s.out.W)
	}
}

// copied is a map as it is.
type copied struct {
	in *Map
	c  int
}

// Copied returns the source of a map's channels.
func Copied(m *Map) Source { return &copied{in: m} }

func (s *copied) channels() int             { return s.in.C }
func (s *copied) needs() int                { return 0 }
func (s *copied) bind(_ []float32, c int)   { s.c = c }
func (s *copied) fill(y int, dst []float32) { spread(dst, s.c, s.in.row(y), s.in.C) }

// spread copies pixels of from floats to pixels of to floats.
func spread(dst []float32, to int, src []float32, from int) {
	if to == from {
		copy(dst, src)
		return
	}
	for x := 0; x*from < len(src); x++ {
		copy(dst[x*to:], src[x*from:(x+1)*from])
	}
}

// projected is a 1x1 convolution of a map.
type projected struct {
	layer *Pointwise
	in    *Map
	gemm  gemmArgs
}

// Projected returns the source of a 1x1 convolution's output.
func Projected(layer *Pointwise, m *Map) Source { return &projected{layer: layer, in: m} }

func (s *projected) channels() int           { return s.layer.dense.n }
func (s *projected) needs() int              { return 0 }
func (s *projected) bind(_ []float32, c int) { s.gemm = s.layer.dense.args(s.in.C, c, 0) }

func (s *projected) fill(y int, dst []float32) {
	s.gemm.a, s.gemm.c = at(s.in.row(y), 0), at(dst, 0)
	s.layer.dense.kernels.product(&s.gemm, s.in.W)
}

// doubled is a map enlarged twofold by bilinear interpolation between pixel centers.
type doubled struct {
	kernels *Kernels
	in      *Map
	c       int
	row     []float32
	blend   eltArgs
	widen   rowArgs
}

// Doubled returns the source of a map enlarged to twice its sides.
func (w *Workspace) Doubled(m *Map) Source { return &doubled{kernels: w.kernels, in: m} }

func (s *doubled) channels() int { return s.in.C }
func (s *doubled) needs() int    { return s.in.W * s.in.C }

func (s *doubled) bind(scratch []float32, c int) {
	s.c, s.row = c, scratch
	s.blend = eltArgs{dst: at(scratch, 0)}
	s.widen = rowArgs{src: at(scratch, 0), ldd: uintptr(4 * c), lds: uintptr(4 * s.in.C)}
	s.widen.full, s.widen.tail = s.kernels.vectors(s.in.C)
}

func (s *doubled) fill(y int, dst []float32) {
	nearest := y / 2
	other := min(max(nearest-1+2*(y%2), 0), s.in.H-1)
	s.blend.a, s.blend.b = at(s.in.row(nearest), 0), at(s.in.row(other), 0)
	s.blend.s = [2]float32{0.75, 0.25}
	s.kernels.each(eltBlend, &s.blend, len(s.row))
	last := (2*s.in.W - 1) * s.c
	copy(dst[:s.in.C], s.row)
	copy(dst[last:last+s.in.C], s.row[len(s.row)-s.in.C:])
	if s.in.W > 1 {
		s.widen.dst, s.widen.count = at(dst, s.c), uintptr(s.in.W-1)
		s.kernels.row[rowWiden](&s.widen)
	}
}

// pointwiseStep is a 1x1 convolution of a whole map.
type pointwiseStep struct {
	layer   *Pointwise
	in, out *Map
	gemm    gemmArgs
}

// Pointwise adds a 1x1 convolution and returns its output.
func (p *Plan) Pointwise(layer *Pointwise, in *Map) *Map {
	out := p.space.Map(in.H, in.W, layer.dense.n)
	p.add(&pointwiseStep{layer: layer, in: in, out: out})
	return out
}

func (s *pointwiseStep) needs() (scratch, zeros int) { return 0, 0 }
func (s *pointwiseStep) bind(_, _ []float32)         { s.gemm = s.layer.dense.args(s.in.C, s.out.C, 0) }

func (s *pointwiseStep) run() {
	s.gemm.a, s.gemm.c = at(s.in.Data, 0), at(s.out.Data, 0)
	s.layer.dense.kernels.product(&s.gemm, s.in.H*s.in.W)
}
