package nn

// Layout is how the channels of a map lie in memory: its parts follow one another, each padded to a multiple of 8.
type Layout []int

// Channels is the number of channels without padding.
func (l Layout) Channels() int {
	n := 0
	for _, c := range l {
		n += c
	}
	return n
}

// Padded is the number of floats per pixel.
func (l Layout) Padded() int {
	n := 0
	for _, c := range l {
		n += pad(c)
	}
	return n
}

// places returns the place in memory of every channel.
func (l Layout) places() []int {
	var p []int
	start := 0
	for _, c := range l {
		for i := range c {
			p = append(p, start+i)
		}
		start += pad(c)
	}
	return p
}

// dense is a packed convolution over all channels, 1x1 or of a few taps that lie in memory one after the other. It is
// immutable.
type dense struct {
	kernels       *Kernels
	columns, segs int // columns of one segment of A, segments
	n             int // outputs, padded
	weights, bias []float32
	act           Act
}

// denseShape is what packDense needs to know beside the weights.
type denseShape struct {
	columns, segs int
	outputs       int
	act           Act
}

// packDense packs weights for one set of kernels. weight returns the weight from column k of a segment to output n;
// bias may be nil.
func packDense(k *Kernels, s denseShape, weight func(n, seg, k int) float32, bias []float32) *dense {
	d := &dense{kernels: k, columns: s.columns, segs: s.segs, n: pad(s.outputs), act: s.act}
	d.weights, d.bias = alloc(d.n*s.columns*s.segs), alloc(d.n)
	copy(d.bias, bias)
	i := 0
	for start := 0; start < d.n; start += 16 {
		width := min(16, d.n-start)
		for seg := range s.segs {
			for k := range s.columns {
				for n := start; n < start+width; n++ {
					if n < s.outputs {
						d.weights[i] = weight(n, seg, k)
					}
					i++
				}
			}
		}
	}
	return d
}

// args returns the kernel's argument for rows of A and C at these distances in floats. A, C and the residual are left
// to the caller; segments follow one another at segStride floats.
func (d *dense) args(lda, ldc, segStride int) gemmArgs {
	g := gemmArgs{b: at(d.weights, 0), bias: at(d.bias, 0), act: d.act}
	g.lda, g.ldc = uintptr(4*lda), uintptr(4*ldc)
	g.k4, g.k1 = uintptr(d.columns/4), uintptr(d.columns%4)
	g.segs, g.segDelta = uintptr(d.segs), uintptr(4*(segStride-d.columns))
	g.n16, g.n8 = uintptr(d.n/16), uintptr(d.n%16/8)
	if d.kernels.wide {
		g.n32, g.n16 = g.n16/2, g.n16%2
	}
	g.panelBytes = uintptr(4 * 16 * d.columns * d.segs)
	return g
}

// depthwise is a packed depthwise convolution. It is immutable.
type depthwise struct {
	kernels   *Kernels
	c         int // channels, padded
	k, stride int
	packed    []float32
	act       Act
}

// kind is the number of the kernel.
func (d *depthwise) kind() int { return d.k - 3 + d.stride - 1 }

// packDepthwise packs weights of c channels, a multiple of 8. weight returns the weight of channel c at tap (y, x) and
// bias its bias; they are asked for places in memory and return 0 for padding.
func packDepthwise(d depthwise, weight func(c, y, x int) float32, bias func(c int) float32) *depthwise {
	taps := d.k * d.k
	d.packed = alloc(d.c * (1 + taps))
	i := 0
	for start := 0; start < d.c; start += d.kernels.block() {
		width := min(d.kernels.block(), d.c-start)
		for c := start; c < start+width; c++ {
			d.packed[i] = bias(c)
			i++
		}
		for t := range taps {
			for c := start; c < start+width; c++ {
				d.packed[i] = weight(c, t/d.k, t%d.k)
				i++
			}
		}
	}
	return &d
}

// args returns the kernel's argument for pixels of d.c floats in the input and ldo in the output.
func (d *depthwise) args(ldo int) dwArgs {
	a := dwArgs{w: at(d.packed, 0), ldx: uintptr(4 * d.c), ldo: uintptr(4 * ldo), act: d.act}
	block := d.kernels.block()
	a.full, a.tail = uintptr(d.c/block), uintptr(d.c%block/8)
	return a
}

// block is the number of channels that the depthwise kernels take at once.
func (k *Kernels) block() int { return max(8, k.lanes) }
