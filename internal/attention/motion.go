package attention

import (
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

const (
	cell          = 4    // pixels of the frame along a cell of the density
	noiseLevel    = 1.5  // mean change of a cell in gray levels that is not motion
	contrastFloor = 6    // gray levels, so that a flat cell is not infinitely fast
	cutLevel      = 16   // change of a cell in gray levels that counts for a cut
	motionDecay   = 0.30 // seconds in which a motion decays to 1/e
	adaptTime     = 1.50 // time constant of adaptation to a motion, seconds
	adaptShare    = 0.5  // share of a steady motion that adaptation takes away
	motionSigma   = 1.5  // smoothing of motion, cells
)

// motion measures what moves in one video, cell by cell.
//
// Speed is change over local contrast, which is the speed along the gradient.
// It counts relative to the mean of the frame, so a pan or a scroll, where
// everything moves alike, adds little and an object that moves against its
// surroundings much. A motion decays over motionDecay; adaptation to a steady
// one takes half of its log-odds within adaptTime, so what counts most is the
// onset.
type motion struct {
	w, h     int // cells
	seen     bool
	gray     []uint8     // the last frame
	sums     [][2]uint32 // of a row of cells
	change   []float32   // mean change of the newest frame, gray levels
	contrast []float32
	speed    []float32
	weight   float32 // exponent of motion in the density
	blur     boxBlur
	level    []float32 // motion, decaying; 0 = none
	adapted  []float32 // level that adaptation has reached
}

// newMotion returns the motion of a video of w x h cells.
func newMotion(w, h int, weight float32) *motion {
	plane := func() []float32 { return make([]float32, w*h) }
	return &motion{w: w, h: h, weight: weight, gray: make([]uint8, cell*cell*w*h), sums: make([][2]uint32, w), blur: newBoxBlur(w, h),
		change: plane(), contrast: plane(), speed: plane(), level: plane(), adapted: plane()}
}

// observe measures the next frame and reports whether it replaces the last one
// rather than changing it. The first frame is such a cut.
func (m *motion) observe(p *pix.RGB, dt float64) (cut bool) {
	m.measure(p)
	n := 0
	for _, c := range m.change {
		if c > cutLevel {
			n++
		}
	}
	cut = !m.seen || float64(n) > cutShare*float64(len(m.change))
	m.seen = true
	if cut {
		clear(m.level)
		clear(m.adapted)
		return true
	}
	m.add(dt)
	return false
}

// measure takes the mean of change and contrast over the pixels of every cell.
func (m *motion) measure(p *pix.RGB) {
	w := cell * m.w
	for y := range m.h {
		r := cellRow{sums: m.sums, gray: m.gray[cell*y*w:][:cell*w], rgb: p.Pix[3*cell*y*w:][:3*cell*w]}
		from, to := r.fast()
		r.plain(0, from)
		r.plain(to, m.w)
		for x, s := range m.sums {
			m.change[y*m.w+x] = float32(s[0]) * (1.0 / (cell * cell))
			m.contrast[y*m.w+x] = float32(s[1]) * (1.0 / (4 * cell * cell))
		}
	}
}

// cellRow is a row of cells. Gray is a fourth of a pixel's red, twice its green and its blue.
type cellRow struct {
	sums [][2]uint32 // of every cell: change of gray, and four times the gray between neighbors
	gray []uint8     // of the frame before, then of this one
	rgb  []uint8
}

// plain measures the cells from one to another.
func (r cellRow) plain(from, to int) {
	w := len(r.gray) / cell
	for x := from; x < to; x++ {
		var moved, edge int
		for y := range cell {
			gray, rgb := r.gray[y*w:][:w], r.rgb[3*y*w:][:3*w]
			left := luma(rgb, max(x*cell-1, 0))
			for i := x * cell; i < (x+1)*cell; i++ {
				v := luma(rgb, i)
				moved += abs(v>>2 - int(gray[i]))
				edge += abs(v - left)
				gray[i], left = uint8(v>>2), v
			}
		}
		r.sums[x] = [2]uint32{uint32(moved), uint32(edge)}
	}
}

// luma returns four times the gray of a pixel.
func luma(rgb []uint8, i int) int {
	s := rgb[3*i : 3*i+3 : 3*i+3]
	return int(s[0]) + 2*int(s[1]) + int(s[2])
}

// add turns change into motion.
func (m *motion) add(dt float64) {
	for i, c := range m.change {
		m.speed[i] = max(0, c-noiseLevel)
	}
	m.blur.apply(m.speed, motionSigma)
	m.blur.apply(m.contrast, motionSigma)
	var mean float64
	for i := range m.speed {
		m.speed[i] /= m.contrast[i] + contrastFloor
		mean += float64(m.speed[i])
	}
	mean /= float64(len(m.speed))
	rate := min(1/(30*dt), 1) // a low frame rate shows longer steps
	floor := float32(mean + 0.02/max(rate, 1e-2))
	for i, v := range m.speed {
		m.level[i] = max(m.level[i], min(v/floor, motionCap))
	}
}

// fade applies decay and adaptation over dt seconds and returns the largest
// motion before it.
func (m *motion) fade(dt float64) (most float32) {
	fade, adapt := float32(math.Exp(-dt/motionDecay)), float32(1-math.Exp(-dt/adaptTime))
	for i, v := range m.level {
		m.adapted[i] += (v - m.adapted[i]) * adapt
		most = max(most, v)
		m.level[i] = v * fade
	}
	return most
}

// logOdds returns what motion adds to the log density of cell i.
func (m *motion) logOdds(i int) float32 {
	v := m.level[i] - adaptShare*m.adapted[i]
	if v < 1e-3 {
		return 0
	}
	return m.weight * logf(1+v)
}
