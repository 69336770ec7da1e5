package render

// Fixed point: opacities and weights have 15 bits behind the point, colours 6.
// Products of two such numbers fit 32 bits, and every number 16.
const (
	shareBits  = 15
	mostShare  = 1<<shareBits - 1
	colourBits = 6
)

// times multiplies by a share, rounding to the nearest.
func times(v, share int32) int32 { return (v*share + 1<<(shareBits-1)) >> shareBits }

// ink is an entry of a table ready for mixing.
type ink struct{ opacity, y, cb, cr int16 }

func (t *table) inks() *[steps]ink {
	inks := new([steps]ink)
	for i, e := range t {
		opacity := min((int32(e.a)<<shareBits+127)/255, mostShare)
		inks[i] = ink{int16(opacity), int16(e.y) << colourBits, int16(e.cb) << colourBits, int16(e.cr) << colourBits}
	}
	return inks
}

// window is how many cells the kernels take at a time.
const window = 8

// inkLine is the ink of a row of cells. The last cell is repeated, so that
// every cell has a right neighbour and a whole window from it on.
type inkLine struct{ opacity, y, cb, cr []int16 }

func newInkLine(cells int) inkLine {
	line := func() []int16 { return make([]int16, cells+window) }
	return inkLine{line(), line(), line(), line()}
}

// fill looks up the positions (8.8 fixed point) of all cells.
func (l *inkLine) fill(positions []int32, inks *[steps]ink) {
	n := len(positions)
	opacity, y, cb, cr := l.opacity[:n], l.y[:n], l.cb[:n], l.cr[:n]
	for x, p := range positions {
		k := &inks[uint8((p+128)>>8)]
		opacity[x], y[x], cb[x], cr[x] = k.opacity, k.y, k.cb, k.cr
	}
	for _, line := range [][]int16{l.opacity, l.y, l.cb, l.cr} {
		for x := n; x < len(line); x++ {
			line[x] = line[n-1]
		}
	}
}

// stroke is a row of samples with the colours to be laid over it, cell by cell.
type stroke struct {
	row    []byte
	colour []int16
}

// stencil lays a row of cells over rows of samples: which two cells each
// sample lies between, and where.
type stencil struct {
	start  []int   // first sample that lies behind the middle of a cell; the end
	weight []int16 // of the right cell, for each sample
	kernel mixKernel
}

func newStencil(samples, cells int) *stencil {
	s := &stencil{start: make([]int, cells+1), weight: make([]int16, samples)}
	left := make([]int, samples)
	cell := 0
	for x := range samples {
		// Sample x lies at (x+0.5)*cells/samples - 0.5 cells.
		at := min(max((2*x+1)*cells-samples, 0), 2*samples*(cells-1))
		left[x] = at / (2 * samples)
		s.weight[x] = int16(min((at%(2*samples))<<shareBits/(2*samples), mostShare))
		for ; cell < left[x]; cell++ {
			s.start[cell+1] = x
		}
	}
	for ; cell < cells; cell++ {
		s.start[cell+1] = samples
	}
	s.kernel = newMixKernel(left)
	return s
}

// mix lays colours over two rows, which share an opacity.
func (s *stencil) mix(a, b stroke, opacity []int16) {
	done := s.kernel.mix(s, a, b, opacity)
	for i := len(s.start) - 2; i >= 0 && s.start[i+1] > done; i-- {
		from, to := max(s.start[i], done), s.start[i+1]
		o, d := between(opacity, i)
		if o|d == 0 {
			continue
		}
		va, da := between(a.colour, i)
		vb, db := between(b.colour, i)
		rowA, rowB, weight := a.row[from:to], b.row[from:to], s.weight[from:to]
		for x, w := range weight {
			w := int32(w)
			o := o + times(d, w)
			rowA[x] = laid(rowA[x], va+times(da, w), o)
			rowB[x] = laid(rowB[x], vb+times(db, w), o)
		}
	}
}

// between is what a line has in cell i, and how much more in the next one.
func between(line []int16, i int) (v, d int32) {
	return int32(line[i]), int32(line[i+1]) - int32(line[i])
}

// laid lays a colour over a sample.
func laid(old uint8, colour, opacity int32) uint8 {
	v := int32(old) << colourBits
	return uint8((v + times(colour-v, opacity) + 1<<(colourBits-1)) >> colourBits)
}
