package attention

import (
	"math"

	"github.com/saccade-dev/saccade/internal/lanes"
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

// cells compares the frames of one video, cell by cell, each with the one before.
type cells struct {
	w, h  int // cells
	seen  bool
	moved float64     // share of the cells that changed last, by more than cutLevel
	gray  []uint8     // the last frame
	sums  [][2]uint32 // of a row of cells
}

// measured is what [cells] says of one frame.
type measured struct {
	change   []float32 // mean change of a cell, gray levels
	contrast []float32 // and the same between neighbors
}

func newCells(w, h int) *cells {
	return &cells{w: w, h: h, gray: make([]uint8, cell*cell*w*h), sums: make([][2]uint32, w)}
}

func (c *cells) newMeasured() *measured {
	return &measured{change: make([]float32, c.w*c.h), contrast: make([]float32, c.w*c.h)}
}

// next measures the next frame and reports whether it replaces the last one
// rather than changing it, as the first frame does, and whether much of it changed
// suddenly, compared with the step before.
func (c *cells) next(p *pix.RGB, m *measured) (cut, jump bool) {
	c.measure(p, m)
	n := 0
	for _, v := range m.change {
		if v > cutLevel {
			n++
		}
	}
	moved := float64(n) / float64(len(m.change))
	cut, jump = !c.seen || moved > cutShare, moved >= max(jumpShare, 2*c.moved)
	c.seen, c.moved = true, moved
	return cut, jump
}

// measure takes the mean of change and contrast over the pixels of every cell.
func (c *cells) measure(p *pix.RGB, m *measured) {
	w := cell * c.w
	for y := range c.h {
		r := cellRow{sums: c.sums, gray: c.gray[cell*y*w:][:cell*w], rgb: p.Pix[3*cell*y*w:][:3*cell*w]}
		from, to := r.fast()
		r.plain(0, from)
		r.plain(to, c.w)
		for x, s := range c.sums {
			m.change[y*c.w+x] = float32(s[0]) * (1.0 / (cell * cell))
			m.contrast[y*c.w+x] = float32(s[1]) * (1.0 / (4 * cell * cell))
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

// motion says what moves in one video, cell by cell.
//
// Speed is change over local contrast, which is the speed along the gradient.
// It counts relative to the mean of the frame, so a pan or a scroll, where
// everything moves alike, adds little and an object that moves against its
// surroundings much. A motion decays over motionDecay; adaptation to a steady
// one takes half of its log-odds within adaptTime, so what counts most is the
// onset.
type motion struct {
	w       int     // cells of a row
	weight  float32 // exponent of motion in the density
	speed   []float32
	boxes   lanes.Boxes
	level   []float32 // motion, decaying; 0 = none
	adapted []float32 // level that adaptation has reached
}

// newMotion returns the motion of a video of w x h cells.
func newMotion(w, h int, weight float32) *motion {
	plane := func() []float32 { return make([]float32, w*h) }
	return &motion{w: w, weight: weight, speed: plane(), level: plane(), adapted: plane()}
}

// reset forgets all motion, at a cut.
func (m *motion) reset() {
	clear(m.level)
	clear(m.adapted)
}

// add turns the change of a frame, dt seconds after the one before, into motion.
// The contrast is smoothed in place.
func (m *motion) add(c *measured, dt float64) {
	for i, v := range c.change {
		m.speed[i] = max(0, v-noiseLevel)
	}
	m.boxes.Blur(m.speed, m.w, motionSigma)
	m.boxes.Blur(c.contrast, m.w, motionSigma)
	var mean float64
	for i := range m.speed {
		m.speed[i] /= c.contrast[i] + contrastFloor
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
