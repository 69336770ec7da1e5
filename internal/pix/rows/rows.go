// Package rows has the inner loops of package pix that may be written for a processor:
// those that shrink planes and turn video into sRGB.
//
// The contract: a kernel does as many samples from the start as it can and returns their
// number; plain Go, in package pix, does the rest, so that a kernel that does none is
// right, too. What it does equals plain Go bit for bit. Everything is safe for concurrent
// use on memory of its own.
package rows

// Kernels are the loops for one processor.
type Kernels struct {
	// Singles adds to every sum the weighted samples below one another.
	Singles func(sum []uint32, src []byte, stride int, weights []uint32) int
	// Pairs is Singles with every two neighboring samples added up.
	Pairs func(sum []uint32, src []byte, stride int, weights []uint32) int
	// Columns writes columns of the answer.
	Columns func(dst []byte, sum []uint32, c *Columns, inverse uint64) int
	// Words writes sums as Singles and Pairs, of 16 bits, which they must fit; see TakesWords.
	Words func(sum []uint16, src []byte, stride int, weights []uint32, paired bool) int
	// Narrow is Columns of such sums; inverse is below 1<<31. Behind the sums there is Room.
	Narrow func(dst []byte, sum []uint16, c *Columns, inverse uint64) int
	// Limited turns planes of limited-range BT.601 into sRGB.
	Limited func(dst, y, cb, cr []byte) int

	sixteens bool // what Narrow takes: sixteens, not eights
}

// TakesWords reports whether there are Words and Narrow for these columns.
func (k *Kernels) TakesWords(c *Columns) bool {
	return k.Narrow != nil && c != nil && (k.sixteens && c.sixteen != nil || !k.sixteens && c.eights != nil)
}

// Plain leaves everything to plain Go.
func Plain() Kernels {
	none := func([]uint32, []byte, int, []uint32) int { return 0 }
	return Kernels{
		Singles: none, Pairs: none,
		Columns: func([]byte, []uint32, *Columns, uint64) int { return 0 },
		Limited: func(_, _, _, _ []byte) int { return 0 },
	}
}

// Best are the fastest that this processor can run.
func Best() Kernels {
	sets := Sets()
	return sets[len(sets)-1]
}

// Shift is how many bits a column's sum times its inverse has behind the point.
const Shift = 52

// Half is one half of that.
const Half = 1 << (Shift - 1)

// Room is how many sums may be read behind the last one.
const Room = 72

// WeightBits is how many bits the weights of a column together have.
const WeightBits = 20

// Quad is a column of the answer: the weights of four sums from First on.
type Quad struct {
	First int
	W     [4]uint64 // together 1<<WeightBits
}

// Columns are those of one row.
type Columns struct {
	Quads   []Quad
	eights  []eight   // of that many quads each; nil: they reach too far
	sixteen []sixteen // likewise
	far     bool      // sixteen reach further than 32 sums
	wide    bool      // four of eights reach further than 8
}

// The kernels take sums of 16 bits in pairs of neighbors, the first and the second two of
// a quad, and multiply by the upper and the lower half of the bits of weights.
const half = WeightBits / 2

// eight has what eight quads take.
type eight struct {
	from    [2]uint32 // where the first four and the second four begin, bytes
	_       [6]uint32
	at      [2][32]uint8 // bytes of the first pairs: of the first 16 and the next 16; 128: not there
	weights [2][2][16]int16
}

// sixteen has what sixteen quads take.
type sixteen struct {
	from    uint64 // bytes
	_       [7]uint64
	at      [32]uint16 // sums of the first pairs, from there
	weights [2][2][32]int16
}

// NewColumns prepares quads, whose First never falls, for the kernels.
func NewColumns(quads []Quad) *Columns {
	c := &Columns{Quads: quads, eights: make([]eight, len(quads)/8), sixteen: make([]sixteen, len(quads)/16)}
	for j := range 8 * len(c.eights) {
		e, k := &c.eights[j/8], j%8
		first := quads[j&^3].First
		e.from[k/4] = uint32(2 * first)
		if quads[j].First+1-first > 15 {
			c.eights = nil
			break
		}
		for i := range 2 {
			at := 2 * (quads[j].First + i - first)
			c.wide = c.wide || at >= 16
			for b := range 2 {
				e.at[at/16][4*k+2*i+b], e.at[1-at/16][4*k+2*i+b] = uint8(at%16+b), 128
			}
			e.weights[0][0][2*k+i], e.weights[0][1][2*k+i] = split(quads[j].W[i])
			e.weights[1][0][2*k+i], e.weights[1][1][2*k+i] = split(quads[j].W[2+i])
		}
	}
	for j := range 16 * len(c.sixteen) {
		e, k := &c.sixteen[j/16], j%16
		first := quads[j&^15].First
		e.from = uint64(2 * first)
		reach := quads[j].First + 1 - first
		if reach > 63 {
			c.sixteen = nil
			break
		}
		c.far = c.far || reach > 31
		for i := range 2 {
			e.at[2*k+i] = uint16(quads[j].First + i - first)
			e.weights[0][0][2*k+i], e.weights[0][1][2*k+i] = split(quads[j].W[i])
			e.weights[1][0][2*k+i], e.weights[1][1][2*k+i] = split(quads[j].W[2+i])
		}
	}
	return c
}

// split returns the upper and the lower half of the bits of a weight.
func split(w uint64) (upper, lower int16) { return int16(w >> half), int16(w & (1<<half - 1)) }

// The matrix of limited-range BT.601 in 16.16 fixed point: 255/219, and 255/112 times
// its terms.
const (
	OfLuma    = 76309
	RedOfCr   = 104597
	GreenOfCb = -25675
	GreenOfCr = -53279
	BlueOfCb  = 132201
)
