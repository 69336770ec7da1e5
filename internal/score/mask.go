package score

import (
	"cmp"
	"math"
	"slices"

	"github.com/saccade-dev/saccade"
)

// mask is an area of interest on the grid of a density: how much of each cell
// it covers, exactly. Areas that tile the image cover every cell once, so
// their shares sum to 1.
type mask struct {
	cells []maskCell
	area  float64
}

type maskCell struct {
	at    int
	cover float32 // 0..1
}

// newMask lays an area over a grid of w x h cells. Outlines that cross
// themselves follow the even-odd rule.
func newMask(a saccade.AOI, w, h int) mask {
	s := newSweep(a.Corners(), w, h)
	var m mask
	for y := range h {
		var cover float64
		for x, v := range s.row(y) {
			if v > 1e-9 {
				m.cells = append(m.cells, maskCell{y*w + x, float32(v)})
				cover += v
			}
		}
		m.area += cover
	}
	m.area /= float64(w * h)
	return m
}

// Share is the part of the attention that falls into the area, 0..1. The
// density must have the mask's grid.
func (m mask) Share(d saccade.Density) float64 {
	var sum float64
	for _, c := range m.cells {
		sum += float64(d.V[c.at]) * float64(c.cover)
	}
	return min(sum, 1)
}

// Area is the part of the image that the area covers, 0..1.
func (m mask) Area() float64 { return min(m.area, 1) }

// edge is a side of an outline in cells, from its upper to its lower end.
type edge struct{ x0, y0, x1, y1 float64 }

func (e *edge) at(y float64) float64 { return e.x0 + (e.x1-e.x0)*(y-e.y0)/(e.y1-e.y0) }

// sweep covers cells with an outline, one row of cells after another.
type sweep struct {
	w     int
	edges []edge
	// Of the row being covered: area within the cells that an edge passes, and
	// height that every cell from there on is covered by.
	area, height []float64
	stops        []float64
	active       []crossed
}

// crossed is an edge with the places where it enters and leaves a strip.
type crossed struct {
	edge        *edge
	top, bottom float64
}

// least is a length in cells that may be taken for nothing.
const least = 1e-12

func newSweep(corners []saccade.Point, w, h int) *sweep {
	s := &sweep{w: w, area: make([]float64, w+1), height: make([]float64, w+1)}
	for i, p := range corners {
		q := corners[(i+1)%len(corners)]
		e := edge{p[0] * float64(w), p[1] * float64(h), q[0] * float64(w), q[1] * float64(h)}
		if e.y0 > e.y1 {
			e = edge{e.x1, e.y1, e.x0, e.y0}
		}
		if e.y1-e.y0 > least {
			s.edges = append(s.edges, e)
		}
	}
	return s
}

// row returns how much of each cell of row y is covered.
func (s *sweep) row(y int) []float64 {
	clear(s.area)
	clear(s.height)
	top, bottom := float64(y), float64(y+1)
	s.stops = append(s.stops[:0], top, bottom)
	for i := range s.edges {
		for _, v := range []float64{s.edges[i].y0, s.edges[i].y1} {
			if v > top && v < bottom {
				s.stops = append(s.stops, v)
			}
		}
	}
	slices.Sort(s.stops)
	for i := 1; i < len(s.stops); i++ {
		if a, b := s.stops[i-1], s.stops[i]; b-a > least {
			s.slab(a, b)
		}
	}
	var h float64
	for x := range s.w {
		h += s.height[x]
		s.area[x] = min(max(s.area[x]+h, 0), 1)
	}
	return s.area[:s.w]
}

// slab covers the strip from y a to y b, within which no edge begins or ends.
func (s *sweep) slab(a, b float64) {
	s.active = s.active[:0]
	for i := range s.edges {
		if e := &s.edges[i]; e.y0 <= a && e.y1 >= b {
			s.active = append(s.active, crossed{edge: e})
		}
	}
	// Outlines that cross themselves inside the strip are cut finer; the more
	// edges there are, the less a single crossing matters.
	s.strip(a, b, max(0, 10-len(s.active)/4))
}

// strip covers what lies between the first and the second active edge, the
// third and the fourth, and so on. Where edges cross, it is halved.
func (s *sweep) strip(a, b float64, depth int) {
	for i := range s.active {
		c := &s.active[i]
		c.top, c.bottom = c.edge.at(a), c.edge.at(b)
	}
	slices.SortFunc(s.active, func(p, q crossed) int { return cmp.Compare(p.top+p.bottom, q.top+q.bottom) })
	if mid := (a + b) / 2; depth > 0 && s.crossing() {
		s.strip(a, mid, depth-1)
		s.strip(mid, b, depth-1)
		return
	}
	sign := 1.0
	for _, c := range s.active {
		s.right(c.top, c.bottom, sign*(b-a))
		sign = -sign
	}
}

// crossing reports whether the active edges, in order at the middle, are in
// another order at either end.
func (s *sweep) crossing() bool {
	const slack = 1e-9
	for i := 1; i < len(s.active); i++ {
		p, q := &s.active[i-1], &s.active[i]
		if p.top > q.top+slack || p.bottom > q.bottom+slack {
			return true
		}
	}
	return false
}

// right adds what lies to the right of a line from x a to x b over a height
// (negative: takes it away).
func (s *sweep) right(a, b, height float64) {
	if a > b {
		a, b = b, a
	}
	w := float64(s.w)
	if b <= 0 {
		s.height[0] += height
		return
	}
	if a >= w {
		return
	}
	if b-a < least {
		s.piece(max(a, 0), max(a, 0), height)
		return
	}
	// Height of the line per cell; the parts outside the grid count as its
	// left border, or not at all.
	per := height / (b - a)
	if a < 0 {
		s.height[0] += per * -a
		a = 0
	}
	for b > a && a < w {
		end := min(b, math.Floor(a)+1)
		s.piece(a, end, per*(end-a))
		a = end
	}
}

// piece is right within one cell.
func (s *sweep) piece(a, b, height float64) {
	x := min(int(a), s.w-1)
	s.area[x] += height * (float64(x+1) - (a+b)/2)
	s.height[x+1] += height
}
