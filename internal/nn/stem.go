package nn

import "unsafe"

// Stem is a packed 3x3 convolution with stride 2 over RGB bytes, with the normalization of the bytes.
type Stem struct {
	dense        *dense
	out          int
	scale, shift []float32 // one period of 48
}

// Stem packs name.w and name.b. A byte b of channel i enters as (b/255 - mean[i])/std[i]; both have 3 elements, those of
// std are not 0.
func (l *Loader) Stem(name string, out int, mean, std []float32, act Act) *Stem {
	w, b := l.tensor(name+".w", out, 3, 3, 3), l.tensor(name+".b", out)
	s := &Stem{out: out, scale: alloc(48), shift: alloc(48)}
	for i := range 48 {
		s.scale[i] = 1 / (255 * std[i%3])
		s.shift[i] = -mean[i%3] / std[i%3]
	}
	s.dense = packDense(l.kernels, denseShape{9, 3, out, act}, func(n, y, k int) float32 {
		return w[((n*3+k%3)*3+y)*3+k/3]
	}, b)
	return s
}

// Input holds the image that a plan starts with: H rows of W RGB pixels, one byte a channel. RGB may be replaced between
// runs by another image of the same size.
type Input struct {
	H, W int
	RGB  []byte
}

// stemStep makes one output row out of three normalized rows, of which the last is the first of the next output row.
type stemStep struct {
	stem *Stem
	in   *Input
	out  *Map
	rows []float32 // three rows, each with a zero pixel on the left
	norm normArgs
	gemm gemmArgs
}

// Stem adds a stem and returns its output, half the size of the input, whose sides are multiples of 32.
func (p *Plan) Stem(s *Stem, in *Input) *Map {
	out := p.space.Map(in.H/2, in.W/2, pad(s.out))
	p.add(&stemStep{stem: s, in: in, out: out})
	return out
}

// length is the number of floats of one normalized row.
func (s *stemStep) length() int { return 3 * (s.in.W + 1) }

func (s *stemStep) needs() (scratch, zeros int) { return 3 * s.length(), 0 }

func (s *stemStep) bind(scratch, _ []float32) {
	k := s.stem.dense.kernels
	s.rows = scratch[:3*s.length()]
	s.norm = normArgs{scale: at(s.stem.scale, 0), shift: at(s.stem.shift, 0), count: uintptr(s.in.W / k.lanes)}
	s.gemm = s.stem.dense.args(6, s.out.C, s.length())
}

func (s *stemStep) run() {
	k, n := s.stem.dense.kernels, s.length()
	clear(s.rows)
	for y := range s.out.H {
		copy(s.rows[:n], s.rows[2*n:])
		for i := range 2 {
			s.norm.src = unsafe.Pointer(&s.in.RGB[(2*y+i)*3*s.in.W])
			s.norm.dst = at(s.rows, (1+i)*n+3)
			k.norm(&s.norm)
		}
		s.gemm.a, s.gemm.c = at(s.rows, 0), at(s.out.row(y), 0)
		k.product(&s.gemm, s.out.W)
	}
}
