package render

import "math"

// rowScan walks rows of samples over the rows of a grid.
type rowScan struct{ samples, cells int }

// row interpolates the two rows of the grid around sample row y into out (a
// value a cell, 8.8 fixed point) and reports whether any of them is above 0.
func (s rowScan) row(g *grid, y int, out []int32) bool {
	at := (2*y+1)*s.cells*32768/s.samples - 32768 // cells in 1/65536
	at = min(max(at, 0), (s.cells-1)<<16)
	i, f := at>>16, int32(at>>8&0xff)
	a := g.v[i*g.w:][:g.w]
	b := g.v[min(i+1, g.h-1)*g.w:][:g.w]
	var any int32
	for x, v := range a {
		m := (int32(v)*(256-f) + int32(b[x])*f) >> 8
		out[x] = m
		any |= m
	}
	return any != 0
}

// columnScan walks the samples of a row over a row of cells, bilinear between
// their centers, one stretch at a time.
type columnScan struct {
	cells int
	start []int
	first []int32 // weight of the right cell at the start of a stretch, 1/65536
	step  int32   // growth of that weight per sample
}

// newColumnScan prepares the stretches: stretch i lies between the centers of
// the cells i-1 and i and covers the samples start[i] to start[i+1].
func newColumnScan(samples, cells int) columnScan {
	s := columnScan{cells: cells, start: make([]int, cells+2), first: make([]int32, cells+1)}
	s.step = int32(65536 * cells / samples)
	for i := range cells + 1 {
		// Sample x lies at (x+0.5)*cells/samples - 0.5 cells; solve for i-1.
		at := (float64(i)-0.5)*float64(samples)/float64(cells) - 0.5
		s.start[i] = min(max(int(math.Ceil(at)), 0), samples)
		offset := (float64(s.start[i]) - at) * float64(cells) / float64(samples)
		s.first[i] = int32(min(max(offset, 0), 1) * 65536)
	}
	s.start[0], s.start[cells+1] = 0, samples
	return s
}

// stretch returns the samples of stretch i, the value at the first one and its
// growth per sample, in 16.16 fixed point. A half is added, so that v>>16 is
// the nearest entry of the table and rounding never leaves the table.
func (s *columnScan) stretch(line []int32, i int) (from, to int, v, dv int32) {
	left, right := line[max(i-1, 0)], line[min(i, s.cells-1)]
	d := right - left
	v = left<<8 + int32(int64(d)*int64(s.first[i])>>8) + 1<<15
	return s.start[i], s.start[i+1], v, int32(int64(d) * int64(s.step) >> 8)
}
