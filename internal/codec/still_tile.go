package codec

import "math/bits"

// grid is what the blocks of one frame say, for those beside and below them; columns and
// rows are of eight pixels.
type grid struct {
	w, h  int
	cells []cell
	above []uint8 // how finely the area above was divided
	left  [8]uint8
}

// cell is a block's way to be predicted.
type cell struct{ mode, ref, filter uint8 }

// Modes, references and the filter of no block.
const (
	zero, nearest, near = 0, 1, 2
	last, golden, alt   = 1, 2, 3
	noFilter            = 3
)

// still reports whether the tiles of a frame have nothing but blocks without residual,
// predicted from one frame each.
func (g *grid) still(b []byte, p *probs, size Size, h stillHead) bool {
	g.w, g.h = (size.W+7)/8, (size.H+7)/8
	if n := g.w * g.h; len(g.cells) != n || len(g.above) != g.w+8 {
		g.cells, g.above = make([]cell, n), make([]uint8, g.w+8)
	}
	clear(g.above)
	blocks := (g.w + 7) / 8
	for i := range 1 << h.tiles {
		n := len(b)
		if i+1 < 1<<h.tiles {
			if len(b) < 4 {
				return false
			}
			n = int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
			if b = b[4:]; n > len(b) {
				return false
			}
		}
		t := tile{grid: g, boolReader: newBoolReader(b[:n]), p: p, filter: h.filter,
			from: min(i*blocks>>h.tiles*8, g.w), to: min((i+1)*blocks>>h.tiles*8, g.w)}
		if !t.still() {
			return false
		}
		b = b[n:]
	}
	return true
}

// tile reads one tile.
type tile struct {
	*grid
	boolReader
	p        *probs
	filter   int
	from, to int // columns
}

func (t *tile) still() bool {
	for y := 0; y < t.h; y += 8 {
		clear(t.left[:])
		for x := t.from; x < t.to; x += 8 {
			if !t.partition(x, y, 3) {
				return false
			}
		}
	}
	return t.finished()
}

// Partitions of a block.
const (
	whole = iota
	rows
	columns
	quarters
)

// partition reads the area of 1<<log columns at a place.
func (t *tile) partition(x, y, log int) bool {
	if x >= t.w || y >= t.h {
		return true
	}
	n := 1 << log
	half := n / 2
	below, beside := y+half < t.h, x+half < t.w
	kind := t.division(x, y, log, below, beside)
	if n == 1 {
		if kind != whole { // blocks of four pixels
			return false
		}
		half = 1
	}
	if n == 1 || kind != quarters {
		w, h := 15>>(log+1), 15>>(log+1)
		if kind == columns {
			w = 15 >> log
		}
		if kind == rows {
			h = 15 >> log
		}
		for i := range n {
			t.above[x+i], t.left[(y+i)&7] = uint8(w), uint8(h)
		}
	}
	switch kind {
	case whole:
		return t.block(x, y, n, n)
	case rows:
		return t.block(x, y, n, half) && (!below || t.block(x, y+half, n, half))
	case columns:
		return t.block(x, y, half, n) && (!beside || t.block(x+half, y, half, n))
	}
	return t.partition(x, y, log-1) && t.partition(x+half, y, log-1) && t.partition(x, y+half, log-1) && t.partition(x+half, y+half, log-1)
}

// division reads how an area is divided.
func (t *tile) division(x, y, log int, below, beside bool) int {
	bit, context := uint8(1)<<(3-log), log*4
	var above, left uint8
	for i := range 1 << log {
		above |= t.above[x+i]
		left |= t.left[(y+i)&7]
	}
	if above&bit != 0 {
		context++
	}
	if left&bit != 0 {
		context += 2
	}
	p := t.p.partition[context]
	switch {
	case !below && !beside:
		return quarters
	case !below:
		return pick(t.bool(p[1]), quarters, rows)
	case !beside:
		return pick(t.bool(p[2]), quarters, columns)
	case !t.bool(p[0]):
		return whole
	case !t.bool(p[1]):
		return rows
	}
	return pick(t.bool(p[2]), quarters, columns)
}

func pick(first bool, a, b int) int {
	if first {
		return a
	}
	return b
}

// block reads the modes of a block of w x h columns and rows, and reports false where it
// is not what still wants.
func (t *tile) block(x, y, w, h int) bool {
	var above, left *cell
	skips := 0
	if y > 0 {
		above = &t.cells[(y-1)*t.w+x]
		skips++
	}
	if x > t.from {
		left = &t.cells[y*t.w+x-1]
		skips++
	}
	if !t.bool(t.p.skip[skips]) || !t.bool(t.p.inter[0]) {
		return false
	}
	c := cell{ref: t.reference(above, left)}
	switch p := t.p.mode[t.modes(x, y, w, h)]; {
	case !t.bool(p[0]):
		c.mode = zero
	case !t.bool(p[1]):
		c.mode = nearest
	case !t.bool(p[2]):
		c.mode = near
	default: // a new motion vector
		return false
	}
	if t.filter == switchable {
		p := t.p.filter[filterContext(above, left)]
		if t.bool(p[0]) {
			c.filter = uint8(pick(t.bool(p[1]), 2, 1))
		}
	}
	for i := y; i < min(y+h, t.h); i++ {
		row := t.cells[i*t.w:][:t.w]
		for j := x; j < min(x+w, t.w); j++ {
			row[j] = c
		}
	}
	return true
}

