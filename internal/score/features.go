package score

import (
	"math"
	"strconv"

	"github.com/saccade-dev/saccade/internal/lanes"
	"github.com/saccade-dev/saccade/internal/pix"
)

// features measures the image. All are taken at the working size, so that
// images of all sizes compare.
func (c *pyramid) features(g *congestion, s *scratch) []Feature {
	color, contrast, orient := lanes.Means(g.color.V, g.contrast.V, g.orient.V)
	f := []Feature{
		{"segments", math.Log1p(float64(s.segments(c.lab[1], 12.5, 16)))},
		{"colorVolume", math.Sqrt(color)},
		{"contrastSpread", math.Sqrt(contrast)},
		{"orientSpread", math.Sqrt(orient)},
	}
	f = append(f, c.colorFeatures(s)...)
	f = append(f, c.edgeFeatures(s)...)
	f = append(f, c.blockFeatures()...)
	f = append(f, c.codeFeatures(s)...)
	return f
}

// edgeFeatures: gradients and detail at every scale.
func (c *pyramid) edgeFeatures(s *scratch) []Feature {
	var f []Feature
	for i, l := range c.lab {
		gradient, edges := s.gradients(l)
		scale := strconv.Itoa(1 << i)
		f = append(f, Feature{"gradient" + scale, math.Sqrt(gradient)})
		if i < 3 {
			f = append(f, Feature{"edges" + scale, math.Sqrt(edges)},
				Feature{"detail" + scale, math.Log1p(s.detail(l))})
		}
	}
	return f
}

// gradients returns the mean length of the Sobel gradient of all three channels
// and the share of pixels where it is strong.
func (s *scratch) gradients(l *pix.Lab) (length, strong float64) {
	w, h := l.W, l.H
	if w < 3 || h < 3 {
		return 0, 0
	}
	n := 0
	s.sum = grown(s.sum, w-2)
	sums := s.sum
	for y := 1; y < h-1; y++ {
		clear(sums)
		for _, v := range [3][]float32{l.L, l.A, l.B} {
			lanes.AddSobel(sums, v[(y-1)*w:y*w], v[y*w:(y+1)*w], v[(y+1)*w:(y+2)*w])
		}
		n += lanes.Lengths(sums, &length)
	}
	area := float64((w - 2) * (h - 2))
	return length / area, float64(n) / area
}

// detail is the mean of |L - local mean|.
func (s *scratch) detail(l *pix.Lab) float64 {
	n := l.W * l.H
	s.inner, s.outer = grown(s.inner, n), grown(s.outer, n)
	b := s.inner
	copy(b, l.L)
	s.boxes.Blur(b, l.W, 1.5)
	lanes.Contrasts(b, s.outer, l.L, b)
	return mean(b)
}

// blockFeatures: shares of busy and flat 8x8 blocks and how they spread.
func (c *pyramid) blockFeatures() []Feature {
	l := c.lab[0]
	sd := blockDeviation(l, 8)
	var busy, flat, sum, sq float64
	for _, v := range sd.V {
		if v > 12 {
			busy++
		}
		if v < 1.5 {
			flat++
		}
		sum += float64(v)
		sq += float64(v * v)
	}
	n := float64(max(len(sd.V), 1))
	coarse := blockDeviation(l, 32)
	covered := 0.0
	for _, v := range coarse.V {
		if v > 8 {
			covered++
		}
	}
	return []Feature{
		{"busy", busy / n}, {"flat", flat / n},
		{"blockMean", math.Sqrt(sum / n)},
		{"blockSd", math.Sqrt(math.Sqrt(max(sq/n-sum*sum/n/n, 0)))},
		{"covered", covered / float64(max(len(coarse.V), 1))},
	}
}

// blockDeviation is the standard deviation of L in blocks of size pixels.
func blockDeviation(l *pix.Lab, size int) *pix.Plane {
	out := pix.NewPlane(max(l.W/size, 1), max(l.H/size, 1))
	for by := range out.H {
		for bx := range out.W {
			out.V[by*out.W+bx] = float32(boxDeviation(l, bx*size, by*size, size))
		}
	}
	return out
}

func boxDeviation(l *pix.Lab, x0, y0, size int) float64 {
	var s, q float32
	n := 0
	for y := y0; y < min(y0+size, l.H); y++ {
		for _, v := range l.L[y*l.W+x0 : y*l.W+min(x0+size, l.W)] {
			s += v
			q += v * v
			n++
		}
	}
	if n == 0 {
		return 0
	}
	m := s / float32(n)
	return math.Sqrt(float64(max(q/float32(n)-m*m, 0)))
}

// codeFeatures: how many bits a JPEG of it takes, per pixel, at two scales.
func (c *pyramid) codeFeatures(s *scratch) []Feature {
	return []Feature{
		{"bits1", math.Log(s.bits(c.rgb[0]))},
		{"bits2", math.Log(s.bits(c.rgb[1]))},
		{"bits4", math.Log(s.bits(c.rgb[2]))},
	}
}

// bits is the size of a JPEG in bits a pixel.
func (s *scratch) bits(p *pix.RGB) float64 {
	n := s.coded.Size(p.Pix, p.W, p.H)
	if n == 0 {
		return 1 // sides of 65536 and more, which no image has at the working size
	}
	return 8 * float64(n) / float64(p.W*p.H)
}
