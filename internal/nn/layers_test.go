package nn

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

// made is a weights file with random numbers, made for a test.
type made struct {
	header map[string]entry
	data   []byte
	floats map[string][]float32
	random *rand.Rand
}

func newMade(seed uint64) *made {
	return &made{map[string]entry{}, nil, map[string][]float32{}, rand.New(rand.NewPCG(seed, 1))}
}

// conv adds a convolution and its bias.
func (m *made) conv(name string, out, in, k int) {
	m.tensor(name+".w", out, in, k, k)
	m.tensor(name+".b", out)
}

func (m *made) tensor(name string, shape ...int) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	x := make([]float32, n)
	start := int64(len(m.data))
	for i := range x {
		x[i] = (m.random.Float32() - 0.5) * 0.7
		m.data = binary.LittleEndian.AppendUint32(m.data, math.Float32bits(x[i]))
	}
	m.floats[name] = x
	m.header[name] = entry{"F32", shape, [2]int64{start, int64(len(m.data))}}
}

func (m *made) open(t *testing.T) *Weights {
	t.Helper()
	h, err := json.Marshal(m.header)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Open(file(string(h), m.data))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// plane is a map in the plainest form: [channel][y][x].
type plane [][][]float32

func newPlane(c, h, w int) plane {
	p := make(plane, c)
	for i := range p {
		p[i] = make([][]float32, h)
		for y := range p[i] {
			p[i][y] = make([]float32, w)
		}
	}
	return p
}

// random fills a plane.
func (m *made) plane(c, h, w int) plane {
	p := newPlane(c, h, w)
	p.each(func(v *float32, _, _, _ int) { *v = m.random.Float32()*2 - 1 })
	return p
}

func (p plane) each(do func(v *float32, c, y, x int)) {
	for c := range p {
		for y := range p[c] {
			for x := range p[c][y] {
				do(&p[c][y][x], c, y, x)
			}
		}
	}
}

// conv is the convolution name, straight from its definition.
func (m *made) apply(name string, in plane, stride int, act Act) plane {
	w, shape := m.floats[name+".w"], m.header[name+".w"].Shape
	k := shape[2]
	h, width := (len(in[0])+stride-1)/stride, (len(in[0][0])+stride-1)/stride
	out := newPlane(shape[0], h, width)
	out.each(func(v *float32, c, y, x int) {
		sum := float64(m.floats[name+".b"][c])
		for i := range shape[1] {
			src := in[i]
			if shape[1] == 1 && len(in) > 1 {
				src = in[c]
			}
			for t := range k * k {
				sy, sx := y*stride+t/k-k/2, x*stride+t%k-k/2
				if sy >= 0 && sy < len(src) && sx >= 0 && sx < len(src[0]) {
					sum += float64(w[(c*shape[1]+i)*k*k+t]) * float64(src[sy][sx])
				}
			}
		}
		*v = activate(act, float32(sum))
	})
	return out
}

func (p plane) mapped(f func(c, y, x int, v float32) float32) plane {
	out := newPlane(len(p), len(p[0]), len(p[0][0]))
	out.each(func(v *float32, c, y, x int) { *v = f(c, y, x, p[c][y][x]) })
	return out
}

func (p plane) plus(q plane) plane {
	return p.mapped(func(c, y, x int, v float32) float32 { return v + q[c][y][x] })
}

// toMap writes a plane to a map, toPlane back.
func (p plane) toMap(m *Map) {
	p.each(func(v *float32, c, y, x int) { m.Data[(y*m.W+x)*m.C+c] = *v })
}

// differs fails the test unless the map holds the plane and zeros in the padding.
func (p plane) check(t *testing.T, what string, m *Map) {
	t.Helper()
	worst := 0.0
	p.each(func(v *float32, c, y, x int) {
		worst = max(worst, math.Abs(float64(m.Data[(y*m.W+x)*m.C+c]-*v)))
	})
	for i, v := range m.Data {
		if i%m.C >= len(p) && v != 0 {
			t.Fatalf("%s: padding holds %v", what, v)
		}
	}
	if !(worst < 1e-4) {
		t.Errorf("%s: off by %g", what, worst)
	}
}

// eachSet runs a test for every set of kernels.
func eachSet(t *testing.T, do func(t *testing.T, k *Kernels)) {
	for _, k := range runnable() {
		t.Run(k.Name(), func(t *testing.T) { do(t, k) })
	}
}

func TestBlock(t *testing.T) {
	eachSet(t, func(t *testing.T, k *Kernels) {
		for i, s := range []BlockSpec{
			{3, 1, 5, 11, 5, 0, HardSwish}, {5, 2, 8, 27, 12, 3, ReLU6}, {3, 2, 9, 9, 9, 4, HardSwish},
			{5, 1, 16, 24, 16, 8, HardSwish}, {5, 1, 3, 40, 7, 0, ReLU6},
		} {
			m := newMade(uint64(i))
			if s.In != s.Expand {
				m.conv("b.expand", s.Expand, s.In, 1)
			}
			m.conv("b.dw", s.Expand, 1, s.Kernel)
			if s.Squeeze > 0 {
				m.conv("b.se1", s.Squeeze, s.Expand, 1)
				m.conv("b.se2", s.Expand, s.Squeeze, 1)
			}
			m.conv("b.project", s.Out, s.Expand, 1)
			l := NewLoader(k, m.open(t))
			block := l.Block("b", s)
			if l.Err() != nil {
				t.Fatal(l.Err())
			}
			x := m.plane(s.In, 6, 14)
			w := NewWorkspace(k)
			in, p := w.Map(6, 14, pad(s.In)), w.Plan()
			out := p.Block(block, in)
			w.Ready()
			x.toMap(in)
			for range 2 { // the second run finds a dirty scratch buffer
				p.Run()
				m.block(s, x).check(t, "block", out)
			}
		}
	})
}

// block is the inverted residual from its definition.
func (m *made) block(s BlockSpec, x plane) plane {
	y := x
	if s.In != s.Expand {
		y = m.apply("b.expand", y, 1, s.Act)
	}
	y = m.apply("b.dw", y, s.Stride, s.Act)
	if s.Squeeze > 0 {
		mean := newPlane(len(y), 1, 1)
		y.each(func(v *float32, c, _, _ int) { mean[c][0][0] += *v / float32(len(y[0])*len(y[0][0])) })
		gate := m.apply("b.se2", m.apply("b.se1", mean, 1, ReLU), 1, HardSigmoid)
		y = y.mapped(func(c, _, _ int, v float32) float32 { return v * gate[c][0][0] })
	}
	y = m.apply("b.project", y, 1, Linear)
	if s.Stride == 1 && s.In == s.Out {
		y = y.plus(x)
	}
	return y
}

// twice is bilinear enlargement with pixel centers in the middle.
func (p plane) twice() plane {
	out := newPlane(len(p), 2*len(p[0]), 2*len(p[0][0]))
	out.each(func(v *float32, c, y, x int) {
		h, w := len(p[c]), len(p[c][0])
		sy, sx := max((float64(y)+0.5)/2-0.5, 0), max((float64(x)+0.5)/2-0.5, 0)
		y0, x0 := int(sy), int(sx)
		y1, x1 := min(y0+1, h-1), min(x0+1, w-1)
		fy, fx := float32(sy)-float32(y0), float32(sx)-float32(x0)
		top := p[c][y0][x0]*(1-fx) + p[c][y0][x1]*fx
		low := p[c][y1][x0]*(1-fx) + p[c][y1][x1]*fx
		*v = top*(1-fy) + low*fy
	})
	return out
}

func TestDecoder(t *testing.T) {
	eachSet(t, func(t *testing.T, k *Kernels) {
		m := newMade(3)
		m.conv("lat", 5, 9, 1)
		m.conv("s.dw", 16, 1, 5)
		m.conv("s.pw", 13, 16, 1)
		m.conv("h", 1, 13, 3)
		l := NewLoader(k, m.open(t))
		lat := l.Pointwise("lat", Layout{9}, Layout{5}, HardSwish)
		sep := l.Separable("s", 5, Layout{11, 5}, 13, ReLU6)
		head := l.Head("h", 13, 3)
		if l.Err() != nil {
			t.Fatal(l.Err())
		}
		small, fine := m.plane(11, 3, 5), m.plane(9, 6, 10)
		w := NewWorkspace(k)
		a, b, p := w.Map(3, 5, 16), w.Map(6, 10, 16), w.Plan()
		joined := p.Separable(sep, nil, w.Map(6, 10, 16), w.Doubled(a), Projected(lat, b))
		logits := p.Head(head, joined)
		w.Ready()
		small.toMap(a)
		fine.toMap(b)
		p.Run()
		want := append(small.twice(), m.apply("lat", fine, 1, HardSwish)...)
		want = m.apply("s.pw", m.apply("s.dw", want, 1, ReLU6), 1, ReLU6)
		want.check(t, "separable", joined)
		m.apply("h", want, 1, Linear).check(t, "head", &Map{6, 10, 1, logits})
	})
}

func TestGRU(t *testing.T) {
	eachSet(t, func(t *testing.T, k *Kernels) {
		const c, s = 10, 6
		m := newMade(4)
		m.conv("g.in", s, c, 1)
		m.conv("g.zr.dw", 2*s, 1, 3)
		m.conv("g.zr.pw", 2*s, 2*s, 1)
		m.conv("g.n.dw", 2*s, 1, 3)
		m.conv("g.n.pw", s, 2*s, 1)
		m.conv("g.out", c, s, 1)
		l := NewLoader(k, m.open(t))
		g := l.GRU("g", c, s)
		if l.Err() != nil {
			t.Fatal(l.Err())
		}
		w := NewWorkspace(k)
		in, state, p := w.Map(3, 7, 16), w.Map(3, 7, 8), w.Plan()
		out := p.GRU(g, in, state)
		w.Ready()
		h := m.plane(s, 3, 7)
		h.toMap(state)
		for range 3 {
			x := m.plane(c, 3, 7)
			x.toMap(in)
			p.Run()
			a := m.apply("g.in", x, 1, Linear)
			zr := m.apply("g.zr.pw", m.apply("g.zr.dw", append(a[:s:s], h...), 1, Linear), 1, Linear)
			zr = zr.mapped(func(_, _, _ int, v float32) float32 { return 1 / (1 + exp(-v)) })
			rh := h.mapped(func(c, y, x int, v float32) float32 { return v * zr[s+c][y][x] })
			n := m.apply("g.n.pw", m.apply("g.n.dw", append(a[:s:s], rh...), 1, Linear), 1, Linear)
			h = h.mapped(func(c, y, x int, v float32) float32 {
				return (1-zr[c][y][x])*v + zr[c][y][x]*float32(math.Tanh(float64(n[c][y][x])))
			})
			m.apply("g.out", h, 1, Linear).plus(x).check(t, "output", out)
			h.mapped(func(_, _, _ int, v float32) float32 { return v }).checkLoose(t, state)
		}
	})
}

// checkLoose is check but for the padding, which the state may use.
func (p plane) checkLoose(t *testing.T, m *Map) {
	t.Helper()
	p.each(func(v *float32, c, y, x int) {
		if d := math.Abs(float64(m.Data[(y*m.W+x)*m.C+c] - *v)); d > 1e-4 {
			t.Fatalf("state is off by %g", d)
		}
	})
}

func TestStem(t *testing.T) {
	eachSet(t, func(t *testing.T, k *Kernels) {
		m := newMade(5)
		m.conv("stem", 10, 3, 3)
		l := NewLoader(k, m.open(t))
		mean, std := []float32{0.5, 0.4, 0.3}, []float32{0.2, 0.25, 0.3}
		stem := l.Stem("stem", 10, mean, std, HardSwish)
		input := &Input{H: 32, W: 96, RGB: make([]byte, 3*32*96)}
		x := newPlane(3, 32, 96)
		x.each(func(v *float32, c, y, col int) {
			b := byte(m.random.IntN(256))
			input.RGB[3*(y*96+col)+c] = b
			*v = (float32(b)/255 - mean[c]) / std[c]
		})
		w := NewWorkspace(k)
		p := w.Plan()
		out := p.Stem(stem, input)
		w.Ready()
		p.Run()
		m.apply("stem", x, 2, HardSwish).check(t, "stem", out)
		if a := testing.AllocsPerRun(3, p.Run); a != 0 {
			t.Errorf("a run allocates %v times", a)
		}
	})
}

func TestLoaderReports(t *testing.T) {
	m := newMade(6)
	m.conv("a", 8, 8, 1)
	l := NewLoader(GoKernels(), m.open(t))
	l.Pointwise("a", Layout{9}, Layout{8}, Linear)
	if l.Err() == nil {
		t.Error("a wrong shape was accepted")
	}
}
