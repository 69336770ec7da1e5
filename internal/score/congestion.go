package score

import (
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

// Local clutter after Rosenholtz, Li and Nakano (2007): how much colours,
// contrasts and orientations vary around each place. Three things differ from
// the published code: real CIELAB is used, pyramids keep their gain, and
// coarse scales count in full.
const (
	congestionFrom = 1    // levels of the canvas: half, a quarter, an eighth
	windowSigma    = 3    // pixels at each level
	orientSigma    = 14   // pixels at each level
	dogInner       = 0.71 // difference of Gaussians
	dogOuter       = 1.14
)

// congestion is the local clutter of a canvas, at half its working size.
type congestion struct{ colour, contrast, orient, edges plane }

// congestion takes the largest value over the scales for each of the parts;
// edges, which are not from that paper, are those of the finest scale.
func (c *canvas) congestion() congestion {
	w, h := c.lab[congestionFrom].W, c.lab[congestionFrom].H
	var out congestion
	for i := congestionFrom; i < levels; i++ {
		l := c.lab[i]
		if l.W < 4 || l.H < 4 {
			break
		}
		light := plane{l.W, l.H, l.L}
		parts := [3]plane{colourVolume(l), contrastSpread(light), orientationSpread(light)}
		for k, into := range []*plane{&out.colour, &out.contrast, &out.orient} {
			if i == congestionFrom {
				*into = parts[k]
				continue
			}
			for j, v := range parts[k].scaled(w, h).v {
				into.v[j] = max(into.v[j], v)
			}
		}
	}
	if out.colour.v == nil {
		out = congestion{colour: newPlane(w, h), contrast: newPlane(w, h), orient: newPlane(w, h)}
	}
	out.edges = edgeMap(c.lab[congestionFrom])
	return out
}

// edgeMap is 1 where the colour changes by more than 8 units of CIELAB within
// two pixels, and 0 elsewhere.
func edgeMap(l *pix.Lab) plane {
	out := newPlane(l.W, l.H)
	for y := 1; y < l.H-1; y++ {
		for x := 1; x < l.W-1; x++ {
			i := y*l.W + x
			var sum float32
			for _, v := range [3][]float32{l.L, l.A, l.B} {
				dx, dy := v[i+1]-v[i-1], v[i+l.W]-v[i-l.W]
				sum += dx*dx + dy*dy
			}
			if sum > 64 {
				out.v[i] = 1
			}
		}
	}
	return out
}

// colourVolume is the radius of the ellipsoid that local colours fill:
// det(cov(L, a, b))^(1/6).
func colourVolume(l *pix.Lab) plane {
	n := l.W * l.H
	scratch := make([]float32, n)
	// Variances are differences of large numbers: taken around the mean of the
	// picture, a flat area comes out as 0.
	base := [3]float32{float32(mean(l.L)), float32(mean(l.A)), float32(mean(l.B))}
	window := func(a, b int) []float32 {
		p := newPlane(l.W, l.H)
		channels := [3][]float32{l.L, l.A, l.B}
		for i, v := range channels[a] {
			p.v[i] = v - base[a]
			if b >= 0 {
				p.v[i] *= channels[b][i] - base[b]
			}
		}
		p.blur(windowSigma, scratch)
		return p.v
	}
	L, A, B := window(0, -1), window(1, -1), window(2, -1)
	ll, aa, bb := window(0, 0), window(1, 1), window(2, 2)
	la, lb, ab := window(0, 1), window(0, 2), window(1, 2)
	// Grey pictures have no volume; a little colour noise (0.5 units of Lab)
	// everywhere lets their lightness count.
	const floor, noise = 0.25, 0.02
	out := newPlane(l.W, l.H)
	for i := range out.v {
		vl := max(ll[i]-L[i]*L[i]-noise, 0)
		va, vb := max(aa[i]-A[i]*A[i], 0)+floor, max(bb[i]-B[i]*B[i], 0)+floor
		cla, clb, cab := la[i]-L[i]*A[i], lb[i]-L[i]*B[i], ab[i]-A[i]*B[i]
		det := vl*(va*vb-cab*cab) - cla*(cla*vb-cab*clb) + clb*(cla*cab-va*clb)
		if det > 0 {
			out.v[i] = float32(math.Cbrt(math.Sqrt(float64(det))))
		}
	}
	return out
}

// contrastSpread is the local standard deviation of |DoG(L)|.
func contrastSpread(light plane) plane {
	in, around := light.gauss(dogInner), light.gauss(dogOuter)
	sq := newPlane(light.w, light.h)
	for i := range in.v {
		d := in.v[i] - around.v[i]
		in.v[i] = max(d, -d)
		sq.v[i] = d * d
	}
	scratch := around.v
	in.blur(windowSigma, scratch)
	sq.blur(windowSigma, scratch)
	for i, m := range in.v {
		sq.v[i] = float32(math.Sqrt(float64(max(sq.v[i]-m*m, 0))))
	}
	return sq
}

// orientationSpread is det(cov)^(1/4) of the local gradients' double angle
// vectors: 0 where one direction prevails.
func orientationSpread(light plane) plane {
	w, h := light.w, light.h
	c, s := newPlane(w, h), newPlane(w, h)
	for y := range h {
		up, down := max(y-1, 0)*w, min(y+1, h-1)*w
		for x := range w {
			dx := light.v[y*w+min(x+1, w-1)] - light.v[y*w+max(x-1, 0)]
			dy := light.v[down+x] - light.v[up+x]
			if m := float32(math.Sqrt(float64(dx*dx + dy*dy))); m > 0 {
				c.v[y*w+x], s.v[y*w+x] = (dx*dx-dy*dy)/m, 2*dx*dy/m
			}
		}
	}
	cc, ss, cs := newPlane(w, h), newPlane(w, h), newPlane(w, h)
	for i, u := range c.v {
		v := s.v[i]
		cc.v[i], ss.v[i], cs.v[i] = u*u, v*v, u*v
	}
	scratch := make([]float32, w*h)
	for _, p := range []plane{c, s, cc, ss, cs} {
		p.blur(orientSigma, scratch)
	}
	for i, u := range c.v {
		v := s.v[i]
		det := (cc.v[i]-u*u)*(ss.v[i]-v*v) - (cs.v[i]-u*v)*(cs.v[i]-u*v)
		cc.v[i] = float32(math.Sqrt(math.Sqrt(float64(max(det, 0)))))
	}
	return cc
}

// gauss is an exact Gaussian for small sigmas, separable.
func (p plane) gauss(sigma float64) plane {
	r := int(math.Ceil(3 * sigma))
	k := make([]float32, 2*r+1)
	var sum float32
	for i := range k {
		k[i] = float32(math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma)))
		sum += k[i]
	}
	tmp, out := newPlane(p.w, p.h), newPlane(p.w, p.h)
	for i, f := range k {
		f /= sum
		for y := range p.h {
			src, dst := p.v[min(max(y+i-r, 0), p.h-1)*p.w:][:p.w], tmp.v[y*p.w:][:p.w]
			for x, v := range src {
				dst[x] += f * v
			}
		}
	}
	for i, f := range k {
		f /= sum
		for y := range p.h {
			src, dst := tmp.v[y*p.w:][:p.w], out.v[y*p.w:][:p.w]
			for x := range dst {
				dst[x] += f * src[min(max(x+i-r, 0), p.w-1)]
			}
		}
	}
	return out
}
