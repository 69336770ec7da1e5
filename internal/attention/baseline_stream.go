package attention

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

const (
	smoothTime   = 0.10 // time constant of the exponential smoothing, seconds
	motionTime   = 0.08 // seconds in which a motion decays to 1/e
	unseenChange = 2    // gray levels of noise that do not count as a change
	smallestStep = 1e-4 // of the log density; smaller ones are not computed
	motionCap    = 20   // times the mean speed beyond which faster is no more
	cutShare     = 0.5  // share of the cells that must change for a cut
	cutStep      = 12   // change of a cell in CIELAB units that counts for a cut
)

// baselineStream predicts one video. The log density is smoothed exponentially
// towards that of every new frame, motion is added on top and decays fast, so
// that nothing leaves a trail, and a cut resets the state.
type baselineStream struct {
	prior     Prior
	c         *channels
	frame     *pix.RGB // the last frame that was measured
	bias      []float32
	target    []float32 // static channels and prior of frame
	motion    []float32 // what motion adds to the log density; 0 = none
	last      [3][]float32
	step      []float32 // scratch: motion of the newest frame
	pace      []float32 // scratch: edges of the newest frame
	z         []float32 // log density without motion, smoothed
	sum       []float32 // z and motion
	d         saccade.Density
	at        time.Duration
	fresh     float64 // how much of the frame the newest change replaced: 1 is a cut
	converged bool    // nothing moves and z is target
}

// NewStream implements [Predictor].
func (*Baseline) NewStream(w, h int, prior Prior) (Stream, error) {
	if w <= 0 || h <= 0 {
		return nil, fmt.Errorf("attention: a video of %d x %d pixels cannot be predicted", w, h)
	}
	if _, err := logPrior(1, 1, prior, pix.New(2, 2)); err != nil {
		return nil, err
	}
	s := &baselineStream{prior: prior, c: newChannels(baselineSize(w, h))}
	n := s.c.gw * s.c.gh
	plane := func() []float32 { return make([]float32, n) }
	s.target, s.motion, s.step, s.pace, s.z, s.sum = plane(), plane(), plane(), plane(), plane(), plane()
	s.last = [3][]float32{plane(), plane(), plane()}
	s.d = saccade.Density{W: s.c.gw, H: s.c.gh, V: plane()}
	return s, nil
}

// Size implements [Stream].
func (s *baselineStream) Size() (w, h int) { return s.c.w, s.c.h }

// Next implements [Stream].
func (s *baselineStream) Next(p *pix.RGB, pts time.Duration) (saccade.Density, error) {
	if err := checkFrame(p, s.c.w, s.c.h); err != nil {
		return saccade.Density{}, err
	}
	dt := min(max((pts-s.at).Seconds(), 1e-3), 1)
	s.at = pts
	changed := s.frame == nil || differs(s.frame.Pix, p.Pix)
	if !changed && s.converged {
		return s.d, nil
	}
	if changed {
		if err := s.observe(p, float32(dt)); err != nil {
			return saccade.Density{}, err
		}
	}
	s.smooth(dt, changed)
	return s.d, nil
}

// differs reports whether any byte moved by more than noise. The comparison is
// with the frame that was measured last, so slow changes add up and are seen.
func differs(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return false
	}
	for i, v := range a {
		if d := int(v) - int(b[i]); d > unseenChange || d < -unseenChange {
			return true
		}
	}
	return false
}

// observe measures a changed frame and what moved in it.
func (s *baselineStream) observe(p *pix.RGB, dt float32) error {
	first := s.frame == nil
	if first {
		s.frame = pix.New(p.W, p.H)
	}
	copy(s.frame.Pix, p.Pix)
	s.c.measure(p)
	s.fresh = 1
	if !first {
		s.fresh = s.replaced()
	}
	cut := s.fresh == 1
	if cut {
		bias, err := logPrior(s.c.gw, s.c.gh, s.prior, p)
		if err != nil {
			return err
		}
		s.bias = bias
	}
	mixStatic(s.target, s.c, s.bias)
	if cut {
		clear(s.motion)
		copy(s.z, s.target)
	} else {
		s.addMotion(dt)
	}
	for k, v := range [...][]float32{s.c.light, s.c.green, s.c.blue} {
		copy(s.last[k], v)
	}
	return nil
}

// replaced returns how much of the frame is new, 0..1; from cutShare of the
// cells on it is a cut. Between the two the smoothing is the faster, so that
// scrolling leaves no trail.
func (s *baselineStream) replaced() float64 {
	n := 0
	for i := range s.step {
		if s.change(i) > cutStep {
			n++
		}
	}
	return min(float64(n)/(cutShare*float64(len(s.step))), 1)
}

// change returns how far cell i moved in CIELAB since the last measured frame (sum
// over the axes).
func (s *baselineStream) change(i int) float32 {
	return absf(s.c.light[i]-s.last[0][i]) + absf(s.c.green[i]-s.last[1][i]) + absf(s.c.blue[i]-s.last[2][i])
}

func absf(v float32) float32 { return float32(math.Abs(float64(v))) }

// addMotion measures motion as change over local contrast, which is the speed
// along the gradient, relative to the mean speed of the frame: a pan or a
// scroll, where everything moves alike, adds little, an object that moves
// against its surroundings much.
func (s *baselineStream) addMotion(dt float32) {
	const noise, contrast = 0.6, 2 // CIELAB units
	for i := range s.step {
		s.step[i] = max(0, s.change(i)-noise)
	}
	copy(s.pace, s.c.edges)
	s.c.blur.apply(s.step, baselineSigma)
	s.c.blur.apply(s.pace, baselineSigma)
	var mean float64
	for i := range s.step {
		s.step[i] /= s.pace[i] + contrast
		mean += float64(s.step[i])
	}
	rate := min(1/(30*dt), 1) // a low frame rate shows longer steps
	floor := float32(mean/float64(len(s.step))) + 0.02/max(rate, 1e-2)
	for i, v := range s.step {
		s.motion[i] = max(s.motion[i], motionWeight*logf(1+min(v/floor, motionCap)))
	}
}

// smooth moves the log density towards its target over dt seconds, writes the
// density and lets motion decay.
func (s *baselineStream) smooth(dt float64, changed bool) {
	if !changed {
		s.fresh = 0
	}
	rate := float32(1 - math.Exp(-dt/max(smoothTime*(1-s.fresh), 1e-3)))
	fade := float32(math.Exp(-dt / motionTime))
	var step, move float32
	for i, m := range s.motion {
		d := (s.target[i] - s.z[i]) * rate
		s.z[i] += d
		s.sum[i] = s.z[i] + m
		step, move = max(step, absf(d)), max(move, m)
		s.motion[i] = m * fade
	}
	if s.converged = !changed && step < smallestStep && move < 1e-2; s.converged {
		copy(s.z, s.target)
		copy(s.sum, s.target)
		clear(s.motion)
	}
	softmax(s.d.V, s.sum)
}
