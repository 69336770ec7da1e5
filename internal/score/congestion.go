package score

import (
	"math"

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
type congestion struct{ color, contrast, orient, edges *pix.Plane }

// congestion takes the largest value over the scales for each of the components;
// edges, which are not from that paper, are those of the finest scale.
func (c *pyramid) congestion() congestion {
	w, h := c.lab[congestionFrom].W, c.lab[congestionFrom].H
	var out congestion
	for i := congestionFrom; i < levels; i++ {
		l := c.lab[i]
		if l.W < 4 || l.H < 4 {
			break
		}
		light := &pix.Plane{W: l.W, H: l.H, V: l.L}
		components := [3]*pix.Plane{colorVolume(l), contrastSpread(light), orientationSpread(light)}
		for k, into := range []**pix.Plane{&out.color, &out.contrast, &out.orient} {
			if i == congestionFrom {
				*into = components[k]
				continue
			}
			for j, v := range scaled(components[k], w, h).V {
				(*into).V[j] = max((*into).V[j], v)
			}
		}
	}
	if out.color == nil {
		out = congestion{color: pix.NewPlane(w, h), contrast: pix.NewPlane(w, h), orient: pix.NewPlane(w, h)}
	}
	out.edges = edgeMap(c.lab[congestionFrom])
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

// colorVolume is the radius of the ellipsoid that local colors fill:
// det(cov(L, a, b))^(1/6).
func colorVolume(l *pix.Lab) *pix.Plane {
	n := l.W * l.H
	scratch := make([]float32, n)
	// Variances are differences of large numbers: taken around the mean of the
	// image, a flat area comes out as 0.
	base := [3]float32{float32(mean(l.L)), float32(mean(l.A)), float32(mean(l.B))}
	window := func(a, b int) []float32 {
		p := pix.NewPlane(l.W, l.H)
		channels := [3][]float32{l.L, l.A, l.B}
		for i, v := range channels[a] {
			p.V[i] = v - base[a]
			if b >= 0 {
				p.V[i] *= channels[b][i] - base[b]
			}
		}
		blur(p, windowSigma, scratch)
		return p.V
	}
	L, A, B := window(0, -1), window(1, -1), window(2, -1)
	ll, aa, bb := window(0, 0), window(1, 1), window(2, 2)
	la, lb, ab := window(0, 1), window(0, 2), window(1, 2)
	// Gray images have no volume; a little color noise (0.5 units of Lab)
	// everywhere lets their lightness count.
	const floor, noise = 0.25, 0.02
	out := pix.NewPlane(l.W, l.H)
	for i := range out.V {
		vl := max(ll[i]-L[i]*L[i]-noise, 0)
		va, vb := max(aa[i]-A[i]*A[i], 0)+floor, max(bb[i]-B[i]*B[i], 0)+floor
		cla, clb, cab := la[i]-L[i]*A[i], lb[i]-L[i]*B[i], ab[i]-A[i]*B[i]
		det := vl*(va*vb-cab*cab) - cla*(cla*vb-cab*clb) + clb*(cla*cab-va*clb)
		if det > 0 {
			out.V[i] = float32(math.Cbrt(math.Sqrt(float64(det))))
		}
	}
	return out
}

// contrastSpread is the local standard deviation of |DoG(L)|.
func contrastSpread(light *pix.Plane) *pix.Plane {
	in, around := gauss(light, dogInner), gauss(light, dogOuter)
	sq := pix.NewPlane(light.W, light.H)
	for i := range in.V {
		d := in.V[i] - around.V[i]
		in.V[i] = max(d, -d)
		sq.V[i] = d * d
	}
	scratch := around.V
	blur(in, windowSigma, scratch)
	blur(sq, windowSigma, scratch)
	for i, m := range in.V {
		sq.V[i] = float32(math.Sqrt(float64(max(sq.V[i]-m*m, 0))))
	}
	return sq
}

// orientationSpread is det(cov)^(1/4) of the local gradients' double angle
// vectors: 0 where one direction prevails.
func orientationSpread(light *pix.Plane) *pix.Plane {
	w, h := light.W, light.H
	c, s := pix.NewPlane(w, h), pix.NewPlane(w, h)
	for y := range h {
		up, down := max(y-1, 0)*w, min(y+1, h-1)*w
		for x := range w {
			dx := light.V[y*w+min(x+1, w-1)] - light.V[y*w+max(x-1, 0)]
			dy := light.V[down+x] - light.V[up+x]
			if m := float32(math.Sqrt(float64(dx*dx + dy*dy))); m > 0 {
				c.V[y*w+x], s.V[y*w+x] = (dx*dx-dy*dy)/m, 2*dx*dy/m
			}
		}
	}
	cc, ss, cs := pix.NewPlane(w, h), pix.NewPlane(w, h), pix.NewPlane(w, h)
	for i, u := range c.V {
		v := s.V[i]
		cc.V[i], ss.V[i], cs.V[i] = u*u, v*v, u*v
	}
	scratch := make([]float32, w*h)
	for _, p := range []*pix.Plane{c, s, cc, ss, cs} {
		blur(p, orientSigma, scratch)
	}
	for i, u := range c.V {
		v := s.V[i]
		det := (cc.V[i]-u*u)*(ss.V[i]-v*v) - (cs.V[i]-u*v)*(cs.V[i]-u*v)
		cc.V[i] = float32(math.Sqrt(math.Sqrt(float64(max(det, 0)))))
	}
	return cc
}

// gauss is an exact Gaussian for small sigmas, separable.
func gauss(p *pix.Plane, sigma float64) *pix.Plane {
	r := int(math.Ceil(3 * sigma))
	k := make([]float32, 2*r+1)
	var sum float32
	for i := range k {
		k[i] = float32(math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma)))
		sum += k[i]
	}
	tmp, out := pix.NewPlane(p.W, p.H), pix.NewPlane(p.W, p.H)
	for i, f := range k {
		f /= sum
		for y := range p.H {
			addWeighted(tmp.V[y*p.W:][:p.W], p.V[min(max(y+i-r, 0), p.H-1)*p.W:][:p.W], f)
		}
	}
	row := make([]float32, p.W+2*r) // with the outermost values repeated
	for y := range p.H {
		src, dst := tmp.V[y*p.W:][:p.W], out.V[y*p.W:][:p.W]
		copy(row[r:], src)
		for i := range r {
			row[i], row[len(row)-1-i] = src[0], src[p.W-1]
		}
		for i, f := range k {
			f /= sum
			addWeighted(dst, row[i:][:p.W], f)
		}
	}
	return out
}

// addWeighted adds values times a factor.
func addWeighted(dst, src []float32, f float32) {
	src = src[:len(dst)]
	for x := weighBlocks(dst, src, f); x < len(dst); x++ {
		dst[x] += f * src[x]
	}
}
