package score

import (
	"math"

	"github.com/saccade-dev/saccade/internal/lanes"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Local clutter after Rosenholtz, Li and Nakano (2007): how much colors,
// contrasts and orientations vary around each place. Three things differ from
// the published code: real CIELAB is used, pyramids keep their gain, and
// coarse scales count in full.
const (
	congestionFrom = 1    // levels of the pyramid: half, a quarter, an eighth
	windowSigma    = 3    // pixels at each level
	orientSigma    = 14   // pixels at each level
	dogInner       = 0.71 // difference of Gaussians
	dogOuter       = 1.14
)

// congestion is the local clutter of an image, at half its working size.
type congestion struct{ color, contrast, orient *pix.Plane }

// congestion takes the largest value over the scales for each of the components.
func (c *pyramid) congestion(s *scratch) congestion {
	w, h := c.lab[congestionFrom].W, c.lab[congestionFrom].H
	out := congestion{pix.NewPlane(w, h), pix.NewPlane(w, h), pix.NewPlane(w, h)}
	for i := congestionFrom; i < levels; i++ {
		l := c.lab[i]
		if l.W < 4 || l.H < 4 {
			break
		}
		if i == congestionFrom {
			s.clutter(l, out.color.V, out.contrast.V, out.orient.V)
			continue
		}
		n := l.W * l.H
		v := grown(s.coarse, 3*n)
		s.coarse = v
		s.clutter(l, v[:n], v[n:2*n], v[2*n:])
		for k, into := range [3]*pix.Plane{out.color, out.contrast, out.orient} {
			s.raise(into, &pix.Plane{W: l.W, H: l.H, V: v[k*n:][:n]})
		}
	}
	return out
}

// edgeMap is 1 where the color changes by more than 8 units of CIELAB within
// two pixels, and 0 elsewhere.
func edgeMap(l *pix.Lab) *pix.Plane {
	out := pix.NewPlane(l.W, l.H)
	for y := 1; y < l.H-1; y++ {
		for x := 1; x < l.W-1; x++ {
			i := y*l.W + x
			var sum float32
			for _, v := range [3][]float32{l.L, l.A, l.B} {
				dx, dy := v[i+1]-v[i-1], v[i+l.W]-v[i-l.W]
				sum += dx*dx + dy*dy
			}
			if sum > 64 {
				out.V[i] = 1
			}
		}
	}
	return out
}

// clutter measures the three components of a scale.
//
// Color is the radius of the ellipsoid that local colors fill: det(cov(L, a, b))^(1/6).
// Contrast is the local standard deviation of |DoG(L)|. Orientation is det(cov)^(1/4) of
// the local gradients' double angle vectors: 0 where one direction prevails.
func (s *scratch) clutter(l *pix.Lab, color, contrast, orient []float32) {
	w, h, n := l.W, l.H, l.W*l.H
	for i := range s.lanes {
		s.lanes[i] = grown(s.lanes[i], 8*n)
	}
	colors, others, angles := s.lanes[0], s.lanes[1], s.lanes[2]
	s.windows(l, colors, others, angles)
	s.boxes.BlurLanes(colors, w, windowSigma)
	s.boxes.BlurLanes(others, w, windowSigma)
	s.boxes.BlurLanes(angles, w, orientSigma)
	r := s.rows(w)
	first, second := (*[8][]float32)(r[:8]), (*[8][]float32)(r[8:16])
	for y := range h {
		lanes.Unpack(first, colors[8*w*y:][:8*w])
		lanes.Unpack(second, others[8*w*y:][:8*w])
		lanes.Volume(color[w*y:][:w], first, second[0])
		lanes.Spread(contrast[w*y:][:w], second[1], second[2])
		lanes.Unpack(first, angles[8*w*y:][:8*w])
		lanes.Area(orient[w*y:][:w], first)
	}
	lanes.SixthRoots(color)
}

// windows are the planes whose local means the components are made of.
func (s *scratch) windows(l *pix.Lab, colors, others, angles []float32) {
	w, h := l.W, l.H
	s.inner, s.outer = grown(s.inner, w*h), grown(s.outer, w*h)
	s.gauss(s.inner, l.L, w, h, dogInner)
	s.gauss(s.outer, l.L, w, h, dogOuter)
	// Variances are differences of large numbers: taken around the mean of the
	// image, a flat area comes out as 0.
	meanL, meanA, meanB := lanes.Means(l.L, l.A, l.B)
	r := s.rows(w)
	first, second := (*[8][]float32)(r[:8]), (*[8][]float32)(r[8:16])
	beside := r[16] // a row with its outermost values repeated
	for y := range h {
		row := w * y
		lanes.Minus(r[0], l.L[row:], float32(meanL))
		lanes.Minus(r[1], l.A[row:], float32(meanA))
		lanes.Minus(r[2], l.B[row:], float32(meanB))
		for k, pair := range [6][2]int{{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}} {
			lanes.Times(r[3+k], r[pair[0]], r[pair[1]])
		}
		lanes.Contrasts(r[9], r[10], s.inner[row:], s.outer[row:])
		lanes.Pack(colors[8*row:][:8*w], first)
		lanes.Pack(others[8*row:][:8*w], second)
		beside = append(append(append(beside[:0], l.L[row]), l.L[row:][:w]...), l.L[row+w-1])
		lanes.Directions(r[0], r[1], l.L[w*max(y-1, 0):], beside, l.L[w*min(y+1, h-1):])
		lanes.Times(r[2], r[0], r[0])
		lanes.Times(r[3], r[1], r[1])
		lanes.Times(r[4], r[0], r[1])
		lanes.Pack(angles[8*row:][:8*w], first)
	}
}

// gauss is an exact Gaussian for small sigmas, separable.
func (s *scratch) gauss(dst, src []float32, w, h int, sigma float64) {
	r := int(math.Ceil(3 * sigma))
	var k [lanes.MaxTaps]float32
	var sum float32
	for i := range 2*r + 1 {
		k[i] = float32(math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma)))
		sum += k[i]
	}
	for i := range k {
		k[i] /= sum
	}
	var from [lanes.MaxTaps][]float32
	rows := s.rows(w)
	between, row := rows[17], rows[16]
	for y := range h {
		for i := range 2*r + 1 {
			from[i] = src[min(max(y+i-r, 0), h-1)*w:][:w]
		}
		lanes.WeighAll(between, from[:2*r+1], k[:])
		row = row[:0] // with the outermost values repeated
		for range r {
			row = append(row, between[0])
		}
		row = append(row, between...)
		for range r {
			row = append(row, between[w-1])
		}
		for i := range 2*r + 1 {
			from[i] = row[i:][:w]
		}
		lanes.WeighAll(dst[w*y:][:w], from[:2*r+1], k[:])
	}
}

// raise makes a plane at least as high as a coarser one, which is resampled bilinearly.
func (s *scratch) raise(dst, p *pix.Plane) {
	rows := s.rows(dst.W)
	held := [2]int{-1, -1} // the rows of p that are in rows, stretched
	get := func(y int) []float32 {
		row := rows[y%2]
		if held[y%2] == y {
			return row
		}
		held[y%2] = y
		src := p.V[y*p.W:][:p.W]
		for x := range row {
			lo, hi, f := s.columns[x].lo, s.columns[x].hi, s.columns[x].f
			row[x] = src[lo] + (src[hi]-src[lo])*f
		}
		return row
	}
	s.columns = grown(s.columns, dst.W)
	for x := range s.columns {
		s.columns[x].lo, s.columns[x].hi, s.columns[x].f = between(x, p.W, dst.W)
	}
	for y := range dst.H {
		y0, y1, f := between(y, p.H, dst.H)
		lanes.LerpMax(dst.V[y*dst.W:][:dst.W], get(y0), get(y1), f)
	}
}

// column is where a column comes from: between lo and hi.
type column struct {
	lo, hi int
	f      float32
}
