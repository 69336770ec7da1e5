package eval

import (
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

// total returns the sum of a plane.
func total(p *pix.Plane) float64 {
	var s float64
	for _, v := range p.V {
		s += float64(v)
	}
	return s
}

// normalize scales a plane to sum 1; one without mass becomes uniform.
func normalize(p *pix.Plane) {
	s := total(p)
	for i, v := range p.V {
		if s > 0 {
			p.V[i] = float32(float64(v) / s)
		} else {
			p.V[i] = 1 / float32(len(p.V))
		}
	}
}

// distribution returns the plane shifted to minimum 0 and scaled to sum 1, the
// benchmark's rule for reading a map of any scale as a density.
func distribution(p *pix.Plane) *pix.Plane {
	low := float32(math.Inf(1))
	for _, v := range p.V {
		low = min(low, v)
	}
	out := pix.NewPlane(p.W, p.H)
	for i, v := range p.V {
		out.V[i] = v - low
	}
	normalize(out)
	return out
}

// meanStd returns mean and standard deviation (of the population).
func meanStd(p *pix.Plane) (mean, std float64) {
	n := float64(len(p.V))
	mean = total(p) / n
	var q float64
	for _, v := range p.V {
		d := float64(v) - mean
		q += d * d
	}
	return mean, math.Sqrt(q / n)
}

// cellAt returns the cell of a w x h plane that holds a position given in
// fractions; positions on or beyond the border belong to the outermost cells.
func cellAt(w, h int, f Fixation) int {
	return min(max(int(f.Y*float64(h)), 0), h-1)*w + min(max(int(f.X*float64(w)), 0), w-1)
}

// pick returns the values of a plane at cells.
func pick(p *pix.Plane, cells []int) []float32 {
	out := make([]float32, len(cells))
	for k, i := range cells {
		out[k] = p.V[i]
	}
	return out
}

// resize returns the plane at another size: bilinear between the centers of the
// cells, or the mean of the covered area when it gets smaller in height (the
// rule of the common benchmark code). A plane of that size comes back itself.
func resize(p *pix.Plane, w, h int) *pix.Plane {
	if p.W == w && p.H == h {
		return p
	}
	return resample(p, axis(p.W, w, p.H > h), axis(p.H, h, p.H > h))
}

// bilinear returns the plane at another size, always interpolated between the
// centers of the cells.
func bilinear(p *pix.Plane, w, h int) *pix.Plane {
	return resample(p, axis(p.W, w, false), axis(p.H, h, false))
}

// resample returns the weighted sums that cols and rows name.
func resample(p *pix.Plane, cols, rows []tap) *pix.Plane {
	w, h := len(cols), len(rows)
	mid := make([]float64, w*p.H)
	for y := range p.H {
		src := p.V[y*p.W : (y+1)*p.W]
		for x, t := range cols {
			for k, g := range t.weight {
				mid[y*w+x] += g * float64(src[t.first+k])
			}
		}
	}
	out, line := pix.NewPlane(w, h), make([]float64, w)
	for y, t := range rows {
		clear(line)
		for k, g := range t.weight {
			for x, v := range mid[(t.first+k)*w : (t.first+k+1)*w] {
				line[x] += g * v
			}
		}
		for x, v := range line {
			out.V[y*w+x] = float32(v)
		}
	}
	return out
}

// tap names the source cells of one cell of the result.
type tap struct {
	first  int
	weight []float64
}

// axis lists the taps of one direction; weights sum to 1.
func axis(src, dst int, area bool) []tap {
	out := make([]tap, dst)
	ratio := float64(src) / float64(dst)
	for j := range out {
		if !area || ratio <= 1 {
			at := min(max((float64(j)+0.5)*ratio-0.5, 0), float64(src-1))
			i := min(int(at), max(src-2, 0))
			f := at - float64(i)
			out[j] = tap{i, []float64{1 - f, f}[:min(2, src)]}
			continue
		}
		low, high := float64(j)*ratio, float64(j+1)*ratio
		t := tap{first: int(low)}
		for i := int(low); i < src && float64(i) < high; i++ {
			t.weight = append(t.weight, (min(high, float64(i+1))-max(low, float64(i)))/ratio)
		}
		out[j] = t
	}
	return out
}

// gaussian returns the sampled kernel from -radius to radius, sum 1, cut off at
// four standard deviations.
func gaussian(sigma float64) []float64 {
	r := int(4*sigma + 0.5)
	k := make([]float64, 2*r+1)
	var sum float64
	for i := range k {
		k[i] = math.Exp(-0.5 * float64((i-r)*(i-r)) / (sigma * sigma))
		sum += k[i]
	}
	for i := range k {
		k[i] /= sum
	}
	return k
}

// splat adds the kernel, centered at a cell, to w x h numbers; what falls
// outside is lost.
func splat(v []float64, w, cell int, kernel []float64) {
	r, h := len(kernel)/2, len(v)/w
	cx, cy := cell%w, cell/w
	x0, x1 := max(cx-r, 0), min(cx+r, w-1)
	for y := max(cy-r, 0); y <= min(cy+r, h-1); y++ {
		g := kernel[y-cy+r]
		row := v[y*w+x0 : y*w+x1+1]
		k := kernel[x0-cx+r:][:len(row)]
		for i, v := range k {
			row[i] += g * v
		}
	}
}

// narrowed returns w x h numbers as a plane of sum 1.
func narrowed(v []float64, w, h int) *pix.Plane {
	var sum float64
	for _, x := range v {
		sum += x
	}
	p := pix.NewPlane(w, h)
	for i, x := range v {
		if sum > 0 {
			p.V[i] = float32(x / sum)
		} else {
			p.V[i] = 1 / float32(len(v))
		}
	}
	return p
}

// blur returns the plane blurred with a Gaussian of its own width in each
// direction. border returns the cell of a line of n that stands for one beyond
// it, -1 for nothing.
func blur(p *pix.Plane, sx, sy float64, border func(i, n int) int) *pix.Plane {
	kx, ky := gaussian(sx), gaussian(sy)
	mid, out := make([]float64, len(p.V)), pix.NewPlane(p.W, p.H)
	for y := range p.H {
		for x := range p.W {
			for k, g := range kx {
				if i := border(x+k-len(kx)/2, p.W); i >= 0 {
					mid[y*p.W+x] += g * float64(p.V[y*p.W+i])
				}
			}
		}
	}
	for y := range p.H {
		for x := range p.W {
			var s float64
			for k, g := range ky {
				if j := border(y+k-len(ky)/2, p.H); j >= 0 {
					s += g * mid[j*p.W+x]
				}
			}
			out.V[y*p.W+x] = float32(s)
		}
	}
	return out
}

// nothing is the border beyond which there is nothing.
func nothing(i, n int) int {
	if i < 0 || i >= n {
		return -1
	}
	return i
}

// mirrored is the border beyond which the line comes back.
func mirrored(i, n int) int {
	for i < 0 || i >= n {
		i = max(-i-1, min(i, 2*n-1-i))
	}
	return i
}
