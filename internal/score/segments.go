package score

import (
	"github.com/saccade-dev/saccade/internal/lanes"
	"github.com/saccade-dev/saccade/internal/pix"
)

// minSegment is how many pixels a segment has at least.
const minSegment = 12

// segments counts the areas of one color: CIELAB in coarse steps, smoothed by
// a 5x5 median, 4-connected, of minSegment pixels or more.
func (s *scratch) segments(l *pix.Lab, stepL, stepAB float32) int {
	stride := lanes.Stride(l.W)
	s.labels = grown(s.labels, l.W*l.H)
	s.levels, s.medians = grown(s.levels, stride*l.H), grown(s.medians, stride*l.H)
	for i, ch := range []struct {
		v          []float32
		step, from float32
	}{{l.L, stepL, 0}, {l.A, stepAB, -128}, {l.B, stepAB, -128}} {
		for y := range l.H {
			lanes.Levels(s.levels[stride*y:][:l.W], ch.v[l.W*y:], ch.from, ch.step, lanes.MedianTop)
		}
		s.median.Of(s.medians, s.levels, l.W, l.H)
		for y := range l.H {
			labels := s.labels[l.W*y:][:l.W]
			for x, v := range s.medians[stride*y:][:l.W] {
				if i == 0 {
					labels[x] = 0
				}
				labels[x] |= uint32(v) << (8 * i)
			}
		}
	}
	return s.regions(s.labels, l.W, minSegment)
}

// run is a stretch of one label in a row, and a node of a forest: next is the run it
// belongs to, or, of a root, how many pixels its area has, less than 0.
type run struct{ from, to, next int32 }

// regions counts the 4-connected areas of equal labels of at least size pixels.
func (s *scratch) regions(labels []uint32, w, size int) int {
	runs := s.runs[:0]
	above := 0 // the first run of the row above that may touch
	for row := 0; row < len(labels); row += w {
		first := len(runs)
		line := labels[row:][:w]
		for x := 0; x < w; {
			from, l := x, line[x]
			for x++; x < w && line[x] == l; x++ {
			}
			runs = append(runs, run{int32(from), int32(x), int32(from - x)})
			if row == 0 {
				continue
			}
			for ; above < first && int(runs[above].to) <= from; above++ {
			}
			for k := above; k < first && int(runs[k].from) < x; k++ {
				if labels[row-w+int(runs[k].from)] == l {
					join(runs, int32(k), int32(len(runs)-1))
				}
			}
		}
		above = first
	}
	s.runs = runs
	n := 0
	for _, r := range runs {
		if r.next <= -int32(size) {
			n++
		}
	}
	return n
}

// join makes one area of those of two runs.
func join(runs []run, a, b int32) {
	root := func(i int32) int32 {
		for runs[i].next >= 0 {
			if up := runs[i].next; runs[up].next >= 0 {
				runs[i].next = runs[up].next
			}
			i = runs[i].next
		}
		return i
	}
	if a, b = root(a), root(b); a != b {
		if runs[a].next > runs[b].next {
			a, b = b, a
		}
		runs[a].next += runs[b].next
		runs[b].next = a
	}
}
