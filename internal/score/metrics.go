package score

import (
	"math"
	"slices"

	"github.com/saccade-dev/saccade/internal/lanes"
	"github.com/saccade-dev/saccade/internal/pix"
)

// PageMetrics is what was measured of one image. It is immutable.
type PageMetrics struct {
	lab      *pix.Lab // at half the working size
	clutter  congestion
	features []Feature
	blank    bool
	network  bool // features has those of a network, too
}

// Feature is one measure of an image at its working size.
type Feature struct {
	Name  string
	Value float64
}

// Measure measures an image of any size, at least 1 x 1 pixels. Nothing is
// scaled when it has its [WorkSize] already.
func Measure(p *pix.RGB) *PageMetrics {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	c := s.newPyramid(p)
	m := &PageMetrics{lab: c.lab[congestionFrom], clutter: c.congestion(s), blank: c.rgb[0].Blank()}
	m.features = c.features(&m.clutter, s)
	return m
}

// Features lists the measures, always in the same order.
func (m *PageMetrics) Features() []Feature { return m.features }

// WithNetwork returns the metrics with the features that the network of an attention
// model has of the image (attention.Examiner); clarity agrees better with people by
// them. Of a model without a table, and without features, it returns m.
func (m *PageMetrics) WithNetwork(model string, features []float32) *PageMetrics {
	if len(features) == 0 || model != tables().Clarity.Network.Model {
		return m
	}
	out := *m
	out.features, out.network = append(slices.Clone(m.features), NetworkFeatures(features)...), true
	return &out
}

// Clarity is 0..100: the percentage of pages that are less clear. One solid
// color is 100.
func (m *PageMetrics) Clarity() int {
	if m.blank {
		return 100
	}
	q := tables().Clarity.Quantiles
	if m.network {
		q = tables().Clarity.Network.Quantiles
	}
	return score(1 - q.Percentile(m.Complexity()))
}

// Complexity is the raw value behind Clarity: larger is more complex, in
// standard deviations of human judgments within one kind of image.
func (m *PageMetrics) Complexity() float64 {
	if m.network {
		return Weigh(tables().Clarity.Network.Weights, m.features)
	}
	return tables().Complexity(m.features)
}

// Excitingness is 0..100: the percentage of pages that are less stimulating.
func (m *PageMetrics) Excitingness() int {
	return score(tables().Excitingness.Quantiles.Percentile(m.Stimulation()))
}

// Stimulation is the raw value behind Excitingness.
func (m *PageMetrics) Stimulation() float64 { return tables().Stimulation(m.features) }

// ClarityMap returns where the image is cluttered: the percentile of the local
// clutter among all places of the reference pages, 0 (empty) to 1. It is never
// stretched to its own maximum, so images can be compared.
func (m *PageMetrics) ClarityMap() *pix.Plane {
	return tables().Clarity.Map.apply(m.LocalClutter(tables().Clarity.Map.Components))
}

// ExcitingnessMap returns where the image stimulates, as ClarityMap does for
// clutter.
func (m *PageMetrics) ExcitingnessMap() *pix.Plane {
	return tables().Excitingness.Map.apply(m.LocalStimulation(tables().Excitingness.Map.Components))
}

// mapSmooth makes single letters one block: sigma in widths of the image.
const mapSmooth = 0.015

// LocalClutter is the raw clarity map at half the working size: local variety
// of color, strong edges, contrast and orientation (2 : 1.5 : 1 : 0.5), each
// in units of its mean over the reference pages.
func (m *PageMetrics) LocalClutter(unit [4]float64) *pix.Plane {
	return m.combine(m.clutterComponents(), [4]float64{2 / unit[0], 1.5 / unit[1], 1 / unit[2], 0.5 / unit[3]})
}

// LocalStimulation is the raw excitingness map at half the working size: local
// variety of colors, saturation, contrast and edges (10 : 3 : 4 : 3).
func (m *PageMetrics) LocalStimulation(unit [4]float64) *pix.Plane {
	return m.combine(m.stimulationComponents(), [4]float64{0.5 / unit[0], 0.15 / unit[1], 0.2 / unit[2], 0.15 / unit[3]})
}

// Components returns the means of the planes that LocalClutter and LocalStimulation
// combine, for calibration.
func (m *PageMetrics) Components() (clutter, stimulation [4]float64) {
	c, s := m.clutterComponents(), m.stimulationComponents()
	for k := range c {
		clutter[k], stimulation[k] = mean(c[k].V), mean(s[k].V)
	}
	return clutter, stimulation
}

func (m *PageMetrics) clutterComponents() [4]*pix.Plane {
	c := &m.clutter
	return [4]*pix.Plane{c.color, m.edges(), c.contrast, c.orient}
}

func (m *PageMetrics) stimulationComponents() [4]*pix.Plane {
	c := &m.clutter
	return [4]*pix.Plane{c.color, m.chromaPlane(), c.contrast, m.edges()}
}

func (m *PageMetrics) edges() *pix.Plane { return edgeMap(m.lab) }

func (m *PageMetrics) chromaPlane() *pix.Plane {
	out := pix.NewPlane(m.lab.W, m.lab.H)
	lanes.Chromas(out.V, make([]uint8, len(out.V)), m.lab.L, m.lab.A, m.lab.B)
	return out
}

// combine adds weighted planes and smooths the sum.
func (m *PageMetrics) combine(components [4]*pix.Plane, weights [4]float64) *pix.Plane {
	sum := pix.NewPlane(components[0].W, components[0].H)
	for i, p := range components {
		k := float32(weights[i])
		for j, v := range p.V {
			sum.V[j] += k * v
		}
	}
	blur(sum, max(mapSmooth*math.Max(float64(sum.W), float64(sum.H)), 1.5))
	return sum
}
