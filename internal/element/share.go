package element

import (
	"math"
	"slices"

	"github.com/saccade-dev/saccade"
)

// maxRaster is how many pixels are distributed at most; of larger images every
// second, third ... counts.
const maxRaster = 4_000_000

// Shares is a density, distributed. Slices are in the order of the layout's
// elements.
type Shares struct {
	Own   []float64 // share of attention of the pixels that belong to an element
	Total []float64 // with those of the elements in it
	Area  []float64 // share of the image's pixels that belong to it
	Rest  float64   // share of attention that belongs to none
}

// Owners says which element owns which pixel of an image.
type Owners struct {
	w, h   int
	owner  []uint16 // index of the element plus 1; 0: nobody
	count  int
	parent []int // element around an element; -1: none
}

// Owners distributes the pixels of an image with these sides.
func (l *Layout) Owners(w, h int) *Owners {
	for k := 1; ; k++ {
		if p, q := (w+k-1)/k, (h+k-1)/k; p*q <= maxRaster {
			w, h = p, q
			break
		}
	}
	o := &Owners{w: w, h: h, owner: make([]uint16, w*h), count: len(l.Elements), parent: l.parents()}
	p := painter{l: l, o: o, next: make([]int32, (w+1)*h)}
	for i := range p.next {
		p.next[i] = int32(i % (w + 1))
	}
	for _, i := range l.frontToBack() {
		p.fill(i)
	}
	return o
}

// parents returns the element around each element.
func (l *Layout) parents() []int {
	out := make([]int, len(l.Elements))
	for _, e := range l.entries {
		if e.element >= 0 {
			out[e.element] = l.ownerOf(e.parent)
		}
	}
	return out
}

// ownerOf returns the element of an entry, or of what is around it; -1: none.
func (l *Layout) ownerOf(i int) int {
	for i >= 0 && l.entries[i].element < 0 {
		i = l.entries[i].parent
	}
	if i < 0 {
		return -1
	}
	return l.entries[i].element
}

// frontToBack lists the entries, what lies above first. An element that is not
// opaque never hides what is in it; one of which nothing is seen hides nothing
// but what is around it.
func (l *Layout) frontToBack() []int {
	rank := make([]float64, len(l.entries))
	for n, i := range l.paint {
		rank[i] = float64(n)
	}
	for i := len(l.entries) - 1; i >= 0; i-- { // what is in an element comes after it
		if p := l.entries[i].parent; p >= 0 && !l.entries[p].opaque {
			rank[p] = math.Min(rank[p], rank[i]-0.25)
		}
	}
	for i, e := range l.entries {
		if e.hollow {
			rank[i] = -1
			if e.parent >= 0 {
				rank[i] = rank[e.parent] + 0.125
			}
		}
	}
	order := slices.Clone(l.paint)
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case rank[i] > rank[j]:
			return -1
		case rank[i] < rank[j]:
			return 1
		}
		return j - i // what is later in the document is deeper, or above
	})
	return order
}

// painter gives pixels to entries; those that have an owner are skipped.
type painter struct {
	l    *Layout
	o    *Owners
	next []int32 // by row: the next pixel without an owner, found by halving paths
}

// free returns the first column from x on without an owner; w: none.
func (p *painter) free(row []int32, x int32) int32 {
	for row[x] != x {
		row[x] = row[row[x]]
		x = row[x]
	}
	return x
}

// fill gives an entry the pixels whose middles are in it and that have no owner.
func (p *painter) fill(i int) {
	owner := uint16(p.l.ownerOf(i) + 1)
	w, h := p.o.w, p.o.h
	kx, ky := float64(w)/p.l.width, float64(h)/p.l.height
	for _, a := range p.l.entries[i].parts {
		x0, x1 := pixels(a.x0*kx, a.x1*kx, w)
		y0, y1 := pixels(a.y0*ky, a.y1*ky, h)
		for y := y0; y < y1; y++ {
			row := p.next[y*(w+1) : (y+1)*(w+1)]
			for x := p.free(row, int32(x0)); int(x) < x1; x = p.free(row, x) {
				p.o.owner[y*w+int(x)] = owner
				row[x] = x + 1
			}
		}
	}
}

// pixels returns which pixels have their middles in a span.
func pixels(from, to float64, n int) (int, int) {
	clamp := func(v float64) int { return int(math.Max(0, math.Min(math.Ceil(v-0.5), float64(n)))) }
	return clamp(from), clamp(to)
}

// Share distributes a density. The weight of a cell is spread evenly over its
// pixels.
func (o *Owners) Share(d saccade.Density) Shares {
	s := Shares{Own: make([]float64, o.count), Total: make([]float64, o.count), Area: make([]float64, o.count)}
	cols, rows := spread(o.w, d.W), spread(o.h, d.H)
	pixel := 1 / float64(o.w*o.h)
	sums, counts := make([]float64, o.count+1), make([]int, o.count+1)
	for y := range o.h {
		for x := range o.w {
			who := o.owner[y*o.w+x]
			counts[who]++
			var v float64
			for _, r := range rows[y] {
				for _, c := range cols[x] {
					v += float64(d.At(c.cell, r.cell)) * c.part * r.part
				}
			}
			sums[who] += v
		}
	}
	all := 0.0
	for _, v := range sums {
		all += v
	}
	if all > 0 { // a density sums to 1 but for rounding
		for i := range sums {
			sums[i] /= all
		}
	}
	s.Rest = sums[0]
	for i := range o.count {
		s.Own[i], s.Area[i] = sums[i+1], float64(counts[i+1])*pixel
	}
	copy(s.Total, s.Own)
	for i := o.count - 1; i >= 0; i-- { // what is in an element comes after it
		if p := o.parent[i]; p >= 0 && p < i {
			s.Total[p] += s.Total[i]
		}
	}
	return s
}

// piece is a part of a cell's side, as a share of it.
type piece struct {
	cell int
	part float64
}

// spread returns for each of n pixels which parts of which of m cells it covers.
func spread(n, m int) [][]piece {
	out := make([][]piece, n)
	k := float64(m) / float64(n) // cells a pixel
	for i := range out {
		from, to := float64(i)*k, float64(i+1)*k
		for c := int(from); c < m && float64(c) < to-1e-9; c++ {
			part := math.Min(to, float64(c+1)) - math.Max(from, float64(c))
			if part > 1e-12 {
				out[i] = append(out[i], piece{c, part})
			}
		}
	}
	return out
}
