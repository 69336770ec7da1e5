package nn

// GRU is a packed convolutional gated recurrent unit with separable 3x3 convolutions, with a 1x1 convolution before and
// one after it.
type GRU struct {
	kernels          *Kernels
	state            Layout
	in, out          *Pointwise
	gates, candidate *depthwise
	z, r, n          *Pointwise
}

// GRU packs name.in, name.zr, name.n and name.out for an input of channels and a state of state channels.
func (l *Loader) GRU(name string, channels, state int) *GRU {
	one, two := Layout{state}, Layout{state, state}
	g := &GRU{kernels: l.kernels, state: one}
	g.in, g.out = l.Pointwise(name+".in", Layout{channels}, one, Linear), l.Pointwise(name+".out", one, Layout{channels}, Linear)
	g.gates = l.depthwise(name+".zr.dw", two, depthwise{k: 3, stride: 1})
	g.candidate = l.depthwise(name+".n.dw", two, depthwise{k: 3, stride: 1})
	w, b := l.tensor(name+".zr.pw.w", 2*state, 2*state, 1, 1), l.tensor(name+".zr.pw.b", 2*state)
	half := len(w) / 2
	g.z = l.pointwise(w[:half], b[:state], Pointwise{in: two, out: one}, Linear)
	g.r = l.pointwise(w[half:], b[state:], Pointwise{in: two, out: one}, Linear)
	g.n = l.Pointwise(name+".n.pw", two, one, Linear)
	return g
}

// gruStep runs one step in time: it changes the state and writes in + layer.out(state) to out.
type gruStep struct {
	layer                 *GRU
	in, state, out        *Map
	x, z, r, n, row       []float32
	ring                  ring
	before, after         gemmArgs
	gateZ, gateR, gateN   gemmArgs
	sigmoid, reset, blend eltArgs
}

// GRU adds a recurrent unit. state is read and written by every run; zeros start a new sequence. The output is in plus what the
// unit adds to it.
func (p *Plan) GRU(g *GRU, in, state *Map) *Map {
	out := p.space.Map(in.H, in.W, in.C)
	p.add(&gruStep{layer: g, in: in, state: state, out: out})
	return out
}

func (s *gruStep) needs() (scratch, zeros int) {
	var c carve
	s.lay(&c, nil)
	return c.used, s.ring.length
}

// lay divides the scratch memory.
func (s *gruStep) lay(c *carve, zeros []float32) {
	n := len(s.state.Data)
	s.ring = newRing(s.layer.gates, s.in, c, zeros)
	s.x, s.z, s.r, s.n = c.take(n), c.take(n), c.take(n), c.take(n)
	s.row = c.take(s.in.W * s.ring.c)
}

func (s *gruStep) bind(scratch, zeros []float32) {
	s.lay(&carve{buf: scratch}, zeros)
	g, c, wide := s.layer, s.state.C, s.ring.c
	s.before, s.after = g.in.dense.args(s.in.C, c, 0), g.out.dense.args(c, s.out.C, 0)
	s.gateZ, s.gateR, s.gateN = g.z.dense.args(wide, c, 0), g.r.dense.args(wide, c, 0), g.n.dense.args(wide, c, 0)
	s.reset = eltArgs{dst: at(s.r, 0), a: at(s.r, 0), b: at(s.state.Data, 0)}
	s.blend = eltArgs{dst: at(s.state.Data, 0), a: at(s.state.Data, 0), b: at(s.z, 0), c: at(s.n, 0)}
}

func (s *gruStep) run() {
	g, n, pixels := s.layer, len(s.x), s.in.H*s.in.W
	k := g.kernels
	s.before.a, s.before.c = at(s.in.Data, 0), at(s.x, 0)
	k.product(&s.before, pixels)
	s.pass(g.gates, s.state.Data, func(y int) {
		s.gate(&s.gateZ, s.z, y)
		s.gate(&s.gateR, s.r, y)
	})
	s.apply(eltSigmoid, s.z)
	s.apply(eltSigmoid, s.r)
	k.each(eltMul, &s.reset, n)
	s.pass(g.candidate, s.r, func(y int) { s.gate(&s.gateN, s.n, y) })
	s.apply(eltTanh, s.n)
	k.each(eltMix, &s.blend, n)
	s.after.a, s.after.c, s.after.res = at(s.state.Data, 0), at(s.out.Data, 0), at(s.in.Data, 0)
	k.product(&s.after, pixels)
}

// pass convolves x and other, concatenated, depthwise and calls use for every row.
func (s *gruStep) pass(layer *depthwise, other []float32, use func(y int)) {
	c := s.state.C
	width := s.in.W * c
	s.ring.layer, s.ring.args.w = layer, at(layer.packed, 0)
	s.ring.start()
	for y := range s.in.H {
		for s.ring.wants(y) {
			from, row := s.ring.next()
			spread(row, s.ring.c, s.x[from*width:(from+1)*width], c)
			spread(row[c:], s.ring.c, other[from*width:(from+1)*width], c)
		}
		s.ring.convolve(y, s.row, s.in.W)
		use(y)
	}
}

// gate projects the convolved row to row y of a gate.
func (s *gruStep) gate(g *gemmArgs, out []float32, y int) {
	g.a, g.c = at(s.row, 0), at(out, y*s.in.W*s.state.C)
	s.layer.kernels.product(g, s.in.W)
}

// apply applies an element-wise kernel in place.
func (s *gruStep) apply(op int, x []float32) {
	s.sigmoid.dst, s.sigmoid.a = at(x, 0), at(x, 0)
	s.layer.kernels.each(op, &s.sigmoid, len(x))
}
