package score

import (
	"math"
	"slices"

	"github.com/saccade-dev/saccade/internal/pix"
)

// WorkArea is the number of pixels on which clarity and excitingness are
// measured (about 400 x 280), whatever the size of the image: measures of
// clutter depend on scale.
const WorkArea = 112_000

// WorkSize returns the size of an image of w x h pixels when it is scaled to
// WorkArea, aspect kept.
func WorkSize(w, h int) (int, int) {
	k := math.Sqrt(WorkArea / (float64(w) * float64(h)))
	return max(1, int(float64(w)*k+0.5)), max(1, int(float64(h)*k+0.5))
}

// levels is the number of scales of features: 1, 1/2, 1/4, 1/8.
const levels = 4

// pyramid is an image at its working size and below, in RGB and in CIELAB.
type pyramid struct {
	rgb [levels]*pix.RGB
	lab [levels]*pix.Lab
}

// newPyramid scales an image to its working size and makes the smaller ones, in memory of
// s but for the scale that maps are made of.
func (s *scratch) newPyramid(p *pix.RGB) *pyramid {
	c := new(pyramid)
	w, h := WorkSize(p.W, p.H)
	if p.W != w || p.H != h {
		p = p.Scale(w, h)
	}
	for i := range levels {
		if i > 0 {
			small := &s.rgb[i]
			small.W, small.H = max(1, p.W/2), max(1, p.H/2)
			small.Pix = grown(small.Pix, 3*small.W*small.H)
			s.scalers[i].Scale(small, p)
			p = small
		}
		c.rgb[i], c.lab[i] = p, &s.lab[i]
		if i == congestionFrom {
			c.lab[i] = new(pix.Lab)
		}
		p.LabInto(c.lab[i])
	}
	return c
}

// blurred returns the plane under a Gaussian window of the given sigma, as
// three passes of a box; beyond the border the outermost values are repeated.
func blurred(p *pix.Plane, sigma float64) *pix.Plane {
	out := &pix.Plane{W: p.W, H: p.H, V: slices.Clone(p.V)}
	blur(out, sigma, make([]float32, len(out.V)))
	return out
}

// blur is blurred in place, with scratch memory of the same size.
func blur(p *pix.Plane, sigma float64, scratch []float32) {
	r := boxRadius(sigma)
	if r < 1 {
		return
	}
	sum := make([]float32, p.W)
	for range 3 {
		boxRows(scratch, p.V, p.W, r)
		boxColumns(p.V, scratch, sum, p.W, r)
	}
}

// boxRadius is that of three boxes; they have the variance r*(r+1).
func boxRadius(sigma float64) int { return int(math.Round((math.Sqrt(1+4*sigma*sigma) - 1) / 2)) }

// boxRows averages 2r+1 neighbors along each row. Each sum waits for the one before:
// four rows at a time keep the processor busy meanwhile.
func boxRows(dst, src []float32, w, r int) {
	for ; len(src) >= 4*w && w > 2*r; src, dst = src[4*w:], dst[4*w:] {
		boxFourRows(dst[:4*w], src[:4*w], w, r)
	}
	inv := 1 / float32(2*r+1)
	for ; len(src) >= w; src, dst = src[w:], dst[w:] {
		s, d := src[:w], dst[:w]
		sum := boxStart(s, r)
		for x := range d {
			sum += s[min(x+r, w-1)]
			d[x] = sum * inv
			sum -= s[max(x-r, 0)]
		}
	}
}

// boxStart is the sum of a row's box one place before its first one, without its last value.
func boxStart(row []float32, r int) float32 {
	sum := float32(r) * row[0]
	for i := range r {
		sum += row[min(i, len(row)-1)]
	}
	return sum
}

// boxFourRows is boxRows for four rows that are wider than the box.
func boxFourRows(dst, src []float32, w, r int) {
	inv := 1 / float32(2*r+1)
	s0, s1, s2, s3 := src[:w], src[w:][:w], src[2*w:][:w], src[3*w:][:w]
	d0, d1, d2, d3 := dst[:w], dst[w:][:w], dst[2*w:][:w], dst[3*w:][:w]
	a, b, c, d := boxStart(s0, r), boxStart(s1, r), boxStart(s2, r), boxStart(s3, r)
	for x := range d0 {
		in, out := min(x+r, w-1), max(x-r, 0)
		a, b, c, d = a+s0[in], b+s1[in], c+s2[in], d+s3[in]
		d0[x], d1[x], d2[x], d3[x] = a*inv, b*inv, c*inv, d*inv
		a, b, c, d = a-s0[out], b-s1[out], c-s2[out], d-s3[out]
	}
}

// boxColumns averages 2r+1 neighbors along each column, a row at a time; sum is memory for one row.
func boxColumns(dst, src, sum []float32, w, r int) {
	h := len(src) / w
	inv := 1 / float32(2*r+1)
	clear(sum)
	addWeighted(sum, src[:w], float32(r))
	for i := range r {
		addWeighted(sum, src[min(i, h-1)*w:][:w], 1)
	}
	for y := range h {
		in, out := src[min(y+r, h-1)*w:][:w], src[max(y-r, 0)*w:][:w]
		d, sum := dst[y*w:][:w], sum[:w]
		for x := slideBlocks(d, sum, in, out, inv); x < len(d); x++ {
			s := sum[x] + in[x]
			d[x] = s * inv
			sum[x] = s - out[x]
		}
	}
}

// between finds the two source positions around position i of n.
func between(i, src, n int) (lo, hi int, f float32) {
	at := min(max((float64(i)+0.5)*float64(src)/float64(n)-0.5, 0), float64(src-1))
	lo = int(at)
	return lo, min(lo+1, src-1), float32(at - float64(lo))
}

// addWeighted adds values times a factor.
func addWeighted(dst, src []float32, f float32) {
	src = src[:len(dst)]
	for x := weighBlocks(dst, src, f); x < len(dst); x++ {
		dst[x] += f * src[x]
	}
}

// means of three planes of the same size.
func means(a, b, c []float32) (meanA, meanB, meanC float64) {
	var s [3]float64
	for i := sumBlocks(a, b, c, &s); i < len(a); i++ {
		s[0], s[1], s[2] = s[0]+float64(a[i]), s[1]+float64(b[i]), s[2]+float64(c[i])
	}
	n := float64(max(len(a), 1))
	return s[0] / n, s[1] / n, s[2] / n
}

// deviations are the standard deviations of two planes around their means.
func deviations(a, b []float32, meanA, meanB float64) (deviationA, deviationB float64) {
	var s [2]float64
	for i := squareBlocks(a, b, [2]float64{meanA, meanB}, &s); i < len(a); i++ {
		x, y := float64(a[i])-meanA, float64(b[i])-meanB
		s[0], s[1] = s[0]+x*x, s[1]+y*y
	}
	n := float64(max(len(a), 1))
	return math.Sqrt(s[0] / n), math.Sqrt(s[1] / n)
}

// mean of the values.
func mean(v []float32) float64 {
	if len(v) == 0 {
		return 0
	}
	var s float64
	for _, x := range v {
		s += float64(x)
	}
	return s / float64(len(v))
}
