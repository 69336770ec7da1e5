package nn

import (
	"math"
	"unsafe"
)

// GoKernels returns the kernels in plain Go: the reference, and what runs where there is no assembly.
func GoKernels() *Kernels {
	k := &Kernels{name: "go", lanes: 8, norm: goNormalize}
	for rows := 1; rows <= 4; rows++ {
		k.gemm = append(k.gemm, goGemm(rows))
	}
	for kind := range k.dw {
		k.dw[kind] = dwPair{goDepthwise(kind, 4), goDepthwise(kind, 1)}
	}
	k.elt = [numElt]func(*eltArgs){
		eltAdd:     goElt(func(_ *eltArgs, a, b, _ float32) float32 { return a + b }),
		eltMul:     goElt(func(_ *eltArgs, a, b, _ float32) float32 { return a * b }),
		eltBlend:   goElt(func(e *eltArgs, a, b, _ float32) float32 { return e.s[0]*a + e.s[1]*b }),
		eltScale:   goElt(func(e *eltArgs, a, _, _ float32) float32 { return e.s[0] * a }),
		eltMix:     goElt(func(_ *eltArgs, a, b, c float32) float32 { return a + b*(c-a) }),
		eltSigmoid: goElt(func(_ *eltArgs, a, _, _ float32) float32 { return 1 / (1 + exp(-a)) }),
		eltTanh:    goElt(func(_ *eltArgs, a, _, _ float32) float32 { return 2/(1+exp(-2*a)) - 1 }),
		eltMax:     goMax,
		eltExpSum:  goExpSum,
	}
	k.row = [numRow]func(*rowArgs){goChannelScale, goChannelSum, goWiden}
	return k
}

// exp is the exponential of x limited to [-87, 88].
func exp(x float32) float32 { return float32(math.Exp(float64(min(max(x, -87), 88)))) }

// floats returns the n floats at p, or nil when p is nil.
func floats(p unsafe.Pointer, n uintptr) []float32 {
	if p == nil {
		return nil
	}
	return unsafe.Slice((*float32)(p), n)
}

// goDepthwise returns the depthwise kernel number kind for tiles of outs pixels.
func goDepthwise(kind, outs int) func(*dwArgs) {
	k, stride := 3+kind&2, uintptr(1+kind&1)
	return func(d *dwArgs) {
		for x := range d.tiles * uintptr(outs) {
			column := d.column + x*stride*d.ldx
			w := floats(d.w, (d.full+d.tail)*8*uintptr(1+k*k))
			to := x * d.ldo
			for range d.full + d.tail {
				sum := *(*[8]float32)(w)
				w = w[8:]
				for ky := range k {
					for kx := range k {
						addProduct(&sum, (*[8]float32)(unsafe.Add(d.rows[ky], column+uintptr(kx)*d.ldx)), (*[8]float32)(w))
						w = w[8:]
					}
				}
				for i := range sum {
					sum[i] = activate(d.act, sum[i])
				}
				*(*[8]float32)(unsafe.Add(d.out, to)) = sum
				to, column = to+32, column+32
			}
		}
	}
}

// addProduct adds x*w to sum.
func addProduct(sum, x, w *[8]float32) {
	sum[0] += x[0] * w[0]
	sum[1] += x[1] * w[1]
	sum[2] += x[2] * w[2]
	sum[3] += x[3] * w[3]
	sum[4] += x[4] * w[4]
	sum[5] += x[5] * w[5]
	sum[6] += x[6] * w[6]
	sum[7] += x[7] * w[7]
}

// goElt returns the element-wise kernel of a function. Inputs that a kernel does not have are read from a.
func goElt(op func(e *eltArgs, a, b, c float32) float32) func(*eltArgs) {
	return func(e *eltArgs) {
		n := e.full * 8
		dst, a := floats(e.dst, n), floats(e.a, n)
		b, c := a, a
		if e.b != nil {
			b = floats(e.b, n)
		}
		if e.c != nil {
			c = floats(e.c, n)
		}
		for i := range dst {
			dst[i] = op(e, a[i], b[i], c[i])
		}
	}
}

func goMax(e *eltArgs) {
	a := floats(e.a, e.full*8)
	copy(e.parts[:8], a)
	for i, x := range a {
		e.parts[i%8] = max(e.parts[i%8], x)
	}
}

func goExpSum(e *eltArgs) {
	a, dst := floats(e.a, e.full*8), floats(e.dst, e.full*8)
	e.parts = [16]float32{}
	for i, x := range a {
		dst[i] = exp(x - e.s[0])
		e.parts[i%8] += dst[i]
	}
}

func goChannelScale(r *rowArgs) {
	n := r.full * 8
	vec := floats(r.vec, n)
	for x := range r.count {
		dst, src := floats(unsafe.Add(r.dst, x*r.ldd), n), floats(unsafe.Add(r.src, x*r.lds), n)
		for i := range dst {
			dst[i] = src[i] * vec[i]
		}
	}
}

func goChannelSum(r *rowArgs) {
	n := r.full * 8
	vec := floats(r.vec, n)
	for x := range r.count {
		for i, v := range floats(unsafe.Add(r.src, x*r.lds), n) {
			vec[i] += v
		}
	}
}

func goWiden(r *rowArgs) {
	n := r.full * 8
	for x := range r.count {
		a, b := floats(unsafe.Add(r.src, x*r.lds), n), floats(unsafe.Add(r.src, (x+1)*r.lds), n)
		left, right := floats(unsafe.Add(r.dst, 2*x*r.ldd), n), floats(unsafe.Add(r.dst, (2*x+1)*r.ldd), n)
		for i := range a {
			left[i], right[i] = 0.75*a[i]+0.25*b[i], 0.25*a[i]+0.75*b[i]
		}
	}
}

func goNormalize(n *normArgs) {
	dst, scale, shift := floats(n.dst, n.count*24), floats(n.scale, 48), floats(n.shift, 48)
	src := unsafe.Slice((*byte)(n.src), n.count*24)
	for i, b := range src {
		dst[i] = float32(b)*scale[i%24] + shift[i%24]
	}
}
