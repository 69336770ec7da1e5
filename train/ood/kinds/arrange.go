package kinds

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// sorted orders families by name.
func sorted(f []Family) []Family {
	slices.SortFunc(f, func(a, b Family) int { return cmp.Compare(a.Name, b.Name) })
	return f
}

// anyPattern makes a random pattern.
func anyPattern(r *rand.Rand, aspect float64) shader {
	names := slices.Sorted(maps.Keys(patterns))
	return patterns[names[r.IntN(len(names))]](r, aspect)
}

// part is a pattern in a box.
type part struct {
	x, y, w, h float64
	s          shader
}

func (p part) holds(u, v float64) bool { return u >= p.x && u < p.x+p.w && v >= p.y && v < p.y+p.h }

// over lays parts over a ground.
func over(ground shader, parts []part) shader {
	return func(u, v float64) rgb {
		for _, p := range slices.Backward(parts) {
			if p.holds(u, v) {
				return p.s((u-p.x)/p.w, (v-p.y)/p.h)
			}
		}
		return ground(u, v)
	}
}

func flat(c rgb) shader { return func(_, _ float64) rgb { return c } }

// mosaic is rows of patterns.
func mosaic(r *rand.Rand, aspect float64) shader {
	var parts []part
	rows := 1 + r.IntN(4)
	gap := between(r, 0, 0.03) * float64(r.IntN(2))
	for y := range rows {
		n := 1 + r.IntN(4)
		same := anyPattern(r, aspect*float64(rows)/float64(n))
		repeat := chance(r, 0.3)
		for x := range n {
			s := same
			if !repeat {
				s = anyPattern(r, aspect*float64(rows)/float64(n))
			}
			if chance(r, 0.2) {
				s = flat(signal(r))
			}
			parts = append(parts, part{float64(x)/float64(n) + gap, float64(y)/float64(rows) + gap, 1/float64(n) - 2*gap, 1/float64(rows) - 2*gap, s})
		}
	}
	return over(flat(gray(float64(r.IntN(3))/2)), parts)
}

// smpte is bars over narrower bands, as broadcasters send them.
func smpte(r *rand.Rand, aspect float64) shader {
	top, middle := between(r, 0.5, 0.75), between(r, 0.05, 0.15)
	low := []shader{flat(rgb{0, 0.13, 0.3}), flat(gray(1)), flat(rgb{0.2, 0, 0.42}), flat(gray(0.07)), steps(r, 1), ramp(r, 1)}
	r.Shuffle(len(low), func(i, j int) { low[i], low[j] = low[j], low[i] })
	n := 3 + r.IntN(4)
	parts := []part{{0, 0, 1, top, bars(r, aspect)}, {0, top, 1, middle, bars(r, aspect)}}
	for k := range n {
		parts = append(parts, part{float64(k) / float64(n), top + middle, 1 / float64(n), 1 - top - middle, low[k%len(low)]})
	}
	return over(flat(gray(0)), parts)
}

// circleCard is a grid with a large circle that holds bands, and a cross in the middle.
func circleCard(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	ground := hatch(r, aspect)
	if chance(r, 0.3) {
		ground = flat(a)
	}
	bands := make([]shader, 4+r.IntN(6))
	for k := range bands {
		if bands[k] = anyPattern(r, 4*aspect); chance(r, 0.3) {
			bands[k] = flat(signal(r))
		}
	}
	radius, line, filled := between(r, 0.35, 0.49), between(r, 0.004, 0.02), chance(r, 0.75)
	return func(u, v float64) rgb {
		x, y := (u-0.5)*aspect, v-0.5
		d := math.Hypot(x, y)
		switch {
		case math.Abs(d-radius) < line, math.Abs(x) < line/2 || math.Abs(y) < line/2:
			return b
		case d > radius || !filled:
			return ground(u, v)
		}
		t := (y + radius) / (2 * radius) * float64(len(bands))
		k := min(int(t), len(bands)-1)
		return bands[k]((x+radius)/(2*radius), t-float64(k))
	}
}

// corners is a plain ground with patterns in the corners and the middle, as charts for
// the resolution of lenses have them.
func corners(r *rand.Rand, aspect float64) shader {
	size, at := between(r, 0.12, 0.3), between(r, 0.02, 0.08)
	one := anyPattern(r, aspect)
	var parts []part
	for _, x := range []float64{at, 1 - at - size} {
		for _, y := range []float64{at, 1 - at - size} {
			parts = append(parts, part{x, y, size, size, one})
		}
	}
	wide := between(r, 0.2, 0.5)
	parts = append(parts, part{0.5 - wide/2, 0.5 - wide/2, wide, wide, anyPattern(r, aspect)})
	if chance(r, 0.5) {
		parts = append(parts, part{0.3, at, 0.4, 0.06, steps(r, 1)}, part{0.3, 0.94 - at, 0.4, 0.06, bars(r, 1)})
	}
	return over(flat(gray(float64(r.IntN(5))/4)), parts)
}
