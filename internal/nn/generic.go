package nn

import (
	"math"
	"unsafe"
)

// GoKernels returns the kernels in plain Go: the reference, and what runs where there is no assembly.
func GoKernels() *Kernels {
	k := &Kernels{name: "go", lanes: 8, norm: goNormalize}
	for rows := 1; rows <= 3; rows++ {
		k.gemm = append(k.gemm, goGemm(rows))
	}
	for kind := range k.dw {
		k.dw[kind] = []dwTile{{4, goDepthwise(kind, 4)}, {1, goDepthwise(kind, 1)}}
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
	k, stride := uintptr(3+kind&2), uintptr(1+kind&1)
	return func(d *dwArgs) {
		for x := range d.tiles * uintptr(outs) {
			column := d.column + x*stride*d.ldx
			for block := range d.full + d.tail {
				w := block * 32 * (1 + k*k)
				for half := uintptr(0); half < 32; half += 16 {
					goTaps(d, k, column+block*32+half, w+half, x*d.ldo+block*32+half)
				}
			}
		}
	}
}

// goTaps makes 4 channels of one pixel from the byte offsets of its first input, weights and output.
func goTaps(d *dwArgs, k, from, w, to uintptr) {
	bias := (*[4]float32)(unsafe.Add(d.w, w))
	s0, s1, s2, s3 := bias[0], bias[1], bias[2], bias[3]
	for _, row := range d.rows[:k] {
		for kx := range k {
			w += 32
			x, y := (*[4]float32)(unsafe.Add(row, from+kx*d.ldx)), (*[4]float32)(unsafe.Add(d.w, w))
			s0 += x[0] * y[0]
			s1 += x[1] * y[1]
			s2 += x[2] * y[2]
			s3 += x[3] * y[3]
		}
	}
	out := (*[4]float32)(unsafe.Add(d.out, to))
	out[0], out[1] = activate(d.act, s0), activate(d.act, s1)
	out[2], out[3] = activate(d.act, s2), activate(d.act, s3)
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
