package nn

// ring holds the last k rows of a map that is made row by row, with zero pixels at both ends, and convolves them
// depthwise. Rows above and below the map are zeros.
type ring struct {
	layer  *depthwise
	c      int // floats per pixel
	length int // floats per row with borders
	height int // rows of the whole map
	rows   []float32
	zeros  []float32
	made   int // rows made so far
	args   dwArgs
}

// newRing returns a ring for the input of a depthwise layer with the height and width of m.
func newRing(layer *depthwise, m *Map, c *carve, zeros []float32) ring {
	r := ring{layer: layer, c: layer.c, height: m.H, zeros: zeros}
	r.length = (m.W + layer.k - 1) * layer.c
	r.rows = c.take(r.length * layer.k)
	r.args = layer.args(layer.c)
	return r
}

// border is the number of floats before the first pixel of a row.
func (r *ring) border() int { return r.layer.k / 2 * r.c }

// start forgets all rows and clears the borders.
func (r *ring) start() {
	r.made = 0
	b := r.border()
	for i := range r.layer.k {
		row := r.rows[i*r.length : (i+1)*r.length]
		clear(row[:b])
		clear(row[len(row)-b:])
	}
}

// wants reports whether output row y needs another row.
func (r *ring) wants(y int) bool { return r.made < min(r.height, y*r.layer.stride+r.layer.k/2+1) }

// next returns the number of the next row and where its pixels go.
func (r *ring) next() (y int, row []float32) {
	y = r.made
	r.made++
	i := y % r.layer.k * r.length
	b := r.border()
	return y, r.rows[i+b : i+r.length-b]
}

// convolve makes width pixels of output row y.
func (r *ring) convolve(y int, out []float32, width int) {
	k := r.layer.k
	for i := range k {
		from := y*r.layer.stride - k/2 + i
		if from < 0 || from >= r.height {
			r.args.rows[i] = at(r.zeros, 0)
		} else {
			r.args.rows[i] = at(r.rows, from%k*r.length)
		}
	}
	r.args.out = at(out, 0)
	r.layer.kernels.depthwise(&r.args, r.layer.kind(), width)
}
