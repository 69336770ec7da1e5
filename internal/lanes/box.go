package lanes

import "math"

// Boxes blurs planes, and keeps its memory for the next one. The zero value is ready; it
// belongs to one goroutine.
type Boxes struct {
	spare, sum []float32
	in, out    []float32 // lanes of rows
}

// Blur puts a plane of a width under a Gaussian window of sigma cells, as three passes of
// a box; beyond the border the outermost values are repeated.
func (b *Boxes) Blur(v []float32, w int, sigma float64) {
	r := radius(sigma)
	if r < 1 {
		return
	}
	b.spare = grown(b.spare, len(v))
	for range 3 {
		b.rows(b.spare, v, w, r)
		b.columns(v, b.spare, w, r)
	}
}

// BlurLanes is [Boxes.Blur] of eight planes, side by side in lanes.
func (b *Boxes) BlurLanes(v []float32, w int, sigma float64) {
	r := radius(sigma)
	if r < 1 {
		return
	}
	b.spare = grown(b.spare, len(v))
	for range 3 {
		boxLanes(b.spare, v, w, len(v)/8/w, r)
		b.columns(v, b.spare, 8*w, r)
	}
}

// radius is that of three boxes; they have the variance r*(r+1).
func radius(sigma float64) int { return int(math.Round((math.Sqrt(1+4*sigma*sigma) - 1) / 2)) }

// together is how many lanes of rows slide side by side in the kernel.
const together = 4

// rows averages 2r+1 neighbors along each row: with a kernel in lanes of eight rows.
func (b *Boxes) rows(dst, src []float32, w, r int) {
	if !Fast || w <= 2*r || len(src) < 8*w {
		boxRowsPlain(dst, src, w, r)
		return
	}
	h := len(src) / w
	b.in, b.out = grown(b.in, together*8*w), grown(b.out, together*8*w)
	var rows [8][]float32
	for y := 0; y < h; y += together * 8 {
		groups := min((h-y+7)/8, together)
		for g := range groups {
			Pack(b.in[8*w*g:][:8*w], eightRows(&rows, src, w, y+8*g))
		}
		boxLanes(b.out[:8*w*groups], b.in[:8*w*groups], w, groups, r)
		for g := range groups {
			Unpack(eightRows(&rows, dst, w, y+8*g), b.out[8*w*g:][:8*w])
		}
	}
}

// eightRows are the rows from y on, the last one as often as there are too few.
func eightRows(rows *[8][]float32, v []float32, w, y int) *[8][]float32 {
	for k := range rows {
		rows[k] = v[w*min(y+k, len(v)/w-1):][:w]
	}
	return rows
}

// boxRowsPlain averages 2r+1 neighbors along each row. Each sum waits for the one before:
// four rows at a time keep the processor busy meanwhile.
func boxRowsPlain(dst, src []float32, w, r int) {
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

// boxFourRows is boxRowsPlain for four rows that are wider than the box.
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

// columns averages 2r+1 neighbors along each column, a row at a time.
func (b *Boxes) columns(dst, src []float32, w, r int) {
	b.sum = grown(b.sum, w)
	sum := b.sum
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

// addWeighted adds values times a factor.
func addWeighted(dst, src []float32, f float32) {
	src = src[:len(dst)]
	for x := weighBlocks(dst, src, f); x < len(dst); x++ {
		dst[x] += f * src[x]
	}
}

// grown returns n values of any content, in the memory of v if they fit.
func grown[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}
