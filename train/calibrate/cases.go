package main

import (
	"math"
	"math/rand/v2"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/eval"
	"github.com/saccade-dev/saccade/internal/score"
)

const (
	areasEach   = 60   // random areas of one image or clip
	smallest    = 0.08 // side of an area, in sides of the image
	largest     = 0.6
	fewestGazes = 25 // fixations of an image that count
)

// gazed is an image or clip with what people and the model say of it.
type gazed struct {
	Kind, Group, Name string // Group: what is held out together
	Areas             []areaCase
	Focus             focusCase
}

// areaCase is one random area.
type areaCase struct {
	Box    saccade.Box
	People float64   // share of people's attention, blurred by one degree
	Raw    float64   // share of their fixations
	Model  float64   // share of the predicted attention
	Views  []float64 // the same in each view
}

// focusCase is the focus in bits.
type focusCase struct {
	People, Model float64
	Views         []float64
}

// randomAreas returns the areas of the stimulus with a number.
func randomAreas(number int) []saccade.AOI {
	r := rand.New(rand.NewPCG(uint64(number), 80))
	side := func() float64 { return smallest * math.Pow(largest/smallest, r.Float64()) }
	out := make([]saccade.AOI, areasEach)
	for i := range out {
		w, h := side(), side()
		out[i].Box = &saccade.Box{X: r.Float64() * (1 - w), Y: r.Float64() * (1 - h), Width: w, Height: h}
	}
	return out
}

// shares returns the shares of areas in a density.
func shares(d saccade.Density, areas []saccade.AOI) []float64 {
	out := make([]float64, len(areas))
	for i, r := range score.ImageAreas(d, areas) {
		out[i] = r.Share
	}
	return out
}

// people is the attention of people: fixations and the Gaussian of one degree, in
// fractions of width and height.
type people struct {
	at     []eval.Fixation
	sx, sy float64
}

// raw returns the share of the fixations in a box.
func (p people) raw(b saccade.Box) float64 {
	n := 0
	for _, f := range p.at {
		if f.X >= b.X && f.X < b.X+b.Width && f.Y >= b.Y && f.Y < b.Y+b.Height {
			n++
		}
	}
	return float64(n) / float64(max(1, len(p.at)))
}

// share returns the share of the blurred fixations in a box.
func (p people) share(b saccade.Box) float64 {
	var in, all float64
	for _, f := range p.at {
		in += mass(f.X, p.sx, b.X, b.X+b.Width) * mass(f.Y, p.sy, b.Y, b.Y+b.Height)
		all += mass(f.X, p.sx, 0, 1) * mass(f.Y, p.sy, 0, 1)
	}
	return in / max(all, 1e-12)
}

// mass is that of a Gaussian between two places.
func mass(at, sigma, from, to float64) float64 {
	return (math.Erf((to-at)/sigma/math.Sqrt2) - math.Erf((from-at)/sigma/math.Sqrt2)) / 2
}

// density returns the blurred fixations on a grid.
func (p people) density(w, h int) saccade.Density {
	d := saccade.Density{W: w, H: h, V: make([]float32, w*h)}
	var sum float64
	cells := make([]float64, w*h)
	across, down := make([]float64, w), make([]float64, h)
	for _, f := range p.at {
		for x := range across {
			across[x] = mass(f.X, p.sx, float64(x)/float64(w), float64(x+1)/float64(w))
		}
		for y := range down {
			down[y] = mass(f.Y, p.sy, float64(y)/float64(h), float64(y+1)/float64(h))
		}
		for y, a := range down {
			for x, b := range across {
				cells[y*w+x] += a * b
				sum += a * b
			}
		}
	}
	for i, v := range cells {
		d.V[i] = float32(v / sum)
	}
	return d
}
