package nn

// BlockSpec is the shape of an inverted residual block.
type BlockSpec struct {
	Kernel, Stride int // 3 or 5; 1 or 2
	In, Expand     int // channels
	Out            int
	Squeeze        int // hidden channels of squeeze-and-excite, 0 for none
	Act            Act
}

// Block is a packed inverted residual block: expand 1x1 (left out when Expand is In), depthwise, squeeze-and-excite,
// project 1x1 without activation, plus the input when the shape stays.
type Block struct {
	spec            BlockSpec
	kernels         *Kernels
	expand, project *Pointwise
	squeeze, excite *Pointwise
	depthwise       *depthwise
}

// Block packs name.expand, name.dw, name.se1, name.se2 and name.project.
func (l *Loader) Block(name string, s BlockSpec) *Block {
	b := &Block{spec: s, kernels: l.kernels}
	in, mid, out := Layout{s.In}, Layout{s.Expand}, Layout{s.Out}
	if s.Expand != s.In {
		b.expand = l.Pointwise(name+".expand", in, mid, s.Act)
	}
	b.depthwise = l.depthwise(name+".dw", mid, depthwise{k: s.Kernel, stride: s.Stride, act: s.Act})
	if s.Squeeze > 0 {
		b.squeeze = l.Pointwise(name+".se1", mid, Layout{s.Squeeze}, ReLU)
		b.excite = l.Pointwise(name+".se2", Layout{s.Squeeze}, mid, HardSigmoid)
	}
	b.project = l.Pointwise(name+".project", mid, out, Linear)
	return b
}

// blockStep runs a block row by row: expanded rows live in a ring just large enough for the depthwise kernel.
type blockStep struct {
	block           *Block
	in, out         *Map
	ring            ring
	middle          []float32 // depthwise output: one row, or all with squeeze-and-excite
	gates           gates
	expand, project gemmArgs
}

// Block adds a block and returns its output.
func (p *Plan) Block(b *Block, in *Map) *Map {
	s := b.spec.Stride
	out := p.space.Map(in.H/s, in.W/s, pad(b.spec.Out))
	p.add(&blockStep{block: b, in: in, out: out})
	return out
}

func (s *blockStep) needs() (scratch, zeros int) {
	var c carve
	s.lay(&c, nil)
	return c.used, s.ring.length
}

func (s *blockStep) bind(scratch, zeros []float32) {
	s.lay(&carve{buf: scratch}, zeros)
	b := s.block
	if b.expand != nil {
		s.expand = b.expand.dense.args(s.in.C, s.ring.c, 0)
	}
	s.project = b.project.dense.args(s.ring.c, s.out.C, 0)
	if b.squeeze != nil {
		s.gates.bind(b, s.out.W)
	}
}

// lay divides the scratch memory.
func (s *blockStep) lay(c *carve, zeros []float32) {
	b := s.block
	s.ring = newRing(b.depthwise, s.in, c, zeros)
	rows := 1
	if b.squeeze != nil {
		rows = s.out.H
		s.gates.sum, s.gates.hidden, s.gates.gate = c.take(s.ring.c), c.take(b.squeeze.dense.n), c.take(s.ring.c)
	}
	s.middle = c.take(rows * s.out.W * s.ring.c)
}

func (s *blockStep) run() {
	b := s.block
	s.ring.start()
	clear(s.gates.sum)
	width := s.out.W * s.ring.c
	for y := range s.out.H {
		for s.ring.wants(y) {
			s.fill(s.ring.next())
		}
		mid := s.middle[:width]
		if b.squeeze != nil {
			mid = s.middle[y*width : (y+1)*width]
		}
		s.ring.convolve(y, mid, s.out.W)
		if b.squeeze != nil {
			s.gates.add(mid)
		} else {
			s.finish(y, mid)
		}
	}
	if b.squeeze == nil {
		return
	}
	s.gates.open(1 / float32(s.out.H*s.out.W))
	for y := range s.out.H {
		mid := s.middle[y*width : (y+1)*width]
		s.gates.apply(mid)
		s.finish(y, mid)
	}
}

// fill makes row y of the expanded map.
func (s *blockStep) fill(y int, row []float32) {
	if s.block.expand == nil {
		copy(row, s.in.row(y))
		return
	}
	s.expand.a, s.expand.c = at(s.in.row(y), 0), at(row, 0)
	s.block.kernels.product(&s.expand, s.in.W)
}

// finish projects row y and adds the input.
func (s *blockStep) finish(y int, mid []float32) {
	spec := s.block.spec
	s.project.a, s.project.c = at(mid, 0), at(s.out.row(y), 0)
	if spec.Stride == 1 && spec.In == spec.Out {
		s.project.res = at(s.in.row(y), 0)
	}
	s.block.kernels.product(&s.project, s.out.W)
}

// gates is squeeze-and-excite: a factor per channel out of the mean of the whole map.
type gates struct {
	kernels           *Kernels
	sum, hidden, gate []float32
	mean              eltArgs
	squeeze, excite   gemmArgs
	rows              rowArgs
	width             int
}

func (g *gates) bind(b *Block, width int) {
	g.kernels, g.width = b.kernels, width
	c := len(g.sum)
	g.mean = eltArgs{dst: at(g.sum, 0), a: at(g.sum, 0)}
	g.squeeze, g.excite = b.squeeze.dense.args(c, len(g.hidden), 0), b.excite.dense.args(len(g.hidden), c, 0)
	g.rows = rowArgs{ldd: uintptr(4 * c), lds: uintptr(4 * c)}
	g.rows.full, g.rows.tail = b.kernels.vectors(c)
}

// add adds a row of pixels to the sum.
func (g *gates) add(row []float32) {
	g.rows.dst, g.rows.src, g.rows.vec, g.rows.count = at(row, 0), at(row, 0), at(g.sum, 0), uintptr(g.width)
	g.kernels.row[rowSum](&g.rows)
}

// open computes the factors; the mean is the sum times scale.
func (g *gates) open(scale float32) {
	g.mean.s[0] = scale
	g.kernels.each(eltScale, &g.mean, len(g.sum))
	g.squeeze.a, g.squeeze.c = at(g.sum, 0), at(g.hidden, 0)
	g.kernels.product(&g.squeeze, 1)
	g.excite.a, g.excite.c = at(g.hidden, 0), at(g.gate, 0)
	g.kernels.product(&g.excite, 1)
}

// apply multiplies a row of pixels.
func (g *gates) apply(row []float32) {
	g.rows.dst, g.rows.src, g.rows.vec, g.rows.count = at(row, 0), at(row, 0), at(g.gate, 0), uintptr(g.width)
	g.kernels.row[rowScale](&g.rows)
}
