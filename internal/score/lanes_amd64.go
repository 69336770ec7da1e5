package score

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
	if !fast || w <= 2*r || r < 1 || h < 1 {
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
		var p [maxTaps]*float32
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
