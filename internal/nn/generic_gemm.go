package nn

import "unsafe"

// f returns the float at p plus n bytes.
func f(p unsafe.Pointer, n uintptr) *float32 { return (*float32)(unsafe.Add(p, n)) }

// activate applies an activation to one number.
func activate(act Act, x float32) float32 {
	switch act {
	case HardSwish:
		return x * clip(x+3) * (1.0 / 6)
	case ReLU:
		return max(x, 0)
	case ReLU6:
		return clip(x)
	case HardSigmoid:
		return clip(x+3) * (1.0 / 6)
	}
	return x
}

// clip limits x to [0, 6]. It is quicker than min and max, which also order zeros and NaN.
func clip(x float32) float32 {
	if x < 0 {
		return 0
	}
	if x > 6 {
		return 6
	}
	return x
}

// goGemm returns the matrix kernel in Go for tiles of rows rows. Places are kept as offsets: a pointer beyond the end of
// its memory would confuse the garbage collector.
func goGemm(rows int) func(*gemmArgs) {
	return func(g *gemmArgs) {
		for t := range int(g.tiles) {
			down := uintptr(t * rows)
			goTile(g, rows, goBlock{a: down * g.lda, c: down * g.ldc})
		}
	}
}

// goBlock is where a block of C and its inputs are: byte offsets from the pointers of the argument, and the distance of
// steps in b.
type goBlock struct{ a, c, b, bias, step uintptr }

// goTile makes all columns of one tile of rows.
func goTile(g *gemmArgs, rows int, p goBlock) {
	depth := (4*g.k4 + g.k1) * g.segs
	for panel := range g.n16 + g.n8 {
		columns := uintptr(16)
		if panel >= g.n16 {
			columns = 8
		}
		p.step = 4 * columns
		for range columns / 4 {
			if rows == 3 {
				goThree(g, p)
			} else {
				goFew(g, rows, p)
			}
			p.b, p.c, p.bias = p.b+16, p.c+16, p.bias+16
		}
		p.b += (depth - 1) * p.step
	}
}

// goThree makes 3 rows and 4 columns, two columns at a time: with more sums the compiler keeps one in memory, and the
// time to write and read it back bounds the loop.
func goThree(g *gemmArgs, p goBlock) {
	for half := uintptr(0); half < 16; half += 8 {
		bias := (*[2]float32)(unsafe.Add(g.bias, p.bias+half))
		s00, s01 := bias[0], bias[1]
		s10, s11, s20, s21 := s00, s01, s00, s01
		a0, weights := unsafe.Add(g.a, p.a), unsafe.Add(g.b, p.b+half)
		a1, a2 := unsafe.Add(a0, g.lda), unsafe.Add(a0, 2*g.lda)
		var i, b uintptr
		for range g.segs {
			for end := i + 4*(4*g.k4+g.k1); i < end; i += 4 {
				w := (*[2]float32)(unsafe.Add(weights, b))
				x, y, z := *f(a0, i), *f(a1, i), *f(a2, i)
				s00 += x * w[0]
				s10 += y * w[0]
				s20 += z * w[0]
				s01 += x * w[1]
				s11 += y * w[1]
				s21 += z * w[1]
				b += p.step
			}
			i += g.segDelta
		}
		to := p.c + half
		goStore(g, to, s00, s01)
		goStore(g, to+g.ldc, s10, s11)
		goStore(g, to+2*g.ldc, s20, s21)
	}
}

// goFew makes any number of rows and 4 columns.
func goFew(g *gemmArgs, rows int, p goBlock) {
	for range rows {
		s := *(*[4]float32)(unsafe.Add(g.bias, p.bias))
		a, b := p.a, p.b
		for range g.segs {
			for range 4*g.k4 + g.k1 {
				w := (*[4]float32)(unsafe.Add(g.b, b))
				x := *f(g.a, a)
				s[0] += x * w[0]
				s[1] += x * w[1]
				s[2] += x * w[2]
				s[3] += x * w[3]
				a, b = a+4, b+p.step
			}
			a += g.segDelta
		}
		goStore(g, p.c, s[0], s[1])
		goStore(g, p.c+8, s[2], s[3])
		p.a, p.c = p.a+g.lda, p.c+g.ldc
	}
}

// goStore finishes 2 columns of one row.
func goStore(g *gemmArgs, to uintptr, x, y float32) {
	if g.act != Linear {
		x, y = activate(g.act, x), activate(g.act, y)
	}
	if g.res != nil {
		res := (*[2]float32)(unsafe.Add(g.res, to))
		x, y = x+res[0], y+res[1]
	}
	*(*[2]float32)(unsafe.Add(g.c, to)) = [2]float32{x, y}
}
