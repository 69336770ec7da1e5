package score

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/saccade-dev/saccade/internal/lanes"
	"github.com/saccade-dev/saccade/internal/pix"
)

// colorFeatures: how many colors, how strong, how light.
func (c *pyramid) colorFeatures(s *scratch) []Feature {
	weights := [levels]float64{0.4, 0.3, 0.2, 0.1}
	var fine, coarse float64
	for i, w := range weights {
		f, c := s.count.distinct(c.rgb[i])
		fine += w * float64(f)
		coarse += w * float64(c)
	}
	l := c.lab[0]
	n := len(l.L)
	s.chroma, s.light = grown(s.chroma, n), grown(s.light, n)
	warm := lanes.Chromas(s.chroma, s.light, l.L, l.A, l.B)
	light, chroma, _ := lanes.Means(l.L, s.chroma, s.chroma)
	lightSd, chromaSd := lanes.Deviations(l.L, s.chroma, light, chroma)
	return []Feature{
		{"colors", math.Log1p(fine)},
		{"colorsCoarse", math.Log1p(coarse)},
		{"lightMean", light},
		{"lightSd", lightSd},
		{"chromaMean", math.Sqrt(chroma)},
		{"chromaSd", math.Sqrt(chromaSd)},
		{"hueEntropy", hueEntropy(c.lab[1])},
		{"lightEntropy", lightEntropy(s.light)},
		{"warm", float64(warm) / float64(n)},
	}
}

// Bits that are dropped of the channels of colors that count as the same, and how many
// pixels of a coarse one make a color.
const (
	fineDrop    = 3
	coarseDrop  = 4
	leastCoarse = 8
)

// colorCount is memory to count colors in.
type colorCount struct {
	fine   [1 << (3 * (8 - fineDrop))]uint8 // 1: it is there
	coarse [1 << (3 * (8 - coarseDrop))]uint32
}

// distinct counts fine and coarse colors.
func (c *colorCount) distinct(p *pix.RGB) (fine, coarse int) {
	clear(c.fine[:])
	clear(c.coarse[:])
	var run, last uint32 // pixels of a color
	end := func() {
		r, g, b := last&0xff, last>>8&0xff, last>>16&0xff
		c.fine[r>>fineDrop<<10|g>>fineDrop<<5|b>>fineDrop] = 1
		c.coarse[r>>coarseDrop<<8|g>>coarseDrop<<4|b>>coarseDrop] += run
	}
	v := p.Pix
	for ; len(v) >= 3; v = v[3:] {
		s := uint32(v[0]) | uint32(v[1])<<8 | uint32(v[2])<<16
		if s != last && run > 0 {
			end()
			run = 0
		}
		last = s
		run++
	}
	end()
	for i := 0; i < len(c.fine); i += 8 {
		fine += bits.OnesCount64(binary.LittleEndian.Uint64(c.fine[i:]))
	}
	for _, n := range c.coarse {
		if n >= leastCoarse {
			coarse++
		}
	}
	return fine, coarse
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

// hueBins is how many bins hues have.
const hueBins = 16

// hueEntropy is the entropy of hues, weighted by chroma; a constant part for
// gray keeps it small where there is hardly any color.
func hueEntropy(l *pix.Lab) float64 {
	hist := make([]float64, hueBins+1)
	hist[hueBins] = 4 * float64(len(l.A))
	var lastA, lastB float32
	bin, size := hueBins/2, 0.0
	for i, a := range l.A {
		b := l.B[i]
		if a != lastA || b != lastB {
			lastA, lastB = a, b
			bin, size = hue(float64(a), float64(b)), math.Hypot(float64(a), float64(b))
		}
		hist[bin] += size
	}
	return entropy(hist)
}

// hue is the bin of a hue.
func hue(a, b float64) int {
	x, y := math.Abs(a), math.Abs(b)
	if x+y == 0 {
		return hueBins / 2
	}
	const near = 1e-6 // where a bin ends only the angle itself decides
	quarter := 0
	for _, tan := range [...]float64{0, math.Sqrt2 - 1, 1, math.Sqrt2 + 1} {
		d := y - tan*x
		if math.Abs(d) < near*(x+y) || x < near*y {
			return min(int((math.Atan2(b, a)/(2*math.Pi)+0.5)*hueBins), hueBins-1)
		}
		if d < 0 {
			break
		}
		quarter++
	}
	switch quarter--; {
	case a > 0 && b > 0:
		return 8 + quarter
	case b > 0:
		return 15 - quarter
	case a < 0:
		return quarter
	default:
		return 7 - quarter
	}
}

// lightEntropy is the entropy of bins of lightness.
func lightEntropy(light []uint8) float64 {
	var count [4][256]uint32 // by turns: a counter must not wait for itself
	i := 0
	for ; i+4 <= len(light); i += 4 {
		v := light[i:][:4]
		count[0][v[0]]++
		count[1][v[1]]++
		count[2][v[2]]++
		count[3][v[3]]++
	}
	for _, v := range light[i:] {
		count[0][v]++
	}
	hist := make([]float64, lanes.LightBins)
	for k := range hist {
		hist[k] = float64(count[0][k] + count[1][k] + count[2][k] + count[3][k])
	}
	return entropy(hist)
}
