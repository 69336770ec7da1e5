package lanes

const (
	medianBits = 5
	medianBins = 1 << medianBits

	// MedianTop is the largest value that [Medians] takes.
	MedianTop = medianBins - 1

	blockOfMedians = 32
)

// Medians is memory to take medians in. The zero value is ready; it belongs to one
// goroutine.
type Medians struct {
	columns []uint32
	sorted  [5][]uint8
}

// Stride is the length of a row for [Medians.Of] of w values: whole blocks.
func Stride(w int) int { return (w + blockOfMedians - 1) / blockOfMedians * blockOfMedians }

// Of is the 5x5 median of w x h values up to [MedianTop], edges repeated. Rows have
// their [Stride]; what lies behind w is of no matter.
func (m *Medians) Of(dst, src []uint8, w, h int) {
	stride := Stride(w)
	for y := range h {
		var rows [5][]uint8
		for k := range rows {
			rows[k] = src[stride*min(max(y+k-2, 0), h-1):][:stride]
		}
		if row := dst[stride*y:][:stride]; !m.medianFast(row, &rows, w) {
			m.medianPlain(row[:w], &rows)
		}
	}
}

// medianPlain packs the five values of every column and lets a histogram slide along.
func (m *Medians) medianPlain(dst []uint8, rows *[5][]uint8) {
	m.columns = grown(m.columns, len(dst))
	for x := range m.columns {
		var c uint32
		for _, row := range rows {
			c = c<<medianBits | uint32(row[x])
		}
		m.columns[x] = c
	}
	medianRow(dst, m.columns)
}

// medianRow is one row of medians; every column holds the five values around it.
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
