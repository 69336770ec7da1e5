package score

import (
	"math"
	"strconv"

	"github.com/saccade-dev/saccade/internal/pix"
)

// features measures the image. All are taken at the working size, so that
// images of all sizes compare.
func (c *pyramid) features(g *congestion, s *scratch) []Feature {
	color, contrast, orient := means(g.color.V, g.contrast.V, g.orient.V)
	f := []Feature{
		{"segments", math.Log1p(float64(segments(c.lab[1], 12.5, 16)))},
		{"colorVolume", math.Sqrt(color)},
		{"contrastSpread", math.Sqrt(contrast)},
		{"orientSpread", math.Sqrt(orient)},
	}
	f = append(f, c.colorFeatures()...)
	f = append(f, c.edgeFeatures()...)
	f = append(f, c.blockFeatures()...)
	f = append(f, c.codeFeatures(s)...)
	return f
}

// colorFeatures: how many colors, how strong, how light.
func (c *pyramid) colorFeatures() []Feature {
	weights := [levels]float64{0.4, 0.3, 0.2, 0.1}
	var fine, coarse float64
	for i, w := range weights {
		fine += w * float64(distinctColors(c.rgb[i], 3, 1))
		coarse += w * float64(distinctColors(c.rgb[i], 4, 8))
	}
	l := c.lab[0]
	chroma := chromas(l)
	return []Feature{
		{"colors", math.Log1p(fine)},
		{"colorsCoarse", math.Log1p(coarse)},
		{"lightMean", mean(l.L)},
		{"lightSd", deviation(l.L)},
		{"chromaMean", math.Sqrt(mean(chroma))},
		{"chromaSd", math.Sqrt(deviation(chroma))},
		{"hueEntropy", hueEntropy(c.lab[1])},
		{"lightEntropy", lightEntropy(l)},
		{"warm", warmShare(l, chroma)},
	}
}

func chromas(l *pix.Lab) []float32 {
	out := make([]float32, len(l.A))
	for i, a := range l.A {
		out[i] = float32(math.Sqrt(float64(a*a + l.B[i]*l.B[i])))
	}
	return out
}

// warmShare is the part of the image in strong red to orange.
func warmShare(l *pix.Lab, chroma []float32) float64 {
	n := 0
	for i, c := range chroma {
		if a, b := l.A[i], l.B[i]; c > 40 && a > 0 && b > -0.2*a && b < 1.7*a {
			n++
		}
	}
	return float64(n) / float64(len(chroma))
}

// distinctColors counts colors with shift bits dropped per channel that have
// at least least pixels.
func distinctColors(p *pix.RGB, shift, least int) int {
	bits := 8 - shift
	count := make([]uint32, 1<<(3*bits))
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		r, g, b := int(p.Pix[i]>>shift), int(p.Pix[i+1]>>shift), int(p.Pix[i+2]>>shift)
		count[r<<(2*bits)|g<<bits|b]++
	}
	n := 0
	for _, v := range count {
		if v >= uint32(least) {
			n++
		}
	}
	return n
}

// entropy of a histogram in bits.
func entropy(hist []float64) float64 {
	var sum, e float64
	for _, v := range hist {
		sum += v
	}
	for _, v := range hist {
		if v > 0 {
			e -= v / sum * math.Log2(v/sum)
		}
	}
	return e
}

// hueEntropy is the entropy of hues, weighted by chroma; a constant part for
// gray keeps it small where there is hardly any color.
func hueEntropy(l *pix.Lab) float64 {
	hist := make([]float64, 17)
	hist[16] = 4 * float64(len(l.A))
	for i, a := range l.A {
		b := l.B[i]
		h := math.Atan2(float64(b), float64(a))/(2*math.Pi) + 0.5
		hist[min(int(h*16), 15)] += math.Hypot(float64(a), float64(b))
	}
	return entropy(hist)
}

func lightEntropy(l *pix.Lab) float64 {
	hist := make([]float64, 32)
	for _, v := range l.L {
		hist[min(max(int(v*0.32), 0), 31)]++
	}
	return entropy(hist)
}

// edgeFeatures: gradients and detail at every scale.
func (c *pyramid) edgeFeatures() []Feature {
	var f []Feature
	for i, l := range c.lab {
		gradient, edges := gradients(l)
		scale := strconv.Itoa(1 << i)
		f = append(f, Feature{"gradient" + scale, math.Sqrt(gradient)})
		if i < 3 {
			f = append(f, Feature{"edges" + scale, math.Sqrt(edges)},
				Feature{"detail" + scale, math.Log1p(detail(&pix.Plane{W: l.W, H: l.H, V: l.L}))})
		}
	}
	return f
}

// gradients returns the mean length of the Sobel gradient of all three channels
// and the share of pixels where it is strong.
func gradients(l *pix.Lab) (length, strong float64) {
	w, h := l.W, l.H
	if w < 3 || h < 3 {
		return 0, 0
	}
	n := 0
	sums := make([]float32, w-2)
	for y := 1; y < h-1; y++ {
		clear(sums)
		for _, v := range [3][]float32{l.L, l.A, l.B} {
			addSobel(sums, v[(y-1)*w:y*w], v[y*w:(y+1)*w], v[(y+1)*w:(y+2)*w])
		}
		for _, sum := range sums {
			m := math.Sqrt(float64(sum)) / 8
			length += m
			if m > 8 {
				n++
			}
		}
	}
	area := float64((w - 2) * (h - 2))
	return length / area, float64(n) / area
}

// addSobel adds the squared Sobel gradients of the middle one of three rows.
func addSobel(sums, above, row, below []float32) {
	n := len(sums)
	a0, a1, a2 := above[:n], above[1:][:n], above[2:][:n]
	b0, b2 := row[:n], row[2:][:n]
	c0, c1, c2 := below[:n], below[1:][:n], below[2:][:n]
	for x := sobelBlocks(sums, above, row, below); x < n; x++ {
		dx := a2[x] + 2*b2[x] + c2[x] - a0[x] - 2*b0[x] - c0[x]
		dy := c0[x] + 2*c1[x] + c2[x] - a0[x] - 2*a1[x] - a2[x]
		sums[x] += dx*dx + dy*dy
	}
}

// detail is the mean of |L - local mean|.
func detail(p *pix.Plane) float64 {
	b := blurred(p, 1.5)
	for i, v := range p.V {
		d := v - b.V[i]
		b.V[i] = max(d, -d)
	}
	return mean(b.V)
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
		{"bits1", math.Log(s.jpegBits(c.rgb[0]))},
		{"bits2", math.Log(s.jpegBits(c.rgb[1]))},
		{"bits4", math.Log(s.jpegBits(c.rgb[2]))},
	}
}
