// Package lanes has the inner loops of packages score, ood and attention, with kernels for
// processors that have them.
//
// The contract: everything is a pure function of its arguments, safe for concurrent use
// on memory of its own, and the same to the bit with a kernel and in plain Go, which does
// what is left behind whole blocks of eight values. Lengths are those of the first
// argument; shorter other ones panic.
//
// Lanes are eight planes side by side, which are worked on as one: value k of pixel i
// stands at 8*i+k.
package lanes

import "math"

// MaxTaps is how many rows [WeighAll] takes at most.
const MaxTaps = 9

// Pack puts rows of equal length into lanes.
func Pack(dst []float32, src *[8][]float32) {
	for x := packBlocks(dst, src); 8*x < len(dst); x++ {
		for k, row := range src {
			dst[8*x+k] = row[x]
		}
	}
}

// Unpack is the opposite of pack.
func Unpack(dst *[8][]float32, src []float32) {
	for x := unpackBlocks(dst, src); 8*x < len(src); x++ {
		for k, row := range dst {
			row[x] = src[8*x+k]
		}
	}
}

// boxLanes averages 2r+1 neighbors along each of h rows.
func boxLanes(dst, src []float32, w, h, r int) {
	inv := 1 / float32(2*r+1)
	for y := boxLaneBlocks(dst, src, w, h, r, inv); y < h; y++ {
		src, dst := src[8*w*y:][:8*w], dst[8*w*y:][:8*w]
		var sum [8]float32
		for k := range sum {
			sum[k] = float32(r) * src[k]
		}
		for i := range r {
			for k, v := range src[8*min(i, w-1):][:8] {
				sum[k] += v
			}
		}
		for x := range w {
			in, out := src[8*min(x+r, w-1):][:8], src[8*max(x-r, 0):][:8]
			d := dst[8*x:][:8]
			for k := range sum {
				v := sum[k] + in[k]
				d[k] = v * inv
				sum[k] = v - out[k]
			}
		}
	}
}

// Minus takes a number from values.
func Minus(dst, src []float32, v float32) {
	for x := minusBlocks(dst, src, v); x < len(dst); x++ {
		dst[x] = src[x] - v
	}
}

// Times multiplies values.
func Times(dst, a, b []float32) {
	for x := timesBlocks(dst, a, b); x < len(dst); x++ {
		dst[x] = a[x] * b[x]
	}
}

// WeighAll is the weighted sum of at most [MaxTaps] rows.
func WeighAll(dst []float32, src [][]float32, f []float32) {
	for x := weighAllBlocks(dst, src, f); x < len(dst); x++ {
		var sum float32
		for i, row := range src {
			sum += f[i] * row[x]
		}
		dst[x] = sum
	}
}

// Contrasts are the sizes of differences and their squares.
func Contrasts(size, square, a, b []float32) {
	for x := contrastBlocks(size, square, a, b); x < len(size); x++ {
		d := a[x] - b[x]
		size[x], square[x] = max(d, -d), d*d
	}
}

// Spread is the standard deviation, of means of values and of their squares.
func Spread(dst, mean, squares []float32) {
	for x := spreadBlocks(dst, mean, squares); x < len(dst); x++ {
		dst[x] = float32(math.Sqrt(float64(max(squares[x]-mean[x]*mean[x], 0))))
	}
}

// Directions are the vectors of gradients at twice their angle. Place x of row is x+1.
func Directions(c, s, up, row, down []float32) {
	for x := directionBlocks(c, s, up, row, down); x < len(c); x++ {
		dx, dy := row[x+2]-row[x], down[x]-up[x]
		c[x], s[x] = 0, 0
		if m := float32(math.Sqrt(float64(dx*dx + dy*dy))); m > 0 {
			c[x], s[x] = (dx*dx-dy*dy)/m, 2*dx*dy/m
		}
	}
}

// Area is det(cov)^(1/4) by local means of c, s, c*c, s*s and c*s.
func Area(dst []float32, rows *[8][]float32) {
	for x := areaBlocks(dst, rows); x < len(dst); x++ {
		u, v := rows[0][x], rows[1][x]
		det := (rows[2][x]-u*u)*(rows[3][x]-v*v) - (rows[4][x]-u*v)*(rows[4][x]-u*v)
		dst[x] = float32(math.Sqrt(math.Sqrt(float64(max(det, 0)))))
	}
}

// Volume is det(cov) by local means of L, a, b, L*L, a*a, b*b, L*a, L*b and a*b.
func Volume(dst []float32, rows *[8][]float32, ab []float32) {
	// Gray images have no volume; a little color noise (0.5 units of Lab)
	// everywhere lets their lightness count.
	const floor, noise = 0.25, 0.02
	for i := volumeBlocks(dst, rows, ab); i < len(dst); i++ {
		L, A, B := rows[0][i], rows[1][i], rows[2][i]
		vl := max(rows[3][i]-L*L-noise, 0)
		va, vb := max(rows[4][i]-A*A, 0)+floor, max(rows[5][i]-B*B, 0)+floor
		cla, clb, cab := rows[6][i]-L*A, rows[7][i]-L*B, ab[i]-A*B
		dst[i] = vl*(va*vb-cab*cab) - cla*(cla*vb-cab*clb) + clb*(cla*cab-va*clb)
	}
}

// SixthRoots takes them of what is above 0, and finite; all else is 0.
func SixthRoots(v []float32) {
	for i := rootBlocks(v); i < len(v); i++ {
		root := 0.0
		if v[i] > 0 {
			root = math.Cbrt(math.Sqrt(float64(v[i])))
		}
		v[i] = float32(root)
	}
}

// LerpMax raises values to what lies between a and b.
func LerpMax(dst, a, b []float32, f float32) {
	for x := lerpMaxBlocks(dst, a, b, f); x < len(dst); x++ {
		dst[x] = max(dst[x], a[x]+(b[x]-a[x])*f)
	}
}
