package lanes

// The kernels of lanes.go; see kernels_amd64.go.

// eight returns where rows begin that have n blocks.
func eight(rows *[8][]float32, n int) (p [8]*float32) {
	for k, row := range rows {
		_ = row[8*n-1]
		p[k] = &row[0]
	}
	return p
}

//go:noescape
func packAVX2(dst *float32, src *[8]*float32, blocks uintptr)

func packBlocks(dst []float32, src *[8][]float32) int {
	n := blocks(len(dst) / 8)
	if n > 0 {
		p := eight(src, n)
		packAVX2(&dst[0], &p, uintptr(n))
	}
	return 8 * n
}

//go:noescape
func unpackAVX2(dst *[8]*float32, src *float32, blocks uintptr)

func unpackBlocks(dst *[8][]float32, src []float32) int {
	n := blocks(len(src) / 8)
	if n > 0 {
		p := eight(dst, n)
		unpackAVX2(&p, &src[0], uintptr(n))
	}
	return 8 * n
}

// boxLanesAVX2 is boxLanes for four rows that are wider than the box.
//
//go:noescape
func boxLanesAVX2(dst, src *float32, stride, width, r uintptr, inv float32)

func boxLaneBlocks(dst, src []float32, w, h, r int, inv float32) int {
	if !Fast || w <= 2*r || r < 1 || h < 1 {
		return 0
	}
	_, _ = src[8*w*h-1], dst[8*w*h-1]
	y := 0
	for ; y+4 <= h; y += 4 {
		boxLanesAVX2(&dst[8*w*y], &src[8*w*y], uintptr(32*w), uintptr(w), uintptr(r), inv)
	}
	for ; y < h; y++ { // the same row four times
		boxLanesAVX2(&dst[8*w*y], &src[8*w*y], 0, uintptr(w), uintptr(r), inv)
	}
	return h
}

//go:noescape
func minusAVX2(dst, src *float32, blocks uintptr, v float32)

func minusBlocks(dst, src []float32, v float32) int {
	n := blocks(len(dst))
	if n > 0 {
		_ = src[8*n-1]
		minusAVX2(&dst[0], &src[0], uintptr(n), v)
	}
	return 8 * n
}

//go:noescape
func timesAVX2(dst, a, b *float32, blocks uintptr)

func timesBlocks(dst, a, b []float32) int {
	n := blocks(len(dst))
	if n > 0 {
		_, _ = a[8*n-1], b[8*n-1]
		timesAVX2(&dst[0], &a[0], &b[0], uintptr(n))
	}
	return 8 * n
}

//go:noescape
func weighAllAVX2(dst *float32, src **float32, f *float32, taps, blocks uintptr)

func weighAllBlocks(dst []float32, src [][]float32, f []float32) int {
	n := blocks(len(dst))
	if n > 0 {
		var p [MaxTaps]*float32
		for i, row := range src {
			_, _ = row[8*n-1], f[i]
			p[i] = &row[0]
		}
		weighAllAVX2(&dst[0], &p[0], &f[0], uintptr(len(src)), uintptr(n))
	}
	return 8 * n
}

//go:noescape
func contrastAVX2(size, square, a, b *float32, blocks uintptr)

func contrastBlocks(size, square, a, b []float32) int {
	n := blocks(len(size))
	if n > 0 {
		_, _, _ = square[8*n-1], a[8*n-1], b[8*n-1]
		contrastAVX2(&size[0], &square[0], &a[0], &b[0], uintptr(n))
	}
	return 8 * n
}

//go:noescape
func spreadAVX2(dst, mean, squares *float32, blocks uintptr)

func spreadBlocks(dst, mean, squares []float32) int {
	n := blocks(len(dst))
	if n > 0 {
		_, _ = mean[8*n-1], squares[8*n-1]
		spreadAVX2(&dst[0], &mean[0], &squares[0], uintptr(n))
	}
	return 8 * n
}

//go:noescape
func directionAVX2(c, s, up, row, down *float32, blocks uintptr)

func directionBlocks(c, s, up, row, down []float32) int {
	n := blocks(len(c))
	if n > 0 {
		_, _, _, _ = s[8*n-1], up[8*n-1], row[8*n+1], down[8*n-1]
		directionAVX2(&c[0], &s[0], &up[0], &row[0], &down[0], uintptr(n))
	}
	return 8 * n
}

//go:noescape
func areaAVX2(dst *float32, rows *[8]*float32, blocks uintptr)

func areaBlocks(dst []float32, rows *[8][]float32) int {
	n := blocks(len(dst))
	if n > 0 {
		p := eight(rows, n)
		areaAVX2(&dst[0], &p, uintptr(n))
	}
	return 8 * n
}

//go:noescape
func volumeAVX2(dst *float32, rows *[8]*float32, ab *float32, blocks uintptr)

func volumeBlocks(dst []float32, rows *[8][]float32, ab []float32) int {
	n := blocks(len(dst))
	if n > 0 {
		_ = ab[8*n-1]
		p := eight(rows, n)
		volumeAVX2(&dst[0], &p, &ab[0], uintptr(n))
	}
	return 8 * n
}

// rootAVX2 is rootBlocks, in blocks of four.
//
//go:noescape
func rootAVX2(v *float32, blocks uintptr)

func rootBlocks(v []float32) int {
	n := blocks(len(v))
	if n > 0 {
		rootAVX2(&v[0], uintptr(2*n))
	}
	return 8 * n
}

//go:noescape
func lerpMaxAVX2(dst, a, b *float32, blocks uintptr, f float32)

