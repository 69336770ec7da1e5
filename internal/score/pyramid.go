package score

import (
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

// WorkArea is the number of pixels on which clarity and excitingness are
// measured (about 400 x 280), whatever the size of the image: measures of
// clutter depend on scale.
const WorkArea = 112_000

// WorkSize returns the size of an image of w x h pixels when it is scaled to
// WorkArea, aspect kept.
func WorkSize(w, h int) (int, int) {
	k := math.Sqrt(WorkArea / (float64(w) * float64(h)))
	return max(1, int(float64(w)*k+0.5)), max(1, int(float64(h)*k+0.5))
}

// levels is the number of scales of features: 1, 1/2, 1/4, 1/8.
const levels = 4

// pyramid is an image at its working size and below, in RGB and in CIELAB.
type pyramid struct {
	rgb [levels]*pix.RGB
	lab [levels]*pix.Lab
}

// newPyramid scales an image to its working size and makes the smaller ones, in memory of
// s but for the scale that maps are made of.
func (s *scratch) newPyramid(p *pix.RGB) *pyramid {
	c := new(pyramid)
	w, h := WorkSize(p.W, p.H)
	if p.W != w || p.H != h {
		p = p.Scale(w, h)
	}
	for i := range levels {
		if i > 0 {
			small := &s.rgb[i]
			small.W, small.H = max(1, p.W/2), max(1, p.H/2)
			small.Pix = grown(small.Pix, 3*small.W*small.H)
			s.scalers[i].Scale(small, p)
			p = small
		}
		c.rgb[i], c.lab[i] = p, &s.lab[i]
		if i == congestionFrom {
			c.lab[i] = new(pix.Lab)
		}
		p.LabInto(c.lab[i])
	}
	return c
}

// blur puts the plane under a Gaussian window of the given sigma, as three passes of
// a box; beyond the border the outermost values are repeated.
func blur(p *pix.Plane, sigma float64) {
	s := scratches.Get().(*scratch)
	s.boxes.Blur(p.V, p.W, sigma)
	scratches.Put(s)
}

// between finds the two source positions around position i of n.
func between(i, src, n int) (lo, hi int, f float32) {
	at := min(max((float64(i)+0.5)*float64(src)/float64(n)-0.5, 0), float64(src-1))
	lo = int(at)
	return lo, min(lo+1, src-1), float32(at - float64(lo))
}

// mean of the values.
func mean(v []float32) float64 {
	if len(v) == 0 {
		return 0
	}
	var s float64
	for _, x := range v {
		s += float64(x)
	}
	return s / float64(len(v))
}
