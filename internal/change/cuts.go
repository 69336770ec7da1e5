package change

import "github.com/saccade-dev/saccade/internal/pix"

// cutThreshold is the mean change of gray levels (of 255) between two frames
// above which a new scene is said to begin. Scrolling, typing and pointers
// stay far below it.
const cutThreshold = 28

// cutRows is one in how many rows is compared: enough for a mean.
const cutRows = 4

// Cuts finds the first frames of new scenes by the mean absolute
// difference of neighboring frames at the model's small size, after taking
// out the change that a fade or a flicker brings to every pixel alike.
type Cuts struct {
	last []byte
	mean float64
}

// Next reports whether p begins a new scene; the first frame does not, nor the
// first one of another size.
func (c *Cuts) Next(p *pix.RGB) bool {
	if len(c.last) != len(p.Pix) {
		c.last, c.mean = append([]byte(nil), p.Pix...), 0
		return false
	}
	var diff, sum, n int
	for y := 0; y < p.H; y += cutRows {
		row := p.Pix[3*y*p.W:][:3*p.W]
		last := c.last[3*y*p.W:][:3*p.W]
		rise, both, done := differenceBlocks(row, last)
		sum, diff = sum+rise, diff+both
		for i, v := range row[done:] {
			d := int(v) - int(last[done+i])
			sum += d
			diff += max(d, -d)
		}
		copy(last, row)
		n += len(row)
	}
	even := float64(max(sum, -sum)) / float64(n)
	before := c.mean
	c.mean = float64(diff)/float64(n) - even
	return c.mean > cutThreshold && c.mean > 2*before
}
