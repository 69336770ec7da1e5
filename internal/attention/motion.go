package attention

import (
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

const (
	cell          = 4    // pixels of the working picture along a cell of the answer
	noiseLevel    = 1.5  // mean change of a cell in grey levels that is not motion
	contrastFloor = 6    // grey levels, so that a flat cell is not infinitely fast
	cutLevel      = 16   // change of a cell in grey levels that counts for a cut
	moveFade      = 0.30 // seconds in which the memory of a motion fades to 1/e
	moveAdapt     = 1.50 // seconds in which the eye gets used to a motion
	adaptShare    = 0.5  // share of a steady motion that one gets used to
	moveSpread    = 1.5  // smoothing of motion, cells
)

// motion follows what moves in one video, cell by cell.
//
// Speed is change over local contrast, which is the speed along the gradient.
// It counts relative to the mean of the picture, so a pan or a scroll, where
// everything moves alike, adds little and an object that moves against its
// surroundings much. A motion is remembered for moveFade; a steady one loses
// half of its pull in moveAdapt, so what counts most is the onset.
type motion struct {
	w, h     int // cells
	seen     bool
	grey     []uint8   // the last picture
	change   []float32 // mean change of the newest picture, grey levels
	contrast []float32
	speed    []float32
	weight   float32 // exponent of motion in the density
	blur     boxBlur
	level    []float32 // remembered motion, 0 = none
	used     []float32 // what one got used to
}

// newMotion returns the motion of a video of w x h cells.
func newMotion(w, h int, weight float32) *motion {
	plane := func() []float32 { return make([]float32, w*h) }
	return &motion{w: w, h: h, weight: weight, grey: make([]uint8, cell*cell*w*h), blur: newBoxBlur(w, h),
		change: plane(), contrast: plane(), speed: plane(), level: plane(), used: plane()}
}

// see measures the next picture and reports whether it replaces the last one
// rather than changing it. The first picture is such a cut.
func (m *motion) see(p *pix.RGB, dt float64) (cut bool) {
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
		clear(m.used)
		return true
	}
	m.add(dt)
	return false
}

// measure sums change and contrast over the pixels of every cell.
func (m *motion) measure(p *pix.RGB) {
	clear(m.change)
	clear(m.contrast)
	w := cell * m.w
	for y := range cell * m.h {
		row, src := m.grey[y*w:(y+1)*w], p.Pix[3*y*w:3*(y+1)*w]
		change, contrast := m.change[y/cell*m.w:][:m.w], m.contrast[y/cell*m.w:][:m.w]
		left := int(src[0]) + 2*int(src[1]) + int(src[2])
		for x := range change {
			var moved, edge int
			for i := x * cell; i < (x+1)*cell; i++ {
				s := src[3*i : 3*i+3 : 3*i+3]
				v := int(s[0]) + 2*int(s[1]) + int(s[2])
				moved += abs(v>>2 - int(row[i]))
				edge += abs(v - left)
				row[i], left = uint8(v>>2), v
			}
			change[x] += float32(moved)
			contrast[x] += float32(edge) / 4
		}
	}
	for i := range m.change {
		m.change[i] *= 1.0 / (cell * cell)
		m.contrast[i] *= 1.0 / (cell * cell)
	}
}

// add turns change into motion.
func (m *motion) add(dt float64) {
	for i, c := range m.change {
		m.speed[i] = max(0, c-noiseLevel)
	}
	m.blur.apply(m.speed, moveSpread)
	m.blur.apply(m.contrast, moveSpread)
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

// fade lets dt seconds pass and returns the largest motion that is left.
func (m *motion) fade(dt float64) (most float32) {
	fade, adapt := float32(math.Exp(-dt/moveFade)), float32(1-math.Exp(-dt/moveAdapt))
	for i, v := range m.level {
		m.used[i] += (v - m.used[i]) * adapt
		most = max(most, v)
		m.level[i] = v * fade
	}
	return most
}

// pull is how much cell i draws beyond what is there, in units of log density.
func (m *motion) pull(i int) float32 {
	v := m.level[i] - adaptShare*m.used[i]
	if v < 1e-3 {
		return 0
	}
	return m.weight * logf(1+v)
}
