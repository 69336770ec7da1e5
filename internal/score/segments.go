package score

import "github.com/saccade-dev/saccade/internal/pix"

// segments counts the areas of one color: CIELAB in coarse steps, smoothed by
// a 5x5 median, 4-connected, of minSegment pixels or more.
func segments(l *pix.Lab, stepL, stepAB float32) int {
	n := l.W * l.H
	labels := make([]uint32, n)
	q, med := make([]uint8, n), make([]uint8, n)
	for i, ch := range []struct {
		v          []float32
		step, from float32
	}{{l.L, stepL, 0}, {l.A, stepAB, -128}, {l.B, stepAB, -128}} {
		for j, v := range ch.v {
			q[j] = uint8(min(max((v-ch.from)/ch.step, 0), medianBins-1))
		}
		median5(med, q, l.W, l.H)
		for j, v := range med {
			labels[j] |= uint32(v) << (8 * i)
		}
	}
	return regions(labels, l.W, minSegment)
}

const (
	minSegment = 12
	medianBits = 5
	medianBins = 1 << medianBits
)

// median5 is the 5x5 median of values below medianBins, edges repeated. The
// window's histogram slides along each row, by columns of five packed values.
func median5(dst, src []uint8, w, h int) {
	columns := make([]uint32, w)
	push := func(y int) {
		for x, v := range src[min(y, h-1)*w:][:w] {
			columns[x] = (columns[x]<<medianBits | uint32(v)) & (1<<(5*medianBits) - 1)
		}
	}
	for range 3 {
		push(0)
	}
	push(1)
	for y := range h {
		push(y + 2)
		medianRow(dst[y*w:][:w], columns)
	}
}

// medianRow is one row of median5; every column holds the five values around it.
func medianRow(dst []uint8, columns []uint32) {
	w := len(dst)
	var hist [medianBins]int8
	for k := -2; k <= 2; k++ {
		for c, i := columns[min(max(k, 0), w-1)], 0; i < 5; c, i = c>>medianBits, i+1 {
			hist[c%medianBins]++
		}
	}
	m, below := uint32(0), int8(0) // the median and how many lie below it
	for x := range dst {
		out, in := columns[max(x-3, 0)], columns[min(x+2, w-1)]
		if x == 0 {
			in = out
		}
		for ; out != in; out, in = out>>medianBits, in>>medianBits {
			a, b := out%medianBins, in%medianBins
			hist[a]--
			hist[b]++
			if a < m {
				below--
			}
			if b < m {
				below++
			}
		}
		for below > 12 {
			m--
			below -= hist[m%medianBins]
		}
		for below+hist[m%medianBins] <= 12 {
			below += hist[m%medianBins]
			m++
		}
		dst[x] = uint8(m)
	}
}

// regions counts the 4-connected areas of equal labels of at least size pixels.
func regions(labels []uint32, w, size int) int {
	parent := make([]int32, len(labels)) // a union-find forest; roots hold -pixels
	for i := range parent {
		parent[i] = -1
	}
	find := func(i int32) int32 {
		for parent[i] >= 0 {
			if p := parent[i]; parent[p] >= 0 {
				parent[i] = parent[p]
			}
			i = parent[i]
		}
		return i
	}
	join := func(a, b int32) {
		if a, b = find(a), find(b); a != b {
			if parent[a] > parent[b] {
				a, b = b, a
			}
			parent[a] += parent[b]
			parent[b] = a
		}
	}
	for i, l := range labels {
		if i%w > 0 && labels[i-1] == l {
			join(int32(i), int32(i-1))
		}
		if i >= w && labels[i-w] == l {
			join(int32(i), int32(i-w))
		}
	}
	n := 0
	for _, p := range parent {
		if p <= -int32(size) {
			n++
		}
	}
	return n
}
