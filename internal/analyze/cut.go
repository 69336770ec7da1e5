package analyze

import "github.com/saccade-dev/saccade/internal/pix"

// cutThreshold is the mean change of grey levels (of 255) between two frames
// above which a new scene is said to begin. Scrolling, typing and pointers
// stay far below it.
const cutThreshold = 28

// cutDetector finds the first frames of new scenes by the mean absolute
// difference of neighbouring frames at the model's small size, after taking
// out the change that a fade or a flicker brings to every pixel alike.
type cutDetector struct {
	last []byte
	mean float64
}

// Next reports whether p begins a new scene; the first frame does not.
func (c *cutDetector) Next(p *pix.RGB) bool {
	if c.last == nil {
		c.last = append([]byte(nil), p.Pix...)
		return false
	}
	var diff, sum int
	last := c.last[:len(p.Pix)]
	for i, v := range p.Pix {
		d := int(v) - int(last[i])
		sum += d
		diff += max(d, -d)
	}
	copy(c.last, p.Pix)
	n := float64(len(p.Pix))
	even := float64(max(sum, -sum)) / n
	before := c.mean
	c.mean = float64(diff)/n - even
	return c.mean > cutThreshold && c.mean > 2*before
}
