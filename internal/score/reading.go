package score

import (
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

// Reading is what was measured of one picture. It is immutable.
type Reading struct {
	canvas   *canvas
	clutter  congestion
	features []Feature
	blank    bool
}

// Feature is one measure of a picture at its working size.
type Feature struct {
	Name  string
	Value float64
}

// Measure looks at a picture of any size, at least 1 x 1 pixels. Nothing is
// scaled when it has its [WorkSize] already.
func Measure(p *pix.RGB) *Reading {
	c := newCanvas(p)
	r := &Reading{canvas: c, clutter: c.congestion(), blank: c.rgb[0].Blank()}
	r.features = c.features(&r.clutter)
	return r
}

// Features lists the measures, always in the same order.
func (r *Reading) Features() []Feature { return r.features }

// Clarity is 0..100: the percentage of pages that are less clear. One solid
// colour is 100.
func (r *Reading) Clarity() int {
	if r.blank {
		return 100
	}
	t := tables()
	return score(1 - t.Clarity.Quantiles.Percentile(r.Complexity()))
}

// Complexity is the raw value behind Clarity: larger is more complex, in
// standard deviations of human judgements within one kind of picture.
func (r *Reading) Complexity() float64 { return tables().Complexity(r.features) }

// Excitingness is 0..100: the percentage of pages that are less stimulating.
func (r *Reading) Excitingness() int {
	return score(tables().Excitingness.Quantiles.Percentile(r.Stimulation()))
}

// Stimulation is the raw value behind Excitingness.
func (r *Reading) Stimulation() float64 { return tables().Stimulation(r.features) }

// ClarityMap tells where the picture is cluttered: the percentile of the local
// clutter among all places of the reference pages, 0 (empty) to 1. It is never
// stretched to its own maximum, so pictures can be compared.
func (r *Reading) ClarityMap() *pix.Plane {
	return tables().Clarity.Map.apply(r.LocalClutter(tables().Clarity.Map.Parts))
}

// ExcitingnessMap tells where the picture stimulates, as ClarityMap does for
// clutter.
func (r *Reading) ExcitingnessMap() *pix.Plane {
	return tables().Excitingness.Map.apply(r.LocalStimulation(tables().Excitingness.Map.Parts))
}

// mapSmooth makes single letters one block: sigma in widths of the picture.
const mapSmooth = 0.015

// LocalClutter is the raw clarity map at half the working size: local variety
// of colour, strong edges, contrast and orientation (2 : 1.5 : 1 : 0.5), each
// in units of its mean over the reference pages.
func (r *Reading) LocalClutter(unit [4]float64) *pix.Plane {
	return r.combine(r.clutterParts(), [4]float64{2 / unit[0], 1.5 / unit[1], 1 / unit[2], 0.5 / unit[3]})
}

// LocalStimulation is the raw excitingness map at half the working size: local
// variety of colours, saturation, contrast and edges (10 : 3 : 4 : 3).
func (r *Reading) LocalStimulation(unit [4]float64) *pix.Plane {
	return r.combine(r.stimulationParts(), [4]float64{0.5 / unit[0], 0.15 / unit[1], 0.2 / unit[2], 0.15 / unit[3]})
}

// Parts gives the means of the planes that LocalClutter and LocalStimulation
// combine, for calibration.
func (r *Reading) Parts() (clutter, stimulation [4]float64) {
	c, s := r.clutterParts(), r.stimulationParts()
	for k := range c {
		clutter[k], stimulation[k] = mean(c[k].v), mean(s[k].v)
	}
	return clutter, stimulation
}

func (r *Reading) clutterParts() [4]plane {
	c := &r.clutter
	return [4]plane{c.colour, c.edges, c.contrast, c.orient}
}

func (r *Reading) stimulationParts() [4]plane {
	c := &r.clutter
	return [4]plane{c.colour, r.chromaPlane(), c.contrast, c.edges}
}

func (r *Reading) chromaPlane() plane {
	l := r.canvas.lab[congestionFrom]
	return plane{l.W, l.H, chromas(l)}
}

// combine adds weighted planes and smooths the sum.
func (r *Reading) combine(parts [4]plane, weights [4]float64) *pix.Plane {
	sum := newPlane(parts[0].w, parts[0].h)
	for i, p := range parts {
		k := float32(weights[i])
		for j, v := range p.v {
			sum.v[j] += k * v
		}
	}
	sum.blur(max(mapSmooth*math.Max(float64(sum.w), float64(sum.h)), 1.5), make([]float32, len(sum.v)))
	return &pix.Plane{W: sum.w, H: sum.h, V: sum.v}
}
