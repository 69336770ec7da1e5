package ood

import (
	"math"

	"github.com/saccade-dev/saccade/internal/lanes"
	"github.com/saccade-dev/saccade/internal/pix"
)

// levels is the number of scales of the luminance, each half the size of the one before.
const levels = 5

// statistics describes the pixels of an image by plain numbers, always as many in the
// same order: detail at five scales, directions of edges, symmetry, repetition,
// smoothness, colors and levels of gray.
func statistics(p *pix.RGB) []float64 {
	y := luminance(p)
	smaller := [levels]*pix.Plane{y}
	for k := 1; k < levels; k++ {
		smaller[k] = half(smaller[k-1])
	}
	f := scales(&smaller)
	f = append(f, directions(y)...)
	f = append(f, symmetries(smaller[2])...)
	f = append(f, repetition(smaller[1])...)
	f = append(f, evenness(y)...)
	f = append(f, colors(p)...)
	return append(f, grays(y)...)
}

// luminance returns it in levels, 0 to 255.
func luminance(p *pix.RGB) *pix.Plane {
	y := pix.NewPlane(p.W, p.H)
	for i := range y.V {
		c := p.Pix[3*i:][:3]
		y.V[i] = 0.299*float32(c[0]) + 0.587*float32(c[1]) + 0.114*float32(c[2])
	}
	return y
}

// half returns the plane at half its size, by means of 2 x 2 cells; a side of one
// cell stays.
func half(p *pix.Plane) *pix.Plane {
	out := pix.NewPlane(max(1, p.W/2), max(1, p.H/2))
	for y := range out.H {
		a, b := p.V[min(2*y, p.H-1)*p.W:][:p.W], p.V[min(2*y+1, p.H-1)*p.W:][:p.W]
		row := out.V[y*out.W:][:out.W]
		if p.W == 1 {
			row[0] = (a[0] + a[0] + b[0] + b[0]) / 4
			continue
		}
		for x := range row {
			l, r := a[2*x:][:2], b[2*x:][:2]
			row[x] = (l[0] + l[1] + r[0] + r[1]) / 4
		}
	}
	return out
}

// scales returns of each scale how strong differences of neighbors are, how much
// stronger than at the scale before, how heavy their tails are and how many are none.
func scales(planes *[levels]*pix.Plane) []float64 {
	var f []float64
	last := 0.0
	for _, y := range planes {
		sum, squares, none, both := 0.0, 0.0, 0, [2]float64{}
		for row := range y.H - 1 {
			a, b := y.V[row*y.W:][:y.W], y.V[(row+1)*y.W:][:y.W]
			before := a[0]
			for x, after := range a[1:] {
				dx, dy := math.Abs(float64(after-before)), math.Abs(float64(b[x]-before))
				before = after
				g := dx + dy
				both[0] += dx
				both[1] += dy
				sum += g
				squares += g * g
				if g < 0.75 {
					none++
				}
			}
		}
		n := float64(max((y.W-1)*(y.H-1), 1))
		strong := math.Log(sum/n + 0.05)
		f = append(f, strong, strong-last, math.Log((squares/n+0.01)/(sum/n*sum/n+0.01)), float64(none)/n,
			math.Abs(math.Log((both[0]/n+0.05)/(both[1]/n+0.05))))
		last = strong
	}
	return f
}

// directions returns how much of the strong edges runs along the axes, along the
// diagonals, and the entropy of their directions.
func directions(y *pix.Plane) []float64 {
	const bins = 36
	var hist [bins]float64
	total := 0.0
	for row := 1; row < y.H-1; row++ {
		middle, up, down := y.V[row*y.W:][:y.W], y.V[(row-1)*y.W+1:], y.V[(row+1)*y.W+1:]
		for x, right := range middle[min(2, y.W):] {
			dx, dy := float64(right-middle[x]), float64(down[x]-up[x])
			if g := math.Abs(dx) + math.Abs(dy); g > 8 {
				at := int((math.Atan2(dy, dx)/math.Pi + 1) * bins)
				hist[(at+bins/72)%bins] += g
				total += g
			}
		}
	}
	total = max(total, 1)
	entropy := 0.0
	for _, v := range hist {
		if v > 0 {
			entropy -= v / total * math.Log2(v/total)
		}
	}
	near := func(at int) float64 { return (hist[at] + hist[(at+1)%bins] + hist[(at+bins-1)%bins]) / total }
	return []float64{near(0), near(bins / 2), near(bins / 4), near(3 * bins / 4), entropy}
}

// symmetries returns the correlation with the plane mirrored at either axis and at both.
func symmetries(y *pix.Plane) []float64 {
	n := float64(len(y.V))
	mean, power := 0.0, 0.0
	for _, v := range y.V {
		mean += float64(v) / n
	}
	for _, v := range y.V {
		power += (float64(v) - mean) * (float64(v) - mean)
	}
	var out [3]float64
	for row := range y.H {
		for x := range y.W {
			v := float64(y.V[row*y.W+x]) - mean
			out[0] += v * (float64(y.V[row*y.W+y.W-1-x]) - mean)
			out[1] += v * (float64(y.V[(y.H-1-row)*y.W+x]) - mean)
			out[2] += v * (float64(y.V[(y.H-1-row)*y.W+y.W-1-x]) - mean)
		}
	}
	return []float64{out[0] / (power + 1), out[1] / (power + 1), out[2] / (power + 1)}
}

