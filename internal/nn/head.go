package nn

// Head is a packed k x k convolution to a single channel. It runs as a 1x1 convolution to one channel per tap, whose
// results are added shifted, because a convolution to one channel would leave the vectors empty.
type Head struct {
	taps *Pointwise
	k    int
	bias float32
}

// Head packs name.w and name.b; k is odd.
func (l *Loader) Head(name string, in, k int) *Head {
	w, b := l.tensor(name+".w", 1, in, k, k), l.tensor(name+".b", 1)
	turned := make([]float32, len(w))
	for c := range in {
		for t := range k * k {
			turned[t*in+c] = w[c*k*k+t]
		}
	}
	p := Pointwise{in: Layout{in}, out: Layout{k * k}}
	return &Head{taps: l.pointwise(turned, make([]float32, k*k), p, Linear), k: k, bias: b[0]}
}

// headStep keeps the taps of the last k rows, with zero pixels at both ends.
type headStep struct {
	head   *Head
	in     *Map
	out    []float32
	rows   []float32
	length int
	gemm   gemmArgs
}

// Head adds a head and returns its output, one float per pixel.
func (p *Plan) Head(h *Head, in *Map) []float32 {
	out := alloc(in.H * in.W)
	p.add(&headStep{head: h, in: in, out: out})
	return out
}

func (s *headStep) needs() (scratch, zeros int) {
	s.length = (s.in.W + s.head.k - 1) * s.head.taps.dense.n
	return s.length * s.head.k, 0
}

func (s *headStep) bind(scratch, _ []float32) {
	s.rows = scratch[:s.length*s.head.k]
	s.gemm = s.head.taps.dense.args(s.in.C, s.head.taps.dense.n, 0)
}

func (s *headStep) run() {
	k, n := s.head.k, s.head.taps.dense.n
	clear(s.rows)
	for y := range s.in.H + k/2 {
		row := s.rows[y%k*s.length:][:s.length]
		if y < s.in.H {
			s.gemm.a, s.gemm.c = at(s.in.row(y), 0), at(row, k/2*n)
			s.head.taps.dense.kernels.product(&s.gemm, s.in.W)
		} else {
			clear(row)
		}
		if y >= k/2 {
			s.sum(y - k/2)
		}
	}
}

// sum adds the taps of output row y.
func (s *headStep) sum(y int) {
	k, n := s.head.k, s.head.taps.dense.n
	out := s.out[y*s.in.W : (y+1)*s.in.W]
	for x := range out {
		out[x] = s.head.bias
	}
	for ky := range k {
		from := y + ky - k/2
		if from < 0 {
			continue
		}
		row := s.rows[from%k*s.length:][:s.length]
		for kx := range k {
			i := kx*n + ky*k + kx
			for x := range out {
				out[x] += row[i]
				i += n
			}
		}
	}
}

// softmaxStep turns logits into a density.
type softmaxStep struct {
	kernels *Kernels
	args    eltArgs
	n       int
}

// Softmax adds the last step: the exponential of the logits over the sum of all. The length is a multiple of 16.
func (p *Plan) Softmax(logits []float32) []float32 {
	s := &softmaxStep{kernels: p.space.kernels, n: len(logits)}
	out := alloc(s.n)
	s.args = eltArgs{dst: at(out, 0), a: at(logits, 0)}
	p.add(s)
	return out
}

func (s *softmaxStep) needs() (scratch, zeros int) { return 0, 0 }
func (s *softmaxStep) bind(_, _ []float32)         {}
func (s *softmaxStep) run()                        { softmaxWith(s.kernels, &s.args, s.n) }
