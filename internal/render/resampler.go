package render

// Fixed point: opacities and weights have 15 bits behind the point, colors 6.
// Products of two such numbers fit 32 bits, and every number 16.
const (
	shareBits = 15
	mostShare = 1<<shareBits - 1
	colorBits = 6
)

// times multiplies by a share, rounding to the nearest.
func times(v, share int32) int32 { return (v*share + 1<<(shareBits-1)) >> shareBits }

// blendColor is an entry of a table ready for blending.
type blendColor struct{ opacity, alpha, y, cb, cr int16 }

func (t *table) blendColors() *[steps]blendColor {
	colors := new([steps]blendColor)
	for i, e := range t {
		opacity := min((int32(e.a)<<shareBits+127)/255, mostShare)
		colors[i] = blendColor{int16(opacity), int16(e.a) << colorBits, int16(e.y) << colorBits, int16(e.cb) << colorBits, int16(e.cr) << colorBits}
	}
	return colors
}

// window is how many cells the kernels take at a time.
const window = 8

// colorRow is the color of a row of cells: how much of it shows, as a share and
// as a sample of an alpha plane, and its samples. The last cell is repeated, so
// that every cell has a right neighbor and a whole window from it on.
type colorRow struct{ opacity, alpha, y, cb, cr []int16 }

func newColorRow(cells int) colorRow {
	row := func() []int16 { return make([]int16, cells+window) }
	return colorRow{row(), row(), row(), row(), row()}
}

// fill looks up the positions (8.8 fixed point) of all cells.
func (r *colorRow) fill(positions []int32, colors *[steps]blendColor) {
	n := len(positions)
	opacity, alpha, y, cb, cr := r.opacity[:n], r.alpha[:n], r.y[:n], r.cb[:n], r.cr[:n]
	for x, p := range positions {
		c := &colors[uint8((p+128)>>8)]
		opacity[x], alpha[x], y[x], cb[x], cr[x] = c.opacity, c.alpha, c.y, c.cb, c.cr
	}
	for _, row := range [][]int16{r.opacity, r.alpha, r.y, r.cb, r.cr} {
		for x := n; x < len(row); x++ {
			row[x] = row[n-1]
		}
	}
}

// rowPair is two rows of samples with the colors to be laid over them, cell by
// cell.
type rowPair struct {
	a, b           []byte
	colorA, colorB []int16
}

// resampler lays a row of cells over rows of samples: which two cells each
// sample lies between, and where.
type resampler struct {
	start  []int   // first sample that lies behind the middle of a cell; the end
	weight []int16 // of the right cell, for each sample
	kernel blendKernel
}

func newResampler(samples, cells int) *resampler {
	s := &resampler{start: make([]int, cells+1), weight: make([]int16, samples)}
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
	s.kernel = newBlendKernel(left)
	return s
}

// blend lays colors over two rows, which share an opacity.
func (s *resampler) blend(p rowPair, opacity []int16) {
	done := s.kernel.blend(s, p, opacity)
	for i := len(s.start) - 2; i >= 0 && s.start[i+1] > done; i-- {
		from, to := max(s.start[i], done), s.start[i+1]
		o, d := between(opacity, i)
		if o|d == 0 {
			continue
		}
		va, da := between(p.colorA, i)
		vb, db := between(p.colorB, i)
		rowA, rowB, weight := p.a[from:to], p.b[from:to], s.weight[from:to]
		for x, w := range weight {
			w := int32(w)
			o := o + times(d, w)
			rowA[x] = blended(rowA[x], va+times(da, w), o)
			rowB[x] = blended(rowB[x], vb+times(db, w), o)
		}
	}
}

// between returns what a row has in cell i, and how much more in the next one.
func between(row []int16, i int) (v, d int32) {
	return int32(row[i]), int32(row[i+1]) - int32(row[i])
}

// blended returns a sample under a color. It is exact at both ends: the sample
// under no opacity, the color under mostShare.
func blended(old uint8, color, opacity int32) uint8 {
	v := int32(old) << colorBits
	return uint8((v + times(color-v, opacity) + 1<<(colorBits-1)) >> colorBits)
}
