package saccade

import (
	"errors"
	"math"
)

// Density is where people look: a grid of H rows and W columns of float32
// weights, row by row from the top left, that sum to 1 over the image. Cell
// (x, y) covers the rectangle [x/W, (x+1)/W) x [y/H, (y+1)/H) of the image.
//
// It is absolute: the value of a cell is the share of all attention that falls
// into it. Everything else (scores, maps, shares of areas) is computed from it.
type Density struct {
	W, H int
	V    []float32 // len W*H
}

// NewDensity returns a uniform density.
func NewDensity(w, h int) Density {
	d := Density{W: w, H: h, V: make([]float32, w*h)}
	for i := range d.V {
		d.V[i] = 1 / float32(w*h)
	}
	return d
}

// At is the share of attention in cell (x, y).
func (d Density) At(x, y int) float32 { return d.V[y*d.W+x] }

// Sum is the total weight, in float64; 1 up to rounding for a valid density.
func (d Density) Sum() float64 {
	var s float64
	for _, v := range d.V {
		s += float64(v)
	}
	return s
}

// Normalize scales the weights in place so that they sum to 1. A grid without
// weight becomes uniform.
func (d Density) Normalize() {
	s := d.Sum()
	for i := range d.V {
		if s > 0 && !math.IsInf(s, 0) {
			d.V[i] = float32(float64(d.V[i]) / s)
		} else {
			d.V[i] = 1 / float32(len(d.V))
		}
	}
}

// Clone returns a copy that shares no memory.
func (d Density) Clone() Density {
	return Density{W: d.W, H: d.H, V: append([]float32(nil), d.V...)}
}

// Validate reports a density that breaks the contract: wrong length, a
// negative or non-finite weight, or a sum further than 1e-3 from 1.
func (d Density) Validate() error {
	if d.W <= 0 || d.H <= 0 || len(d.V) != d.W*d.H {
		return errors.New("density: size does not match its weights")
	}
	for _, v := range d.V {
		if v < 0 || v != v || v > 2 {
			return errors.New("density: weight out of range")
		}
	}
	if s := d.Sum(); math.Abs(s-1) > 1e-3 {
		return errors.New("density: does not sum to 1")
	}
	return nil
}
