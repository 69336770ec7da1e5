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
	medianBins = 32
)

// median5 is the 5x5 median of values below medianBins, edges repeated. The
// window's histogram slides along each row.
func median5(dst, src []uint8, w, h int) {
	var rows [5][]uint8
	for y := range h {
		for k := range rows {
			rows[k] = src[min(max(y+k-2, 0), h-1)*w:][:w]
		}
		var hist [256]int8 // indexed by uint8 without a bounds check
		for k := -2; k <= 2; k++ {
			for _, r := range rows {
				hist[r[min(max(k, 0), w-1)]]++
			}
		}
		m, below := uint8(0), int8(0) // the median and how many lie below it
		for x := range w {
			if x > 0 {
				out, in := max(x-3, 0), min(x+2, w-1)
				for _, r := range rows {
					a, b := r[out], r[in]
					if a == b {
						continue
					}
					hist[a]--
					hist[b]++
					if a < m {
						below--
					}
					if b < m {
						below++
					}
				}
			}
			for below > 12 {
				m--
				below -= hist[m]
			}
			for below+hist[m] <= 12 {
				below += hist[m]
				m++
			}
			dst[y*w+x] = m
		}
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
