package render

import (
	"image/color"
	"math"
	"sync"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// steps is the number of entries of a color table.
const steps = 256

// entry is one color of a table, for images and for video.
type entry struct {
	r, g, b, a uint8 // sRGB, not premultiplied
	y, cb, cr  uint8 // the same color as limited-range BT.601
}

// table is a color scale. A position of 0..1 is entry position*(steps-1).
// Tables are made once and never written afterwards.
type table [steps]entry

// The tables, each made when it is first needed: every run of the program that
// draws nothing, the decoder's helper among them, starts without.
var (
	heatTable         = sync.OnceValue(func() *table { return newTable(heatPath, quickly, heatOpacity) })
	fogTable          = sync.OnceValue(func() *table { return newTable(slatePath, evenly, fogOpacity) })
	perceptionTable   = sync.OnceValue(func() *table { return newTable(blackPath, evenly, missedOpacity) })
	clarityTable      = sync.OnceValue(func() *table { return newTable(amberPath, evenly, scoreOpacity) })
	excitingnessTable = sync.OnceValue(func() *table { return newTable(rosePath, evenly, scoreOpacity) })
)

// Colors returns the color table of a palette, from no attention to most: sRGB,
// not premultiplied.
func Colors(p saccade.Palette) [steps]color.NRGBA {
	var out [steps]color.NRGBA
	for i, e := range paletteTable(p) {
		out[i] = color.NRGBA{R: e.r, G: e.g, B: e.b, A: e.a}
	}
	return out
}

// lch is a color in OKLCh: lightness 0..1, chroma, hue in degrees.
type lch struct{ l, c, h float64 }

// The scales, as our own paths through OKLCh: lightness rises (or falls) evenly
// along each, so that more always looks like more, in gray and to color-blind
// eyes as well. Colors outside sRGB lose chroma, not lightness or hue.
var (
	heatPath = []lch{ // indigo, violet, magenta, red, orange, yellow
		{0.34, 0.20, 276}, {0.43, 0.24, 300}, {0.53, 0.26, 345}, {0.63, 0.24, 25}, {0.75, 0.18, 58}, {0.88, 0.19, 95}, {0.95, 0.15, 106},
	}
	amberPath = []lch{{0.84, 0.17, 85}, {0.70, 0.19, 55}, {0.56, 0.23, 28}}
	rosePath  = []lch{{0.80, 0.13, 5}, {0.65, 0.25, 350}, {0.48, 0.26, 305}}
	slatePath = []lch{{0.32, 0.02, 260}, {0.32, 0.02, 260}}
	blackPath = []lch{{0, 0, 0}, {0, 0, 0}}
)

// heatOpacity rises fast at first, so that the border of attention is seen,
// and leaves the image recognizable at the hottest place.
func heatOpacity(t float64) float64 { return 0.81 * (1 - (1-t)*(1-t)) }

func missedOpacity(t float64) float64 { return 0.85 * (1 - t) }

func scoreOpacity(t float64) float64 { return 0.65 * t }

// fogOpacity hides what nobody looks at.
func fogOpacity(t float64) float64 { return 0.85 * (1 - t) * (1 - t) }

// evenly samples a path in steps of equal perceived difference.
func evenly(t float64) float64 { return t }

// quickly passes four fifths of a path, to beyond its reds, in the first half: a
// strong place is orange to yellow, which is seen on red as well.
func quickly(t float64) float64 {
	const half, part = 0.5, 0.8
	if t < half {
		return t / half * part
	}
	return part + (t-half)/(1-half)*(1-part)
}

// newTable samples a path: at is how much of its length, in perceived difference,
// has been passed at a position.
func newTable(path []lch, at, opacity func(t float64) float64) *table {
	const fine = 2048
	var labs [fine + 1][3]float64
	var length [fine + 1]float64
	for i := range labs {
		labs[i] = inGamut(along(path, float64(i)/fine))
		if i > 0 {
			length[i] = length[i-1] + distance(labs[i-1], labs[i])
		}
	}
	t, k := new(table), 0
	for i := range t {
		pos := float64(i) / (steps - 1)
		for k < fine && length[k] < at(pos)*length[fine] {
			k++
		}
		t[i] = newEntry(oklabToSRGB(labs[k]), opacity(pos))
	}
	return t
}

// newEntry returns a color, gamma-coded sRGB of 0..1.
func newEntry(rgb [3]float64, opacity float64) entry {
	e := entry{r: byte8(rgb[0]), g: byte8(rgb[1]), b: byte8(rgb[2]), a: byte8(opacity)}
	e.y, e.cb, e.cr = pix.LimitedYCbCr(e.r, e.g, e.b)
	return e
}

// along interpolates a path linearly; hues take the shorter way round.
func along(path []lch, t float64) lch {
	f := t * float64(len(path)-1)
	i := min(int(f), len(path)-2)
	f -= float64(i)
	a, b := path[i], path[i+1]
	turn := math.Remainder(b.h-a.h, 360)
	return lch{a.l + (b.l-a.l)*f, a.c + (b.c-a.c)*f, a.h + turn*f}
}

// inGamut turns a color into OKLab, with as much of its chroma as sRGB holds.
func inGamut(c lch) [3]float64 {
	sin, cos := math.Sincos(c.h * math.Pi / 180)
	at := func(chroma float64) [3]float64 { return [3]float64{c.l, chroma * cos, chroma * sin} }
	if exists(oklabToLinear(at(c.c))) {
		return at(c.c)
	}
	lo, hi := 0.0, c.c
	for range 24 {
		mid := (lo + hi) / 2
		if exists(oklabToLinear(at(mid))) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return at(lo)
}

// oklabToLinear converts Björn Ottosson's OKLab to linear light of sRGB's
// primaries.
func oklabToLinear(c [3]float64) [3]float64 {
	l := cube(c[0] + 0.3963377774*c[1] + 0.2158037573*c[2])
	m := cube(c[0] - 0.1055613458*c[1] - 0.0638541728*c[2])
	s := cube(c[0] - 0.0894841775*c[1] - 1.2914855480*c[2])
	return [3]float64{
		4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s,
	}
}

// exists reports whether sRGB holds a linear color.
func exists(linear [3]float64) bool {
	for _, v := range linear {
		if v <= -1e-6 || v >= 1+1e-6 {
			return false
		}
	}
	return true
}

// oklabToSRGB converts OKLab to gamma-coded sRGB, 0..1 where it exists.
func oklabToSRGB(c [3]float64) [3]float64 {
	rgb := oklabToLinear(c)
	for i, v := range rgb {
		if v <= 0.0031308 {
			rgb[i] = 12.92 * v
		} else {
			rgb[i] = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
	}
	return rgb
}

func cube(v float64) float64 { return v * v * v }

func distance(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

func byte8(v float64) uint8 { return uint8(min(max(v, 0), 1)*255 + 0.5) }
