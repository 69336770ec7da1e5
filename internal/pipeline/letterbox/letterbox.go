// Package letterbox puts densities and maps of the active part of a frame, which is between
// black bars, into those of the whole frame.
//
// The contract: a [Box] is a value; a result is new memory unless it is the argument itself.
package letterbox

import (
	"image"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Box is the place of the active part in a frame, as fractions of it; the zero value is
// the whole frame.
type Box struct{ left, top, right, bottom float64 }

// Of returns the box of the active part of a whole frame.
func Of(active, whole image.Rectangle) Box {
	if active == whole {
		return Box{}
	}
	w, h := float64(whole.Dx()), float64(whole.Dy())
	return Box{float64(active.Min.X) / w, float64(active.Min.Y) / h, float64(active.Max.X) / w, float64(active.Max.Y) / h}
}

// share says how much of a cell of a row falls into another row's cell.
type share struct {
	to   int
	part float64
}

// shares divides n cells that lie between two fractions of a row of m cells
// among these.
func shares(n, m int, from, to float64) [][]share {
	out := make([][]share, n)
	step := (to - from) / float64(n) * float64(m)
	for i := range out {
		a := from*float64(m) + float64(i)*step
		b := a + step
		for k := max(int(a), 0); k < m && float64(k) < b; k++ {
			if part := (min(b, float64(k+1)) - max(a, float64(k))) / step; part > 0 {
				out[i] = append(out[i], share{k, part})
			}
		}
	}
	return out
}

// spread adds the values of a grid of w x h cells to those of a larger one,
// cell by cell in proportion to the area that they share.
func (l Box) spread(dst []float32, dw, dh int, src []float32, w, h int) {
	columns, rows := shares(w, dw, l.left, l.right), shares(h, dh, l.top, l.bottom)
	for y, row := range rows {
		for x, column := range columns {
			v := float64(src[y*w+x])
			for _, r := range row {
				for _, c := range column {
					dst[r.to*dw+c.to] += float32(v * r.part * c.part)
				}
			}
		}
	}
}

// Density returns the density of a whole frame, on a grid of w x h cells, from
// that of what is between the bars. Nothing falls onto the bars. A whole frame has the
// density itself.
func (l Box) Density(d saccade.Density, w, h int) saccade.Density {
	if l == (Box{}) || w == 0 {
		return d
	}
	out := saccade.NewDensity(w, h)
	clear(out.V)
	l.spread(out.V, w, h, d.V, d.W, d.H)
	out.Normalize()
	return out
}

// Plane returns the map of a whole frame from that of what is between the bars:
// of the same size, zero on the bars.
func (l Box) Plane(p *pix.Plane) *pix.Plane {
	if p == nil || l == (Box{}) {
		return p
	}
	out := pix.NewPlane(p.W, p.H)
	for y := range p.H {
		v := ((float64(y)+0.5)/float64(p.H) - l.top) / (l.bottom - l.top)
		for x := range p.W {
			u := ((float64(x)+0.5)/float64(p.W) - l.left) / (l.right - l.left)
			if u >= 0 && u < 1 && v >= 0 && v < 1 {
				out.V[y*p.W+x] = p.V[int(v*float64(p.H))*p.W+int(u*float64(p.W))]
			}
		}
	}
	return out
}
