// Package kinds draws images of kinds that no one looks at as they look at pages and
// videos: noise, X-rays, test cards, depth maps. They are what internal/ood learns to
// tell from natural images, and what its tests hold it against.
//
// The contract: an image is a pure function of family, seed and size. Nothing is
// copied from anywhere; every family has its own random parameters, so that no two
// images of it are alike. They resemble the real thing as drawings do: an X-ray here
// is a few soft shadows, not a patient.
package kinds

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/saccade-dev/saccade/internal/pix"
)

// Family is one way to draw images of a kind.
type Family struct {
	Kind string // noise, xray, card, depth
	Name string
	make func(r *rand.Rand, aspect float64) shader
}

// Names of the kinds.
const (
	Noise = "noise"
	XRay  = "xray"
	Card  = "card"
	Depth = "depth"
)

// All lists the families, kind by kind.
func All() []Family {
	var out []Family
	add := func(kind string, of []Family) {
		for _, f := range of {
			f.Kind = kind
			out = append(out, f)
		}
	}
	add(Noise, noises())
	add(XRay, xrays())
	add(Card, cards())
	add(Depth, depths())
	return out
}

// Draw returns the image of a seed, w x h pixels.
func (f Family) Draw(seed uint64, w, h int) *pix.RGB {
	h64 := fnv.New64a()
	h64.Write([]byte(f.Kind + f.Name))
	r := rand.New(rand.NewPCG(seed, h64.Sum64()))
	shade := f.make(r, float64(w)/float64(h))
	out := pix.New(w, h)
	for y := range h {
		for x := range w {
			c := shade((float64(x)+0.5)/float64(w), (float64(y)+0.5)/float64(h))
			for k, v := range c {
				out.Pix[3*(y*w+x)+k] = byte(255*min(max(v, 0), 1) + 0.5)
			}
		}
	}
	return out
}

// rgb is a color, 0..1.
type rgb [3]float64

// shader is the color at a place, both coordinates 0..1 from the upper left. It is
// called row by row, each place once.
type shader func(u, v float64) rgb

func gray(v float64) rgb { return rgb{v, v, v} }

func mixed(a, b rgb, t float64) rgb {
	for k := range a {
		a[k] += t * (b[k] - a[k])
	}
	return a
}

// between returns a random number.
func between(r *rand.Rand, low, high float64) float64 { return low + r.Float64()*(high-low) }

// chance is true with a probability.
func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

func anyColor(r *rand.Rand) rgb { return rgb{r.Float64(), r.Float64(), r.Float64()} }

// hue is a color of the wheel.
func hue(h, saturation, value float64) rgb {
	var c rgb
	for k := range c {
		x := math.Mod(h*6+[3]float64{0, 4, 2}[k], 6)
		c[k] = value * (1 - saturation*(1-min(max(math.Abs(x-3)-1, 0), 1)))
	}
	return c
}

// smooth rises from 0 at a to 1 at b.
func smooth(a, b, x float64) float64 {
	t := min(max((x-a)/(b-a), 0), 1)
	return t * t * (3 - 2*t)
}

// field is a smooth random field: values of a lattice, interpolated.
type field struct {
	w, h int
	v    []float64
}

func newField(r *rand.Rand, w, h int) *field {
	f := &field{w: w, h: h, v: make([]float64, w*h)}
	for i := range f.v {
		f.v[i] = r.Float64()*2 - 1
	}
	return f
}

func (f *field) at(u, v float64) float64 {
	x, y := u*float64(f.w-1), v*float64(f.h-1)
	i, j := min(max(int(x), 0), f.w-2), min(max(int(y), 0), f.h-2)
	a, b := smooth(0, 1, x-float64(i)), smooth(0, 1, y-float64(j))
	top := f.v[j*f.w+i]*(1-a) + f.v[j*f.w+i+1]*a
	low := f.v[(j+1)*f.w+i]*(1-a) + f.v[(j+1)*f.w+i+1]*a
	return top*(1-b) + low*b
}

// fractal adds octaves of fields; each is weaker by roughness.
func fractal(r *rand.Rand, octaves int, roughness float64) func(u, v float64) float64 {
	var of []*field
	for k := range octaves {
		of = append(of, newField(r, 2+2<<k, 2+2<<k))
	}
	return func(u, v float64) float64 {
		sum, weight, total := 0.0, 1.0, 0.0
		for _, f := range of {
			sum += weight * f.at(u, v)
			total += weight * weight
			weight *= roughness
		}
		return sum / math.Sqrt(total)
	}
}
