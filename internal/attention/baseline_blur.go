package attention

import "math"

// boxBlur approximates a Gaussian by three running means in each direction, at
// a cost that does not depend on the width. Borders repeat.
type boxBlur struct {
	w, h int
	tmp  []float32
	line []float32
}

func newBoxBlur(w, h int) boxBlur {
	return boxBlur{w: w, h: h, tmp: make([]float32, w*h), line: make([]float32, max(w, h))}
}

// apply blurs v in place with about the given standard deviation (cells).
func (b *boxBlur) apply(v []float32, sigma float64) {
	// Three boxes of 2r+1 cells have the variance r*(r+1).
	r := int(math.Sqrt(sigma*sigma+0.25) - 0.5 + 0.5)
	if r < 1 {
		return
	}
	for range 3 {
		for y := range b.h {
			meanRow(b.tmp[y*b.w:(y+1)*b.w], v[y*b.w:(y+1)*b.w], r)
		}
		b.meanColumns(v, b.tmp, r)
	}
}

// meanRow writes the running mean of src over 2r+1 cells.
func meanRow(dst, src []float32, r int) {
	n := len(src)
	inv := 1 / float32(2*r+1)
	sum := float32(r+1) * src[0]
	for i := 1; i <= r; i++ {
		sum += src[min(i, n-1)]
	}
	for i := range dst {
		dst[i] = sum * inv
		sum += src[min(i+r+1, n-1)] - src[max(i-r, 0)]
	}
}

// meanColumns is meanRow down all columns at once.
func (b *boxBlur) meanColumns(dst, src []float32, r int) {
	row := func(y int) []float32 { y = min(max(y, 0), b.h-1); return src[y*b.w : (y+1)*b.w] }
	inv := 1 / float32(2*r+1)
	sum := b.line[:b.w]
	clear(sum)
	for k := -r; k <= r; k++ {
		for x, v := range row(k) {
			sum[x] += v
		}
	}
	for y := range b.h {
		in, out, d := row(y+r+1), row(y-r), dst[y*b.w:(y+1)*b.w]
		for x := range d {
			d[x] = max(0, sum[x]*inv) // rounding must not go below nothing
			sum[x] += in[x] - out[x]
		}
	}
}
