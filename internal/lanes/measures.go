package lanes

import "math"

// Means of three planes of the same size.
func Means(a, b, c []float32) (meanA, meanB, meanC float64) {
	var s [3]float64
	for i := sumBlocks(a, b, c, &s); i < len(a); i++ {
		s[0], s[1], s[2] = s[0]+float64(a[i]), s[1]+float64(b[i]), s[2]+float64(c[i])
	}
	n := float64(max(len(a), 1))
	return s[0] / n, s[1] / n, s[2] / n
}

// Deviations are the standard deviations of two planes around their means.
func Deviations(a, b []float32, meanA, meanB float64) (deviationA, deviationB float64) {
	var s [2]float64
	for i := squareBlocks(a, b, [2]float64{meanA, meanB}, &s); i < len(a); i++ {
		x, y := float64(a[i])-meanA, float64(b[i])-meanB
		s[0], s[1] = s[0]+x*x, s[1]+y*y
	}
	n := float64(max(len(a), 1))
	return math.Sqrt(s[0] / n), math.Sqrt(s[1] / n)
}

// AddSobel adds the squared Sobel gradients of the middle one of three rows.
func AddSobel(sums, above, row, below []float32) {
	n := len(sums)
	a0, a1, a2 := above[:n], above[1:][:n], above[2:][:n]
	b0, b2 := row[:n], row[2:][:n]
	c0, c1, c2 := below[:n], below[1:][:n], below[2:][:n]
	for x := sobelBlocks(sums, above, row, below); x < n; x++ {
		dx := a2[x] + 2*b2[x] + c2[x] - a0[x] - 2*b0[x] - c0[x]
		dy := c0[x] + 2*c1[x] + c2[x] - a0[x] - 2*a1[x] - a2[x]
		sums[x] += dx*dx + dy*dy
	}
}

// Lengths adds the lengths of Sobel gradients, whose squares it takes, in units of one
// step between neighbors, and returns how many are longer than 8.
func Lengths(squares []float32, sum *float64) (strong int) {
	done, strong := lengthBlocks(squares, sum)
	for _, v := range squares[done:] {
		m := math.Sqrt(float64(v)) / 8
		*sum += m
		if m > 8 {
			strong++
		}
	}
	return strong
}

// LightBins is how many bins [Chromas] has for lightness.
const LightBins = 32

// Chromas writes the strength of each color of CIELAB and the bin of its lightness, and
// returns how many are a strong red to orange.
func Chromas(out []float32, bins []uint8, light, reds, yellows []float32) (warm int) {
	i, warm := chromaBlocks(out, bins, light, reds, yellows)
	for ; i < len(out); i++ {
		a, b := reds[i], yellows[i]
		c := float32(math.Sqrt(float64(a*a + b*b)))
		out[i] = c
		if c > 40 && a > 0 && b > -0.2*a && b < 1.7*a {
			warm++
		}
		bins[i] = uint8(min(max(int(light[i]*(LightBins*0.01)), 0), LightBins-1))
	}
	return warm
}

// Levels are whole steps of a size above a number, 0 to top.
func Levels(dst []uint8, src []float32, from, step float32, top uint8) {
	for x := levelBlocks(dst, src, from, step, top); x < len(dst); x++ {
		dst[x] = uint8(min(max((src[x]-from)/step, 0), float32(top)))
	}
}

// Information is the sum of v * log2(v * n) over what is above 0 (and finite).
func Information(v []float32, n float64) float64 {
	var bits float64
	for _, v := range v[informationBlocks(v, n, &bits):] {
		if v > 0 {
			bits += float64(v) * math.Log2(float64(v)*n)
		}
	}
	return bits
}

// Moments are the mean of values and the means of the squares and cubes of what they
// differ from it.
func Moments(v []float32) (mean, second, third float64) {
	n := float64(len(v))
	for _, x := range v[shareBlocks(v, n, &mean):] {
		mean += float64(x) / n
	}
	m := [2]float64{}
	for _, x := range v[momentBlocks(v, n, mean, &m):] {
		d := float64(x) - mean
		m[0] += d * d / n
		m[1] += d * d * d / n
	}
	return mean, m[0], m[1]
}

// Slopes counts the places of a row, but for the last two, where the values rise or fall
// a little to the right and down: evenly, and not. Three rows follow one another.
func Slopes(row, next, second []float32) (even, bent int) {
	n := len(row) - 2
	done, even, bent := slopeBlocks(row, next, second, n)
	abs := func(v float32) float32 { return max(v, -v) }
	for x := done; x < n; x++ {
		at := row[x]
		if moved := abs(row[x+2]-at) + abs(second[x]-at); moved >= 0.75 && moved < 24 {
			if abs(row[x+2]-2*row[x+1]+at)+abs(second[x]-2*next[x]+at) <= 1.25 {
				even++
			} else {
				bent++
			}
		}
	}
	return even, bent
}

// Lags is how many distances [Products] takes at once.
const Lags = 4

// Products adds, for distances from first on, products of the values of a row and those
// as far behind them, and the squares of either.
func Products(v []float32, first int, sum, left, right *[Lags]float64) {
	done := productBlocks(v, first, sum, left, right)
	for k := range Lags {
		if first+k+done >= len(v) {
			break
		}
		behind := v[first+k+done:]
		s, l, r := sum[k], left[k], right[k]
		for x, a := range v[done:][:len(behind)] {
			a, b := float64(a), float64(behind[x])
			s += a * b
			l += a * a
			r += b * b
		}
		sum[k], left[k], right[k] = s, l, r
	}
}