func lerpMaxBlocks(dst, a, b []float32, f float32) int {
	n := blocks(len(dst))
	if n > 0 {
		_, _ = a[8*n-1], b[8*n-1]
		lerpMaxAVX2(&dst[0], &a[0], &b[0], uintptr(n), f)
	}
	return 8 * n
}

//go:noescape
func sumAVX2(a, b, c *float32, blocks uintptr, sums *[3]float64)

func sumBlocks(a, b, c []float32, sums *[3]float64) int {
	n := blocks(len(a))
	if n > 0 {
		_, _ = b[8*n-1], c[8*n-1]
		sumAVX2(&a[0], &b[0], &c[0], uintptr(n), sums)
	}
	return 8 * n
}

//go:noescape
func squareAVX2(a, b *float32, blocks uintptr, means, sums *[2]float64)

func squareBlocks(a, b []float32, means [2]float64, sums *[2]float64) int {
	n := blocks(len(a))
	if n > 0 {
		_ = b[8*n-1]
		squareAVX2(&a[0], &b[0], uintptr(n), &means, sums)
	}
	return 8 * n
}

//go:noescape
func lengthAVX2(squares *float32, blocks uintptr, sum *float64) (strong uintptr)

func lengthBlocks(squares []float32, sum *float64) (done, strong int) {
	n := blocks(len(squares))
	if n > 0 {
		strong = int(lengthAVX2(&squares[0], uintptr(n), sum))
	}
	return 8 * n, strong
}

//go:noescape
func chromaAVX2(out, light, a, b *float32, bins *uint8, blocks uintptr) (warm uintptr)

func chromaBlocks(out []float32, bins []uint8, light, a, b []float32) (done, warm int) {
	n := blocks(len(out))
	if n == 0 {
		return 0, 0
	}
	_, _, _, _ = bins[8*n-1], light[8*n-1], a[8*n-1], b[8*n-1]
	return 8 * n, int(chromaAVX2(&out[0], &light[0], &a[0], &b[0], &bins[0], uintptr(n)))
}

//go:noescape
func levelAVX2(dst *uint8, src *float32, blocks uintptr, from, step, top float32)

func levelBlocks(dst []uint8, src []float32, from, step float32, top uint8) int {
	n := blocks(len(dst))
	if n > 0 {
		_ = src[8*n-1]
		levelAVX2(&dst[0], &src[0], uintptr(n), from, step, float32(top))
	}
	return 8 * n
}

//go:noescape
func sortAVX2(dst, src *[5]*uint8, blocks uintptr)

//go:noescape
func medianAVX2(dst *uint8, columns *[5]*uint8, blocks uintptr)

// medianFast is Medians.Row with kernels, whole blocks of 32 at a time.
func (m *Medians) medianFast(dst []uint8, src *[5][]uint8, w int) bool {
	if !Fast {
		return false
	}
	n := len(dst) / blockOfMedians
	const beside = 2 // columns to the left and to the right
	var rows, sorted [5]*uint8
	for k := range rows {
		m.sorted[k] = grown(m.sorted[k], len(dst)+2*beside)
		rows[k], sorted[k] = &src[k][:len(dst)][0], &m.sorted[k][beside]
	}
	sortAVX2(&sorted, &rows, uintptr(n))
	for k := range sorted {
		v := m.sorted[k]
		v[0], v[1] = v[beside], v[beside]
		v[beside+w], v[beside+w+1] = v[beside+w-1], v[beside+w-1]
		sorted[k] = &v[0]
	}
	medianAVX2(&dst[0], &sorted, uintptr(n))
	return true
}

//go:noescape
func informationAVX2(v *float32, blocks uintptr, n float64, bits *float64)

func informationBlocks(v []float32, n float64, bits *float64) int {
	k := blocks(len(v))
	if k > 0 {
		informationAVX2(&v[0], uintptr(2*k), n, bits)
	}
	return 8 * k
}

//go:noescape
func shareAVX2(v *float32, blocks uintptr, n float64, mean *float64)

func shareBlocks(v []float32, n float64, mean *float64) int {
	k := blocks(len(v))
	if k > 0 {
		shareAVX2(&v[0], uintptr(2*k), n, mean)
	}
	return 8 * k
}

//go:noescape
func momentAVX2(v *float32, blocks uintptr, n, mean float64, moments *[2]float64)

func momentBlocks(v []float32, n, mean float64, moments *[2]float64) int {
	k := blocks(len(v))
	if k > 0 {
		momentAVX2(&v[0], uintptr(2*k), n, mean, moments)
	}
	return 8 * k
}

//go:noescape
func slopeAVX2(row, next, second *float32, blocks uintptr) (even, moved int)

func slopeBlocks(row, next, second []float32, places int) (done, even, bent int) {
	n := blocks(max(places, 0))
	if n > 0 {
		_, _, _ = row[8*n+1], next[8*n-1], second[8*n-1]
		even, bent = slopeAVX2(&row[0], &next[0], &second[0], uintptr(n))
		bent -= even
	}
	return 8 * n, even, bent
}

// productAVX2 is Products for so many values, at least one.
//
//go:noescape
func productAVX2(v, behind *float32, n uintptr, sum, left, right *[Lags]float64)

func productBlocks(v []float32, first int, sum, left, right *[Lags]float64) int {
	n := len(v) - first - Lags + 1
	if !Fast || n <= 0 {
		return 0
	}
	_ = v[first+n-1+Lags-1]
	productAVX2(&v[0], &v[first], uintptr(n), sum, left, right)
	return n
}
