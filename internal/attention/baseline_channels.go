package attention

import (
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

// channels turns one image of w x h pixels into the static channels of the
// baseline, on the grid of half that size that the density has.
type channels struct {
	w, h     int // working size
	gw, gh   int // grid
	surround *surround
	full     []float32 // scratch, working size
	edges    []float32 // gradient magnitude of lightness, grid (used by motion)
	light    []float32 // lightness, grid (used by motion)
	green    []float32 // a* and b*, grid (used by motion)
	blue     []float32
	out      [staticChannels][]float32
	tensor   [3][]float32
	blur     boxBlur
	counts   []float32 // color histogram
}

// The static channels, in the order of baselineWeights.
const (
	chanSurround = iota
	chanCorner
	chanRare
	chanSkin
	staticChannels
)

// surroundSteps is the number of levels that each color axis is cut into.
const surroundSteps = 25

func newChannels(w, h int) *channels {
	c := &channels{w: w, h: h, gw: w / 2, gh: h / 2, surround: newSurround(w, h), full: make([]float32, w*h)}
	n := c.gw * c.gh
	plane := func() []float32 { return make([]float32, n) }
	c.edges, c.light, c.green, c.blue = plane(), plane(), plane(), plane()
	for i := range c.out {
		c.out[i] = plane()
	}
	for i := range c.tensor {
		c.tensor[i] = plane()
	}
	c.blur = newBoxBlur(c.gw, c.gh)
	c.counts = make([]float32, histL*histC*histC)
	return c
}

// measure computes all static channels of p, each smoothed and divided by its
// mean.
func (c *channels) measure(p *pix.RGB) {
	lab := p.Lab()
	c.surround.reset()
	for _, plane := range [][]float32{lab.L, lab.A, lab.B} {
		c.surround.add(plane, surroundSteps)
	}
	c.halve(c.out[chanSurround], c.surround.acc)
	c.halve(c.light, lab.L)
	c.halve(c.green, lab.A)
	c.halve(c.blue, lab.B)
	c.corners(lab.L)
	c.rarity()
	c.skin(p)
	for i, v := range c.out {
		c.blur.apply(v, baselineSigma)
		if i != chanSkin {
			divideByMean(v)
		}
	}
}

// halve averages 2 x 2 pixels into one cell of the grid.
func (c *channels) halve(dst, src []float32) {
	for y := range c.gh {
		a, b := src[2*y*c.w:][:c.w], src[(2*y+1)*c.w:][:c.w]
		row := dst[y*c.gw : (y+1)*c.gw]
		for x := range row {
			row[x] = (a[2*x] + a[2*x+1] + b[2*x] + b[2*x+1]) * 0.25
		}
	}
}

// corners measures local structure in more than one orientation: the smaller
// eigenvalue of the structure tensor of lightness (Foerstner and Guelch 1987;
// Shi and Tomasi, CVPR 1994). Straight edges have contrast but score low;
// eyes, text and crossings score high.
func (c *channels) corners(light []float32) {
	xx, yy, xy := c.tensor[0], c.tensor[1], c.tensor[2]
	for y := range c.gh {
		for x := range c.gw {
			var sxx, syy, sxy float32
			for k := range 4 {
				gx, gy := c.gradient(light, 2*x+k&1, 2*y+k>>1)
				sxx += gx * gx
				syy += gy * gy
				sxy += gx * gy
			}
			i := y*c.gw + x
			xx[i], yy[i], xy[i] = sxx, syy, sxy
			c.edges[i] = float32(math.Sqrt(float64(sxx+syy))) / 2
		}
	}
	for _, t := range c.tensor {
		c.blur.apply(t, cornerSigma)
	}
	out := c.out[chanCorner]
	for i := range out {
		mean, half := (xx[i]+yy[i])/2, (xx[i]-yy[i])/2
		root := float32(math.Sqrt(float64(half*half + xy[i]*xy[i])))
		out[i] = float32(math.Sqrt(float64(max(0, mean-root))))
	}
}

// gradient returns the central difference of lightness at a pixel, borders repeated.
func (c *channels) gradient(v []float32, x, y int) (gx, gy float32) {
	l, r := max(x-1, 0), min(x+1, c.w-1)
	u, d := max(y-1, 0), min(y+1, c.h-1)
	return v[y*c.w+r] - v[y*c.w+l], v[d*c.w+x] - v[u*c.w+x]
}

// The color histogram: bins of 10 in L* and 8 in a* and b*, shared linearly
// between neighbors so that a slow fade moves no color by a whole bin.
const (
	histL     = 12
	histC     = 34
	histStepL = 10
	histStepC = 8
)

// rarity is the self-information of a cell's color within the image, after
// Bruce and Tsotsos (NIPS 2005) with the histogram of Zhai and Shah (2006) in
// place of their learned basis: what is rare stands out.
func (c *channels) rarity() {
	clear(c.counts)
	out := c.out[chanRare]
	for i := range out {
		at, f := c.bin(i)
		for k := range 8 {
			c.counts[at+corner(k)] += share(f, k)
		}
	}
	n := float32(len(out))
	for i := range out {
		at, f := c.bin(i)
		var p float32
		for k := range 8 {
			p += c.counts[at+corner(k)] * share(f, k)
		}
		out[i] = float32(-math.Log(float64(min(p/n, 1)) + 1e-4))
	}
}

// bin finds the lowest of the eight bins that share the color of cell i, and
// its position between them.
func (c *channels) bin(i int) (at int, f [3]float32) {
	pos := [3]float32{
		min(max(c.light[i]/histStepL, 0), histL-1.001),
		min(max((c.green[i]+128)/histStepC, 0), histC-1.001),
		min(max((c.blue[i]+128)/histStepC, 0), histC-1.001),
	}
	for k, v := range pos {
		b := int(v)
		f[k] = v - float32(b)
		at = at*[3]int{0, histC, histC}[k] + b
	}
	return at, f
}

func corner(k int) int { return ((k>>2)*histC+(k>>1)&1)*histC + k&1 }

func share(f [3]float32, k int) float32 {
	w := float32(1)
	for d, bit := range [3]int{k >> 2, k >> 1 & 1, k & 1} {
		if bit == 1 {
			w *= f[d]
		} else {
			w *= 1 - f[d]
		}
	}
	return w
}

// skin measures how near the chroma is to that of human skin of any tone, which is
// nearly one spot in Cr and Cb whatever the lightness (Hsu, Abdel-Mottaleb and
// Jain, PAMI 2002): a stand-in for people in a model without learned features.
func (c *channels) skin(p *pix.RGB) {
	v := c.full
	for i := range v {
		s := p.Pix[3*i : 3*i+3 : 3*i+3]
		r, g, b := float32(s[0]), float32(s[1]), float32(s[2])
		luma := 0.299*r + 0.587*g + 0.114*b
		cr, cb := (r-luma)*0.713+128, (b-luma)*0.564+128
		u, w := (cr-152)/12, (cb-105)/14
		d := 1 - (u*u+w*w)/3 // close to the bell exp(-(u*u+w*w)) and cheaper
		if d <= 0 || luma < 40 {
			v[i] = 0
			continue
		}
		v[i] = d * d * d
	}
	c.halve(c.out[chanSkin], v)
}

// divideByMean makes a channel comparable between images. An empty channel
// becomes 1 everywhere, which has no effect.
func divideByMean(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x)
	}
	mean := float32(sum / float64(len(v)))
	for i := range v {
		if mean > 1e-9 {
			v[i] /= mean
		} else {
			v[i] = 1
		}
	}
}
