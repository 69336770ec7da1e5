package nn

import "unsafe"

// f returns the float at p plus n bytes.
func f(p unsafe.Pointer, n uintptr) *float32 { return (*float32)(unsafe.Add(p, n)) }

// activateFour applies an activation.
func activateFour(act Act, s [4]float32) [4]float32 {
	switch act {
	case ReLU:
		for i, x := range s {
			s[i] = max(x, 0)
		}
	case ReLU6:
		for i, x := range s {
			s[i] = min(max(x, 0), 6)
		}
	case HardSwish:
		for i, x := range s {
			s[i] = x * clip(x+3) * (1.0 / 6)
		}
	case HardSigmoid:
		for i, x := range s {
			s[i] = clip(x+3) * (1.0 / 6)
		}
	}
	return s
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
			if rows == 4 {
				goTwo(g, p)
				goTwo(g, goBlock{p.a + 2*g.lda, p.c + 2*g.ldc, p.b, p.bias, p.step})
			} else {
				goFew(g, rows, p)
			}
			p.b, p.c, p.bias = p.b+16, p.c+16, p.bias+16
		}
		p.b += (depth - 1) * p.step
	}
}

// goTwo makes 2 rows and 4 columns: 8 sums stay in registers.
func goTwo(g *gemmArgs, p goBlock) {
	bias := (*[4]float32)(unsafe.Add(g.bias, p.bias))
	s00, s01, s02, s03 := bias[0], bias[1], bias[2], bias[3]
	s10, s11, s12, s13 := s00, s01, s02, s03
	a0, a1, weights, step := unsafe.Add(g.a, p.a), unsafe.Add(g.a, p.a+g.lda), unsafe.Add(g.b, p.b), p.step
	var i, b uintptr
	for range g.segs {
		for end := i + 4*(4*g.k4+g.k1); i < end; i += 4 {
			w := (*[4]float32)(unsafe.Add(weights, b))
			x, y := *f(a0, i), *f(a1, i)
			s00 += x * w[0]
			s01 += x * w[1]
			s02 += x * w[2]
			s03 += x * w[3]
			s10 += y * w[0]
			s11 += y * w[1]
			s12 += y * w[2]
			s13 += y * w[3]
			b += step
		}
		i += g.segDelta
	}
	goStore(g, p.c, [4]float32{s00, s01, s02, s03})
	goStore(g, p.c+g.ldc, [4]float32{s10, s11, s12, s13})
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
		goStore(g, p.c, s)
		p.a, p.c = p.a+g.lda, p.c+g.ldc
	}
}

// goStore finishes 4 columns of one row.
func goStore(g *gemmArgs, to uintptr, s [4]float32) {
	if g.act != Linear {
		s = activateFour(g.act, s)
	}
	if g.res != nil {
		res := (*[4]float32)(unsafe.Add(g.res, to))
		for i := range s {
			s[i] += res[i]
		}
	}
	*(*[4]float32)(unsafe.Add(g.c, to)) = s
}
