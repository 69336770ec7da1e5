package render

import (
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Layer is something to be laid over an image, whatever its size. It is
// immutable.
type Layer struct {
	field grid
	table *table
	spots []saccade.GazePoint // hotspots instead of a field

	outlined bool // strong places have an outline
}

// grid holds table positions in 8.8 fixed point: cell centers of an image.
type grid struct {
	w, h int
	v    []uint16
}

// Reach of the fixed scale, see the package comment.
const (
	heatOctaves  = 4     // doublings from chance to the hottest color
	missedRate   = 0.225 // 9 fixations of 2.5 % of a screen
	scoreVisible = 0.6   // percentile from which a score map shows
)

// Heat shows the density: indigo is a little more attention than by chance,
// yellow sixteen times as much.
func Heat(d saccade.Density) *Layer { return Attention(d, saccade.PaletteHeat) }

// Attention is [Heat] in the colors of a palette; an empty one is heat.
func Attention(d saccade.Density, p saccade.Palette) *Layer {
	cells := float64(len(d.V))
	l := newLayer(d.W, d.H, paletteTable(p), func(i int) float64 {
		times := float64(d.V[i]) * cells
		if times <= 1 {
			return 0
		}
		return math.Log2(times) / heatOctaves
	})
	l.outlined = p == saccade.PaletteTurbo
	return l
}

// Perception darkens what is missed within the first three seconds.
func Perception(d saccade.Density) *Layer {
	cells := float64(len(d.V))
	return newLayer(d.W, d.H, perceptionTable(), func(i int) float64 {
		return 1 - math.Exp(-missedRate*float64(d.V[i])*cells)
	})
}

// Hotspots shows gaze points as circles: the area is the mass.
func Hotspots(points []saccade.GazePoint) *Layer {
	return &Layer{table: heatTable(), spots: append([]saccade.GazePoint(nil), points...)}
}

// Clarity shows clutter: percentiles 0..1 of local clutter, 1 = most cluttered.
func Clarity(p *pix.Plane) *Layer { return scoreLayer(p, clarityTable()) }

// Excitingness shows stimulation: percentiles 0..1, 1 = most exciting.
func Excitingness(p *pix.Plane) *Layer { return scoreLayer(p, excitingnessTable()) }

func scoreLayer(p *pix.Plane, t *table) *Layer {
	return newLayer(p.W, p.H, t, func(i int) float64 {
		return (float64(p.V[i]) - scoreVisible) / (1 - scoreVisible)
	})
}

// newLayer fills a field from positions, which are clipped to 0..1.
func newLayer(w, h int, t *table, position func(i int) float64) *Layer {
	g := grid{w: w, h: h, v: make([]uint16, w*h)}
	for i := range g.v {
		g.v[i] = uint16(min(max(position(i), 0), 1)*(steps-1)*256 + 0.5)
	}
	return &Layer{field: g, table: t}
}

// smoothed doubles the grid until a cell is at most limit pixels wide at an
// output width of w. Doubling again and again by bilinear weights approaches a
// quadratic B-spline: the cells of the model cannot be seen in the image.
func (g grid) smoothed(w, limit int) grid {
	for w > g.w*limit {
		g = g.doubled()
	}
	return g
}

// doubled halves the cells: each new value lies a quarter of the way to its
// neighbor.
func (g grid) doubled() grid {
	out := grid{w: 2 * g.w, h: 2 * g.h, v: make([]uint16, 4*g.w*g.h)}
	mix := make([]uint32, g.w+2) // one row, the ends repeated
	for y := range out.h {
		near := y / 2
		far := min(max(near+2*(y%2)-1, 0), g.h-1)
		a, b := g.v[near*g.w:][:g.w], g.v[far*g.w:][:g.w]
		for x := range a {
			mix[x+1] = 3*uint32(a[x]) + uint32(b[x])
		}
		mix[0], mix[g.w+1] = mix[1], mix[g.w]
		row := out.v[y*out.w:][:out.w]
		for x := range g.w {
			m := 3 * mix[x+1]
			row[2*x] = uint16((m + mix[x] + 8) >> 4)
			row[2*x+1] = uint16((m + mix[x+2] + 8) >> 4)
		}
	}
	return out
}
