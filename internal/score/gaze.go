package score

import (
	"cmp"
	"math"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// How gaze points are found. Lengths are fractions of the image's diagonal,
// which a screen shows at about 35 degrees of visual angle.
const (
	gazeSmooth = 0.012 // the density is smoothed before its peaks are sought
	gazeReach  = 0.07  // how far attention belongs to a point: about 2.5 degrees
	gazeLeast  = 1.5   // times chance that a peak must reach
)

// GazePoints returns the places that draw most attention: the peaks of the
// density, at most n, largest mass first. Mass is the share of attention
// within reach of the peak and nearer to it than to any other one, so masses
// sum to at most 1. A uniform density has none.
func GazePoints(d saccade.Density, n int) []saccade.GazePoint {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	f := s.newField(d)
	points := f.peaks(n)
	mass := make([]float64, len(points))
	for i, k := range s.nearest(f, points) {
		if k >= 0 {
			mass[k] += float64(d.V[i])
		}
	}
	for k := range points {
		points[k].Mass = mass[k]
	}
	slices.SortStableFunc(points, func(a, b saccade.GazePoint) int { return cmp.Compare(b.Mass, a.Mass) })
	return points
}

// nearest finds for each cell which of the points within reach is nearest; -1: none.
func (s *scratch) nearest(f *field, points []saccade.GazePoint) []int32 {
	w, h := f.smooth.W, f.smooth.H
	s.places, s.distances = grown(s.places, w*h), grown(s.distances, w*h)
	for i := range s.places {
		s.places[i], s.distances[i] = -1, gazeReach
	}
	reach := gazeReach/f.cell + 1 // cells that may be within it
	for k, p := range points {
		px, py := p.X*float64(w), p.Y*float64(h)
		x0, x1 := int(max(px-reach, 0)), int(min(px+reach+1, float64(w)))
		for y := int(max(py-reach, 0)); y < int(min(py+reach+1, float64(h))); y++ {
			dy := float64(y) + 0.5 - py
			for x := x0; x < x1; x++ {
				dx := float64(x) + 0.5 - px
				if r := math.Sqrt(dx*dx+dy*dy) * f.cell; r < s.distances[y*w+x] {
					s.places[y*w+x], s.distances[y*w+x] = int32(k), r
				}
			}
		}
	}
	return s.places
}

// Times of a scan path, typical of free viewing of pages and photographs.
const (
	firstFixation = 0.25 // seconds until the first fixation
	fixation      = 0.30 // seconds from one fixation to the next
)

// What a scan path does to attention.
const (
	inhibition = 0.85 // share of the attention at a place that a fixation uses up
	recovery   = 0.04 // share of what was used up that comes back per fixation
	jumpScale  = 0.35 // diagonals: a jump of this length is e times less likely
)

// ScanPath predicts the scanpath of the given number of seconds: the first
// fixation alone, those of 3 s, of 7 s. The most attractive place is fixated
// next, near ones are preferred to far ones, and what was fixated is inhibited
// for a while. It is one typical path, always the same for the same density.
// Time is when a fixation begins, Mass the share of attention that was left
// within reach of its place.
func ScanPath(d saccade.Density, seconds float64) []saccade.GazePoint {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	f := s.newField(d)
	f.now = slices.Clone(f.smooth.V)
	left := slices.Clone(d.V)
	var out []saccade.GazePoint
	for k := 0; ; k++ {
		t := firstFixation + float64(k)*fixation
		if t > seconds {
			return out
		}
		at := f.next(out)
		p := f.point(at)
		p.Time = math.Round(t*100) / 100
		p.Mass = f.fixate(p, left)
		out = append(out, p)
		for i, v := range f.smooth.V {
			f.now[i] += (v - f.now[i]) * recovery
		}
	}
}

// field is a smoothed density in which places are sought.
type field struct {
	smooth *pix.Plane
	now    []float32 // what inhibition has left of it, for a scan path
	cell   float64   // side of a cell in diagonals; cells are square
}

// newField smooths a density in memory of s.
func (s *scratch) newField(d saccade.Density) *field {
	diagonal := math.Hypot(float64(d.W), float64(d.H))
	s.inner = grown(s.inner, len(d.V))
	copy(s.inner, d.V)
	s.boxes.Blur(s.inner, d.W, gazeSmooth*diagonal)
	return &field{smooth: &pix.Plane{W: d.W, H: d.H, V: s.inner}, cell: 1 / diagonal}
}

// peaks finds local maxima, the highest first, none within reach of another.
func (f *field) peaks(n int) []saccade.GazePoint {
	s := f.smooth
	least := float32(gazeLeast / float64(len(s.V)))
	var order []int
	for i, v := range s.V {
		if v >= least && isPeak(s, i) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.V[b], s.V[a]) })
	var out []saccade.GazePoint
	for _, i := range order {
		if len(out) == n {
			break
		}
		if !slices.ContainsFunc(out, func(p saccade.GazePoint) bool { return f.distance(i, p) < gazeReach }) {
			out = append(out, f.point(i))
		}
	}
	return out
}

// isPeak reports whether none of the eight neighbors is higher.
func isPeak(p *pix.Plane, i int) bool {
	x, y := i%p.W, i/p.W
	for ny := max(y-1, 0); ny <= min(y+1, p.H-1); ny++ {
		for nx := max(x-1, 0); nx <= min(x+1, p.W-1); nx++ {
			if p.V[ny*p.W+nx] > p.V[i] {
				return false
			}
		}
	}
	return true
}

// next chooses the cell to fixate after the fixations so far.
func (f *field) next(path []saccade.GazePoint) int {
	best, most := 0, -1.0
	for i, v := range f.now {
		worth := float64(v)
		if worth <= most {
			continue // distance only makes it less
		}
		if len(path) > 0 {
			worth *= math.Exp(-f.distance(i, path[len(path)-1]) / jumpScale)
		}
		if worth > most {
			best, most = i, worth
		}
	}
	return best
}

// fixate uses up attention around a fixation and returns the share that was left there.
func (f *field) fixate(p saccade.GazePoint, left []float32) float64 {
	var sum float64
	for i := range f.now {
		r := f.distance(i, p) / gazeReach
		if r >= 1 {
			continue
		}
		part := inhibition * float32(1-r*r*r*r)
		f.now[i] *= 1 - part
		sum += float64(left[i])
		left[i] = 0
	}
	return sum
}

// point is the center of a cell.
func (f *field) point(i int) saccade.GazePoint {
	w, h := f.smooth.W, f.smooth.H
	return saccade.GazePoint{X: (float64(i%w) + 0.5) / float64(w), Y: (float64(i/w) + 0.5) / float64(h)}
}

// distance from a cell's center to a point, in diagonals.
func (f *field) distance(i int, p saccade.GazePoint) float64 {
	w, h := f.smooth.W, f.smooth.H
	dx := float64(i%w) + 0.5 - p.X*float64(w)
	dy := float64(i/w) + 0.5 - p.Y*float64(h)
	return math.Sqrt(dx*dx+dy*dy) * f.cell // math.Hypot guards against overflow, at twice the cost
}
