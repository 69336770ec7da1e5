package attention

import (
	"math"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/nn"
	"github.com/saccade-dev/saccade/internal/pix"
)

const (
	smoothSlow     = 0.25 // time constant in seconds where nothing changed
	smoothFast     = 0.02 // the same where pixels changed
	gateLevel      = 12   // change in gray levels from which a cell follows at once
	gateFade       = 0.10 // seconds in which a cell goes back to following slowly
	motionExponent = 0.8  // exponent of motion in the density unless the weights have another; by hand
	recurrentFade  = 0.50 // time constant in seconds of the recurrent branch on a static frame
)

// neuralStream predicts one video.
//
// A frame counts as changed only when it differs from the last one that
// did by more than two gray levels somewhere (less is noise and ignored; slow
// changes add up and count). The network looks at changed frames every 80 ms at
// most, and at once at a cut or where much changes suddenly; between, the recurrent
// branch goes on from what was seen last, and motion is measured at every frame.
// Without a recurrent branch in the weights the log density is smoothed exponentially towards that of the frame: fast in cells
// whose pixels changed, slowly elsewhere, so nothing flickers and nothing
// smears behind what moves. With a recurrent branch that branch does this, and
// its share decays while the frame is static. The log-odds of motion against
// the surroundings are added on top (see motion), with the exponent "motion" in
// the config of the weights: 0 for a branch that has learned motion. Gaze needs
// time to follow: the density shown approaches the newest one exponentially, with
// the time constant "response" in the config. A cut resets all of that.
//
// When nothing changes the density converges exactly to that of the network in
// image mode at this size, and from then on a frame costs a comparison. Only
// the way there is approximate: smoothing stops when a step moves the log
// density by less than 1e-4.
type neuralStream struct {
	*ahead
	net       *network
	r         *runner // of the last frame that the network looked at
	prior     Prior
	bias      []float32
	target    []float32 // log density of frame alone; only without a recurrent branch
	gate      []float32 // 0..1, how fast a cell is smoothed
	motion    *motion
	branch    float32       // share of the recurrent branch in the density, 1..0
	shown     []float32     // the density that the stream returns
	cut       bool          // the frame at hand replaces the last one
	at        time.Duration // of that frame
	decoded   time.Duration // when the decoder ran last
	converged bool          // nothing moves and the density is that of image mode
}

// newNeuralStream starts a stream for frames of w x h pixels.
func newNeuralStream(n *network, w, h int, prior Prior) *neuralStream {
	r := n.newRunner(w, h)
	plane := func() []float32 { return make([]float32, r.w*r.h) }
	s := &neuralStream{ahead: newAhead(n, r), net: n, r: r, prior: prior, motion: newMotion(r.w, r.h, *n.config.Motion)}
	s.target, s.gate, s.shown = plane(), plane(), plane()
	return s
}

// Size implements [Stream].
func (s *neuralStream) Size() (w, h int) { return s.ahead.w, s.ahead.h }

// Next implements [Stream].
func (s *neuralStream) Next(p *pix.RGB, pts time.Duration) (saccade.Density, error) {
	if err := checkFrame(p, s.ahead.w, s.ahead.h); err != nil {
		return saccade.Density{}, err
	}
	b, err := s.take(p, pts)
	if err != nil {
		return saccade.Density{}, err
	}
	defer s.release(b.cells)
	dt := min(max((pts-s.at).Seconds(), 1e-3), 1)
	s.at, s.cut = pts, b.cut
	if b.changed || b.looks {
		s.converged = false
		if err := s.observe(b, dt); err != nil {
			return saccade.Density{}, err
		}
	}
	d := saccade.Density{W: s.r.w, H: s.r.h, V: s.shown}
	switch {
	case s.converged:
		return d, nil
	case s.net.gru != nil:
		s.step(b, dt)
	default:
		s.smooth(dt, b.changed)
	}
	s.respond(dt)
	return d, nil
}

// respond moves the density shown towards that of the newest frame over dt seconds: at
// once after a cut, without a response time, and where nothing moves any more.
func (s *neuralStream) respond(dt float64) {
	if s.cut || s.converged || s.net.config.Response == 0 {
		copy(s.shown, s.r.density)
		return
	}
	share := float32(1 - math.Exp(-dt/s.net.config.Response))
	for i, v := range s.r.density {
		s.shown[i] += (v - s.shown[i]) * share
	}
}

// observe takes what was measured of a frame and what the network sees of it.
func (s *neuralStream) observe(b *begun, dt float64) (err error) {
	switch {
	case b.cut:
		s.motion.reset()
		if s.bias, err = s.net.videoBias(s.r.w, s.r.h, s.prior, b.frame); err != nil {
			return err
		}
	case b.changed:
		s.motion.add(b.cells, dt)
	}
	if !b.looks {
		return nil
	}
	if s.net.gru != nil {
		s.r, err = s.finish(b, s.r)
		if b.cut {
			clear(s.r.state.Data)
		}
		return err
	}
	s.r.in.RGB = b.frame.Pix
	s.r.imageMode()
	for i, v := range s.r.logits {
		s.target[i] = v + s.bias[i]
	}
	if b.cut {
		copy(s.r.z, s.target)
		clear(s.gate)
		return nil
	}
	for i, c := range b.cells.change {
		s.gate[i] = max(s.gate[i], min(max(c-noiseLevel, 0)/gateLevel, 1))
	}
	return nil
}

// smooth moves the log density towards its target over dt seconds.
func (s *neuralStream) smooth(dt float64, changed bool) {
	slow, fast := float32(1-math.Exp(-dt/smoothSlow)), float32(1-math.Exp(-dt/smoothFast))
	fade := float32(math.Exp(-dt / gateFade))
	var largest float32
	for i, z := range s.r.z {
		d := (s.target[i] + s.motion.logOdds(i) - z) * (slow + (fast-slow)*s.gate[i])
		s.r.z[i] = z + d
		s.gate[i] *= fade
		largest = max(largest, absf(d))
	}
	most := s.motion.fade(dt)
	if s.converged = !changed && largest < smallestStep && most < 1e-2; s.converged {
		copy(s.r.z, s.target)
		clear(s.motion.adapted)
	}
	s.r.softmax.Run()
}

// step runs one step of the recurrent branch. While the frame is static, the
// share of the temporal features in the decoder decays. The decoder runs as
// often as the network looks.
func (s *neuralStream) step(b *begun, dt float64) {
	if b.changed {
		s.branch = 1
	} else {
		s.branch *= float32(math.Exp(-dt / recurrentFade))
	}
	if s.branch < 1e-3 {
		s.branch = 0
	}
	s.r.recurrent.Run()
	if b.looks || s.branch == 0 || longAgo(s.decoded, s.at) {
		nn.Blend(s.r.temporal, s.r.d16, s.branch)
		s.r.decode.Run()
		s.decoded = s.at
	}
	for i, v := range s.r.logits {
		s.r.z[i] = v + s.bias[i] + s.motion.logOdds(i)
	}
	most := s.motion.fade(dt)
	if s.converged = s.branch == 0 && most < 1e-2; s.converged {
		s.r.apply(s.r.logits, s.bias)
		clear(s.motion.adapted)
		return
	}
	s.r.softmax.Run()
}
