package nn

import "fmt"

// Loader packs layers out of weights for one set of kernels. A weight that is missing or has another shape than asked
// for is recorded, and the layer consists of zeros; call Err once at the end.
type Loader struct {
	kernels *Kernels
	weights *Weights
	err     error
}

// NewLoader returns a loader.
func NewLoader(k *Kernels, w *Weights) *Loader { return &Loader{kernels: k, weights: w} }

// Err returns the first thing that went wrong, nil if nothing did.
func (l *Loader) Err() error { return l.err }

// tensor returns the numbers of a tensor of exactly this shape.
func (l *Loader) tensor(name string, shape ...int) []float32 {
	x, err := l.weights.Floats(name)
	n := 1
	for i, d := range shape {
		n *= d
		if got := l.weights.Shape(name); err == nil && (len(got) != len(shape) || got[i] != d) {
			err = fmt.Errorf("nn: weights: tensor %q has shape %v, the network needs %v", name, got, shape)
		}
	}
	if err != nil {
		if l.err == nil {
			l.err = err
		}
		return make([]float32, n)
	}
	return x
}

// Pointwise is a packed 1x1 convolution.
type Pointwise struct {
	dense   *dense
	in, out Layout
}

// Pointwise packs name.w and name.b from channels laid out as in to channels laid out as out.
func (l *Loader) Pointwise(name string, in, out Layout, act Act) *Pointwise {
	ci, co := in.Channels(), out.Channels()
	w, b := l.tensor(name+".w", co, ci, 1, 1), l.tensor(name+".b", co)
	return l.pointwise(w, b, Pointwise{in: in, out: out}, act)
}

// pointwise packs weights in the order (out, in).
func (l *Loader) pointwise(w, b []float32, p Pointwise, act Act) *Pointwise {
	from, to := inverse(p.in), inverse(p.out)
	bias := alloc(p.out.Padded())
	for place, c := range to {
		if c >= 0 {
			bias[place] = b[c]
		}
	}
	ci := p.in.Channels()
	p.dense = packDense(l.kernels, denseShape{len(from), 1, len(to), act}, func(n, _, k int) float32 {
		if from[k] < 0 || to[n] < 0 {
			return 0
		}
		return w[to[n]*ci+from[k]]
	}, bias)
	return &p
}

// inverse returns the channel at every place in memory, -1 for padding.
func inverse(l Layout) []int {
	inv := make([]int, l.Padded())
	for i := range inv {
		inv[i] = -1
	}
	for c, place := range l.places() {
		inv[place] = c
	}
	return inv
}

// depthwise packs name.w and name.b for channels laid out as in.
func (l *Loader) depthwise(name string, in Layout, d depthwise) *depthwise {
	c := in.Channels()
	w, b := l.tensor(name+".w", c, 1, d.k, d.k), l.tensor(name+".b", c)
	inv := inverse(in)
	d.kernels, d.c = l.kernels, in.Padded()
	return packDepthwise(d, func(place, y, x int) float32 {
		if inv[place] < 0 {
			return 0
		}
		return w[(inv[place]*d.k+y)*d.k+x]
	}, func(place int) float32 {
		if inv[place] < 0 {
			return 0
		}
		return b[inv[place]]
	})
}

// Map is a feature map of H x W pixels with C floats each, C being padded: pixel (y, x) starts at Data[(y*W+x)*C].
type Map struct {
	H, W, C int
	Data    []float32
}

// row returns the floats of row y.
func (m *Map) row(y int) []float32 { return m.Data[y*m.W*m.C : (y+1)*m.W*m.C] }

// Blend replaces m by share*m + (1-share)*base, two maps of the same size. A share of 1 leaves m as it is.
func Blend(m, base *Map, share float32) {
	if share == 1 {
		return
	}
	for i, b := range base.Data {
		m.Data[i] = b + share*(m.Data[i]-b)
	}
}