// repetition returns how well rows and columns repeat themselves: the largest
// correlation of their differences with themselves, moved by 3 cells to a third of
// the side.
func repetition(y *pix.Plane) []float64 {
	dx, dy := pix.NewPlane(y.W, y.H), pix.NewPlane(y.H, y.W) // the second transposed
	for row := range y.H {
		for x := range y.W {
			v := y.V[row*y.W+x]
			dx.V[row*y.W+x] = y.V[row*y.W+min(x+1, y.W-1)] - v
			dy.V[x*y.H+row] = y.V[min(row+1, y.H-1)*y.W+x] - v
		}
	}
	a, b := repeats(dx), repeats(dy)
	return []float64{max(a, b), min(a, b)}
}

func repeats(p *pix.Plane) float64 {
	best := 0.0
	for first := 3; first <= p.W/3; first += lanes.Lags {
		var sum, left, right [lanes.Lags]float64
		for row := 0; row < p.H; row += 3 {
			v := p.V[row*p.W:][:p.W]
			lanes.Products(v, first, &sum, &left, &right)
		}
		for k := range min(lanes.Lags, p.W/3-first+1) {
			best = max(best, sum[k]/(math.Sqrt(left[k]*right[k])+1))
		}
	}
	return best
}

// evenness returns the shares of places where the luminance rises or falls a little, evenly and
// not.
func evenness(y *pix.Plane) []float64 {
	even, bent := 0, 0
	for row := range y.H - 2 {
		if y.W > 2 {
			e, b := lanes.Slopes(y.V[row*y.W:][:y.W], y.V[(row+1)*y.W:], y.V[(row+2)*y.W:])
			even, bent = even+e, bent+b
		}
	}
	n := float64(max(max(y.H-2, 0)*max(y.W-2, 0), 1))
	return []float64{float64(even) / n, float64(bent) / n}
}

// colors returns how saturated the image is and how few colors hold how much of it.
func colors(p *pix.RGB) []float64 {
	var hist [1 << 15]uint32
	n := float64(p.W * p.H)
	var sum, squares, gray, strong, corner float64
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		r, g, b := p.Pix[i], p.Pix[i+1], p.Pix[i+2]
		hist[int(r>>3)<<10|int(g>>3)<<5|int(b>>3)]++
		low, high := min(r, g, b), max(r, g, b)
		s := float64(high - low)
		sum += s
		squares += s * s
		if s < 6 {
			gray++
		}
		if s > 160 {
			strong++
			if extreme(r) && extreme(g) && extreme(b) {
				corner++
			}
		}
	}
	count, entropy, top := 0.0, 0.0, [8]uint32{}
	for _, v := range hist {
		if v == 0 {
			continue
		}
		count++
		entropy -= float64(v) / n * math.Log2(float64(v)/n)
		for k := range top {
			if v > top[k] {
				v, top[k] = top[k], v
			}
		}
	}
	most := 0.0
	for _, v := range top {
		most += float64(v) / n
	}
	mean := sum / n
	return []float64{mean / 64, math.Sqrt(max(squares/n-mean*mean, 0)) / 64, gray / n, strong / n, corner / n,
		math.Log1p(count), entropy, float64(top[0]) / n, most}
}

func extreme(v byte) bool { return v < 24 || v > 231 }

// grays returns mean, spread and skewness of the luminance, the entropy of its levels,
// the shares of black and white, and how much darker the rim is than the middle.
func grays(y *pix.Plane) []float64 {
	var count [64]int
	n := float64(len(y.V))
	black, white := 0, 0
	for _, v := range y.V {
		count[min(max(int(v/4), 0), 63)]++
		if v < 10 {
			black++
		}
		if v > 245 {
			white++
		}
	}
	mean, m2, m3 := lanes.Moments(y.V)
	var hist [64]float64
	for k, c := range count {
		hist[k] = float64(c)
	}
	entropy := 0.0
	for _, v := range hist {
		if v > 0 {
			entropy -= v / n * math.Log2(v/n)
		}
	}
	sd := math.Sqrt(m2)
	return []float64{mean / 64, sd / 64, m3 / (sd*sd*sd + 1), entropy, float64(black) / n, float64(white) / n, rim(y) / 64}
}

// rim returns the mean of the middle less that of the outer tenth.
func rim(y *pix.Plane) float64 {
	from, to := (y.W+9)/10, (9*y.W+9)/10 // columns of the middle
	to = max(from, to)
	var sum, n [2]float64
	add := func(k int, v []float32) {
		all := sum[k]
		for _, v := range v {
			all += float64(v)
		}
		sum[k], n[k] = all, n[k]+float64(len(v))
	}
	for row := range y.H {
		v := y.V[row*y.W:][:y.W]
		if 10*row < y.H || 10*row >= 9*y.H {
			add(1, v)
			continue
		}
		add(1, v[:from])
		add(0, v[from:to])
		add(1, v[to:])
	}
	return sum[0]/max(n[0], 1) - sum[1]/max(n[1], 1)
}
