package eval

import "math"

// Field is a grid of real numbers, row by row from the top left: a map of a
// model or a density, at the size of its stimulus.
type Field struct {
	W, H int
	V    []float64 // len W*H
}

func newField(w, h int) Field { return Field{W: w, H: h, V: make([]float64, w*h)} }

func (f Field) sum() float64 {
	var s float64
	for _, v := range f.V {
		s += v
	}
	return s
}

// normalize scales to sum 1; a field without mass becomes uniform.
func (f Field) normalize() {
	s := f.sum()
	for i := range f.V {
		if s > 0 {
			f.V[i] /= s
		} else {
			f.V[i] = 1 / float64(len(f.V))
		}
	}
}

// distribution is the field shifted to minimum 0 and scaled to sum 1, which is
// how a map of any scale is read as a density.
func (f Field) distribution() Field {
	lo := math.Inf(1)
	for _, v := range f.V {
		lo = min(lo, v)
	}
	p := newField(f.W, f.H)
	for i, v := range f.V {
		p.V[i] = v - lo
	}
	p.normalize()
	return p
}

// meanStd gives mean and standard deviation (of the population).
func (f Field) meanStd() (mean, std float64) {
	n := float64(len(f.V))
	mean = f.sum() / n
	var q float64
	for _, v := range f.V {
		q += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(q / n)
}

// index is the cell that holds a position given in fractions; positions on or
// beyond the border belong to the outermost cells.
func (f Field) index(x, y float64) int {
	return min(max(int(y*float64(f.H)), 0), f.H-1)*f.W + min(max(int(x*float64(f.W)), 0), f.W-1)
}

// resize gives the field at another size: bilinear between the centers of the
// cells, or the mean of the covered area when it gets smaller in height (the
// rule of the common benchmark code).
func (f Field) resize(w, h int) Field {
	if f.W == w && f.H == h {
		return f
	}
	area := f.H > h
	cols, rows := axis(f.W, w, area), axis(f.H, h, area)
	mid := newField(w, f.H)
	for y := range f.H {
		src := f.V[y*f.W : (y+1)*f.W]
		for x, t := range cols {
			for k, g := range t.weight {
				mid.V[y*w+x] += g * src[t.first+k]
			}
		}
	}
	out := newField(w, h)
	for y, t := range rows {
		dst := out.V[y*w : (y+1)*w]
		for k, g := range t.weight {
			src := mid.V[(t.first+k)*w : (t.first+k+1)*w]
			for x := range dst {
				dst[x] += g * src[x]
			}
		}
	}
	return out
}

// tap names the source cells of one cell of the answer.
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
		lo, hi := float64(j)*ratio, float64(j+1)*ratio
		t := tap{first: int(lo)}
		for i := int(lo); i < src && float64(i) < hi; i++ {
			t.weight = append(t.weight, (min(hi, float64(i+1))-max(lo, float64(i)))/ratio)
		}
		out[j] = t
	}
	return out
}

// gaussian is the sampled kernel from -radius to radius, sum 1, cut off at
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

// splat adds the kernel, centerd at a cell, times weight; what falls outside
// the field is lost.
func (f Field) splat(cell int, kernel []float64, weight float64) {
	r := len(kernel) / 2
	cx, cy := cell%f.W, cell/f.W
	x0, x1 := max(cx-r, 0), min(cx+r, f.W-1)
	for y := max(cy-r, 0); y <= min(cy+r, f.H-1); y++ {
		g := weight * kernel[y-cy+r]
		row := f.V[y*f.W+x0 : y*f.W+x1+1]
		k := kernel[x0-cx+r:][:len(row)]
		for i, v := range k {
			row[i] += g * v
		}
	}
}

// blur returns the field blurred with a Gaussian of its own width in each
// direction; beyond the border there is nothing.
func (f Field) blur(sx, sy float64) Field {
	out := newField(f.W, f.H)
	mid := newField(f.W, f.H)
	kx, ky := gaussian(sx), gaussian(sy)
	for y := range f.H {
		for x := range f.W {
			v := f.V[y*f.W+x]
			if v == 0 {
				continue
			}
			r := len(kx) / 2
			for i := max(x-r, 0); i <= min(x+r, f.W-1); i++ {
				mid.V[y*f.W+i] += v * kx[i-x+r]
			}
		}
	}
	for y := range f.H {
		r := len(ky) / 2
		for j := max(y-r, 0); j <= min(y+r, f.H-1); j++ {
			g := ky[j-y+r]
			src, dst := mid.V[y*f.W:(y+1)*f.W], out.V[j*f.W:(j+1)*f.W]
			for x := range dst {
				dst[x] += g * src[x]
			}
		}
	}
	return out
}