// reference reads which frame a block is predicted from.
func (t *tile) reference(above, left *cell) uint8 {
	first, second := 2, 2
	one := above
	if one == nil {
		one = left
	}
	is := func(c *cell, ref uint8) int { return pick(c.ref == ref, 1, 0) }
	switch {
	case above != nil && left != nil:
		first = 2*is(above, last) + 2*is(left, last)
		switch {
		case above.ref == last && left.ref == last:
			second = 3
		case above.ref == last:
			second = 4 * is(left, golden)
		case left.ref == last:
			second = 4 * is(above, golden)
		default:
			second = 2*is(above, golden) + 2*is(left, golden)
		}
	case one != nil:
		first = 4 * is(one, last)
		if one.ref != last {
			second = 4 * is(one, golden)
		}
	}
	if !t.bool(t.p.single[first][0]) {
		return last
	}
	return uint8(pick(t.bool(t.p.single[second][1]), alt, golden))
}

// modes is the context of a block's mode: how two blocks beside it are predicted.
func (t *tile) modes(x, y, w, h int) int {
	ax, ly := x, y
	if w == h && w >= 4 { // 32 and 64 pixels
		ax, ly = x+w/2-1, y+h/2-1
	}
	zeros := 0
	if y > 0 && ax < t.to && t.cells[(y-1)*t.w+ax].mode == zero {
		zeros++
	}
	if x > t.from && ly < t.h && t.cells[ly*t.w+x-1].mode == zero {
		zeros++
	}
	return 2 - zeros // both predicted, zero and predicted, both zero
}

func filterContext(above, left *cell) int {
	a, l := uint8(noFilter), uint8(noFilter)
	if above != nil {
		a = above.filter
	}
	if left != nil {
		l = left.filter
	}
	switch {
	case l == a, a == noFilter:
		return int(l)
	case l == noFilter:
		return int(a)
	}
	return noFilter
}

// boolReader reads arithmetically coded bits (section 9.2).
type boolReader struct {
	r     bitReader
	value uint32
	span  uint32
	bad   bool
}

func newBoolReader(b []byte) boolReader {
	r := boolReader{r: bitReader{b: b}, span: 255}
	r.value = uint32(r.r.bits(8))
	r.bad = len(b) == 0 || r.bool(128) // a marker
	return r
}

// bool reads one bit that is 0 with a probability of p / 256.
func (r *boolReader) bool(p uint8) bool {
	split := 1 + (r.span-1)*uint32(p)>>8
	one := r.value >= split
	if one {
		r.value -= split
		r.span -= split
	} else {
		r.span = split
	}
	if n := bits.LeadingZeros8(uint8(r.span)); n > 0 {
		r.span <<= n
		r.value = r.value<<n | uint32(r.r.bits(n))
	}
	return one
}

// literal reads a number of n bits.
func (r *boolReader) literal(n int) (v int) {
	for range n {
		v = 2*v + pick(r.bool(128), 1, 0)
	}
	return v
}

// update reads what becomes of a probability (sections 6.3.5 to 6.3.7).
func (r *boolReader) update(p *uint8) {
	if !r.bool(252) {
		return
	}
	var v int
	switch {
	case r.literal(1) == 0:
		v = r.literal(4)
	case r.literal(1) == 0:
		v = r.literal(4) + 16
	case r.literal(1) == 0:
		v = r.literal(5) + 32
	default:
		if v = r.literal(7); v >= 65 {
			v = 2*v - 65 + r.literal(1)
		}
		v += 64
	}
	*p = moved(v, int(*p))
}

// moved is a probability after a difference: the first twenty are coarse, the others
// all the values between.
func moved(v, p int) uint8 {
	switch {
	case v < 20:
		v = 13*v + 7
	default:
		v -= 19
		v = min(v+(v+5)/12, 253) // the coarse ones are left out
	}
	around := func(v, m int) int {
		switch {
		case v > 2*m:
			return v
		case v%2 == 1:
			return m - (v+1)/2
		}
		return m + v/2
	}
	if p--; 2*p <= 255 {
		return uint8(1 + around(v, p))
	}
	return uint8(255 - around(v, 254-p))
}

// finished reports whether all was read that was written: nothing but zeros is left, and
// no bit behind the end was used.
func (r *boolReader) finished() bool {
	if r.bad || !r.r.ok() || r.value != 0 {
		return false
	}
	rest := r.r.b[r.r.pos/8:]
	for i, v := range rest {
		if i == 0 {
			v &= 0xFF >> (r.r.pos & 7)
		}
		if v != 0 {
			return false
		}
	}
	return true
}
