package compare

import (
	"math"

	"github.com/saccade-dev/saccade"
)

// Moved returns the total variation between two densities: the share of all
// attention, 0..1, that would have to move for one to become the other. Grids of
// different sizes are compared by fractions of width and height.
func Moved(a, b saccade.Density) float64 {
	a, b = sameGrid(a, b)
	var sum float64
	for i, v := range a.V {
		sum += math.Abs(float64(v) - float64(b.V[i]))
	}
	return min(sum/2, 1)
}

// sameGrid returns both densities on one grid, as fine as the finer one.
func sameGrid(a, b saccade.Density) (saccade.Density, saccade.Density) {
	w, h := max(a.W, b.W), max(a.H, b.H)
	return Regrid(a, w, h), Regrid(b, w, h)
}

// Regrid returns the density on a grid of w x h cells. The attention of a cell
// counts as spread evenly over it, so that the sum stays.
func Regrid(d saccade.Density, w, h int) saccade.Density {
	if d.W == w && d.H == h {
		return d
	}
	columns, rows := overlaps(d.W, w), overlaps(d.H, h)
	wide := make([]float64, w*d.H)
	for y := range d.H {
		for _, o := range columns {
			wide[y*w+o.to] += o.part * float64(d.V[y*d.W+o.from])
		}
	}
	sum := make([]float64, w*h)
	for _, o := range rows {
		for x := range w {
			sum[o.to*w+x] += o.part * wide[o.from*w+x]
		}
	}
	out := saccade.Density{W: w, H: h, V: make([]float32, w*h)}
	for i, v := range sum {
		out.V[i] = float32(v)
	}
	return out
}

// overlap says which part of a cell goes to another one.
type overlap struct {
	from, to int
	part     float64
}

// overlaps lays n cells over m cells of the same length.
func overlaps(n, m int) []overlap {
	var out []overlap
	for i := range n {
		for j := i * m / n; j < m && j*n < (i+1)*m; j++ {
			// In units of 1/(n*m): cell i is [i*m, (i+1)*m), cell j is [j*n, (j+1)*n).
			if part := min((i+1)*m, (j+1)*n) - max(i*m, j*n); part > 0 {
				out = append(out, overlap{i, j, float64(part) / float64(m)})
			}
		}
	}
	return out
}
