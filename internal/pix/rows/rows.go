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
	// Columns writes columns of the answer. Behind the sums there is Room.
	Columns func(dst []byte, sum []uint32, c *Columns, inverse uint64) int
	// Limited turns planes of limited-range BT.601 into sRGB.
	Limited func(dst, y, cb, cr []byte) int
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

// Shift is how many bits a column's sum times its inverse has behind the point.
const Shift = 52

// Half is one half of that.
const Half = 1 << (Shift - 1)

// Room is how many sums may be read behind the last one.
const Room = 64

// Quad is a column of the answer: the weights of four sums from First on.
type Quad struct {
	First int
	W     [4]uint64 // below 1<<32
}

// Columns are those of one row.
type Columns struct {
	Quads  []Quad
	blocks []block // of sixteen quads each; nil: they reach too far
	near   bool    // none reaches further than half of Room
}

// block has what sixteen quads take of the sums behind the first one's.
type block struct {
	from    uint64 // bytes
	_       [7]uint64
	at      [4][16]uint8    // by weight: which sum
	weights [4][2][8]uint64 // of even quads, of odd ones
}

// near is how far most blocks reach.
const near = Room / 2

// NewColumns prepares quads, whose First never falls, for the kernels.
func NewColumns(quads []Quad) *Columns {
	c := &Columns{Quads: quads, blocks: make([]block, len(quads)/16), near: true}
	for i := range c.blocks {
		b, q := &c.blocks[i], quads[16*i:][:16]
		first := q[0].First
		b.from = uint64(4 * first)
		for j, q := range q {
			reach := q.First + len(q.W) - first
			if reach > Room {
				c.blocks = nil
				return c
			}
			c.near = c.near && reach <= near
			for k, w := range q.W {
				b.at[k][j], b.weights[k][j%2][j/2] = uint8(q.First-first+k), w
			}
		}
	}
	return c
}

// The matrix of limited-range BT.601 in 16.16 fixed point: 255/219, and 255/112 times
// its terms.
const (
	OfLuma    = 76309
	RedOfCr   = 104597
	GreenOfCb = -25675
	GreenOfCr = -53279
	BlueOfCb  = 132201
)
