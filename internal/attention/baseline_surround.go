package attention

import (
	"math"
	"math/bits"
)

// surround measures figure-ground surroundedness, the cue of Boolean Map based
// Saliency (Zhang and Sclaroff, ICCV 2013): every threshold of every color
// channel cuts the image into a Boolean map; what such a map encloses, that
// is what no path inside it joins to the border, is likely to be a figure.
//
// The Boolean maps are bit sets of one word per 64 pixels, so that the fill
// from the border handles 64 pixels with one addition.
type surround struct {
	w, h, words int
	mask        []uint64 // the Boolean map
	inv         []uint64 // its complement
	reach       []uint64 // what the border reaches within the map
	tail        uint64   // valid bits of the last word of a row
	order       []int32  // pixels by level
	starts      [257]int32
	acc         []float32 // sum over all maps
}

func newSurround(w, h int) *surround {
	words := (w + 63) / 64
	s := &surround{w: w, h: h, words: words,
		mask: make([]uint64, words*h), inv: make([]uint64, words*h), reach: make([]uint64, words*h),
		order: make([]int32, w*h), acc: make([]float32, w*h)}
	s.tail = ^uint64(0) >> (uint(words*64-w) & 63)
	return s
}

// reset forgets all maps.
func (s *surround) reset() { clear(s.acc) }

// add accumulates the maps of one channel, cut at steps equidistant levels
// between its extremes. A map counts with unit length, as in the paper, so
// that small figures are not drowned by large ones.
func (s *surround) add(ch []float32, steps int) {
	lo, hi := extent(ch)
	if hi-lo < 1e-3 {
		return
	}
	s.sortByLevel(ch, lo, float32(steps)/(hi-lo), steps)
	for y := range s.h {
		row := s.inv[y*s.words : (y+1)*s.words]
		for i := range row {
			row[i] = ^uint64(0)
		}
		row[s.words-1] = s.tail
	}
	clear(s.mask)
	for l := range steps - 1 {
		for _, p := range s.order[s.starts[l]:s.starts[l+1]] {
			y, x := int(p)/s.w, int(p)%s.w
			i, b := y*s.words+x>>6, uint64(1)<<(uint(x)&63)
			s.mask[i] |= b
			s.inv[i] &^= b
		}
		s.enclosed(s.mask)
		s.enclosed(s.inv)
	}
}

// extent returns the lowest and the highest value.
func extent(v []float32) (lo, hi float32) {
	lo, hi = v[0], v[0]
	for _, x := range v {
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi
}

// sortByLevel puts the pixels in order of their level by counting.
func (s *surround) sortByLevel(ch []float32, lo, scale float32, steps int) {
	clear(s.starts[:])
	level := func(v float32) int { return min(int((v-lo)*scale), steps-1) }
	for _, v := range ch {
		s.starts[level(v)+1]++
	}
	for i := 1; i <= steps; i++ {
		s.starts[i] += s.starts[i-1]
	}
	next := s.starts
	for p, v := range ch {
		l := level(v)
		s.order[next[l]] = int32(p)
		next[l]++
	}
}

// enclosed adds the part of the map m that the border does not reach.
func (s *surround) enclosed(m []uint64) {
	s.fillFromBorder(m)
	n := 0
	for i := range m {
		n += bits.OnesCount64(m[i] &^ s.reach[i])
	}
	if n == 0 {
		return
	}
	weight := float32(1 / math.Sqrt(float64(n)))
	for y := range s.h {
		for k := range s.words {
			i := y*s.words + k
			for v := m[i] &^ s.reach[i]; v != 0; v &= v - 1 {
				s.acc[y*s.w+k<<6+bits.TrailingZeros64(v)] += weight
			}
		}
	}
}

// fillFromBorder computes into reach what 4-connected paths inside m join to
// the border: sweeps down and up until nothing changes.
func (s *surround) fillFromBorder(m []uint64) {
	n, h := s.words, s.h
	for y := range h {
		r, row := s.reach[y*n:(y+1)*n], m[y*n:(y+1)*n]
		if y == 0 || y == h-1 {
			copy(r, row)
			continue
		}
		clear(r)
		r[0] |= row[0] & 1
		r[n-1] |= row[n-1] & (s.tail ^ s.tail>>1)
		fillRow(r, row)
	}
	for risen := true; risen; {
		risen = false
		for y := 1; y < h-1; y++ {
			s.flow(m, y, y-1)
		}
		for y := h - 2; y > 0; y-- {
			risen = s.flow(m, y, y+1) || risen
		}
	}
}

// flow lets the fill of row from run into row y; it reports a change.
func (s *surround) flow(m []uint64, y, from int) bool {
	n := s.words
	r, row, src := s.reach[y*n:(y+1)*n], m[y*n:(y+1)*n], s.reach[from*n:(from+1)*n]
	changed := false
	for i := range r {
		if add := src[i] & row[i] &^ r[i]; add != 0 {
			r[i] |= add
			changed = true
		}
	}
	if changed {
		fillRow(r, row)
	}
	return changed
}

// fillRow spreads the seeds r along the runs of row. Towards higher bits an
// addition does it: the carry of a seed runs to the end of its run.
func fillRow(r, row []uint64) {
	var carry uint64
	for i := range r {
		sum, c := bits.Add64(row[i], r[i], carry)
		carry = c
		r[i] |= row[i] &^ sum
	}
	var in uint64 // seed handed down from the word to the right
	for i := len(r) - 1; i >= 0; i-- {
		f, m := r[i]|in<<63&row[i], row[i]
		for sh := uint(1); sh < 64; sh <<= 1 {
			f |= m & (f >> sh)
			m &= m >> sh
		}
		r[i] = f
		in = f & 1
	}
}
