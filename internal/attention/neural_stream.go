package attention

import (
	"fmt"
	"math"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/nn"
	"github.com/saccade-dev/saccade/internal/pix"
)

const (
	followSlow = 0.25 // seconds in which the answer follows by 1-1/e where nothing changed
	followFast = 0.02 // the same where the picture changed
	gateLevel  = 12   // change in grey levels from which a cell follows fast
	gateFade   = 0.10 // seconds in which a cell goes back to following slowly
	moveWeight = 0.8  // exponent of motion in the density unless the weights say another; by hand
	branchFade = 0.50 // seconds in which a still picture loses what the time branch adds
)

// neuralStream follows one video.
//
// The network looks at a frame only when the frame differs from the last one
// that it saw by more than two grey levels somewhere (the rest is noise and is
// not seen; slow changes add up and are). Without a time branch in the weights
// the log density is eased towards that of the frame: fast in cells whose
// pixels changed, slowly elsewhere, so nothing flickers and nothing smears
// behind what moves. With a time branch the recurrent unit does this, and what
// it adds fades while the picture stands still. Motion against the surroundings
// is added on top (see motion), with the exponent "motion" in the config of the
// weights: 0 for a branch that has learnt motion. A cut starts anew.
//
// When nothing changes the answer arrives exactly at what the network says of
// the still picture at this size, and from then on a frame costs a comparison.
// Only the way there is approximate: the easing stops when a step moves the
// log density by less than 1e-4.
type neuralStream struct {
	net    *network
	r      *runner
	prior  Prior
	frame  *pix.RGB // the last frame that the network saw
	seen   bool
	bias   []float32
	still  []float32 // log density of frame alone; not used with a time branch
	gate   []float32 // 0..1, how fast a cell follows
	motion *motion
	branch float32 // share of the time branch in the answer, 1..0
	at     time.Duration
	rest   bool // nothing moves and the answer has arrived
}

// newNeuralStream starts a stream for frames of w x h pixels.
func newNeuralStream(n *network, w, h int, prior Prior) *neuralStream {
	r := n.newRunner(w, h)
	plane := func() []float32 { return make([]float32, r.w*r.h) }
	s := &neuralStream{net: n, r: r, prior: prior, frame: pix.New(w, h), motion: newMotion(r.w, r.h, *n.config.Motion)}
	s.still, s.gate = plane(), plane()
	return s
}

// Size implements [Stream].
func (s *neuralStream) Size() (w, h int) { return s.frame.W, s.frame.H }

// Next implements [Stream].
func (s *neuralStream) Next(p *pix.RGB, pts time.Duration) (saccade.Density, error) {
	if err := checkPicture(p); err != nil {
		return saccade.Density{}, err
	}
	if p.W != s.frame.W || p.H != s.frame.H {
		return saccade.Density{}, fmt.Errorf("attention: the frame has %d x %d pixels, the stream wants %d x %d", p.W, p.H, s.frame.W, s.frame.H)
	}
	d := saccade.Density{W: s.r.w, H: s.r.h, V: s.r.density}
	dt := min(max((pts-s.at).Seconds(), 1e-3), 1)
	s.at = pts
	changed := !s.seen || differs(s.frame.Pix, p.Pix)
	if !changed && s.rest {
		return d, nil
	}
	if changed {
		if err := s.see(p, dt); err != nil {
			return saccade.Density{}, err
		}
	}
	if s.net.gru != nil {
		s.recur(dt, changed)
	} else {
		s.ease(dt, changed)
	}
	return d, nil
}

// see shows a changed frame to the network.
func (s *neuralStream) see(p *pix.RGB, dt float64) error {
	cut := s.motion.see(p, dt)
	if cut {
		bias, err := s.net.bias(s.r.w, s.r.h, s.prior, p)
		if err != nil {
			return err
		}
		s.bias = bias
	}
	copy(s.frame.Pix, p.Pix)
	s.seen, s.rest = true, false
	s.r.in.RGB = s.frame.Pix
	if s.net.gru != nil {
		s.r.encode.Run()
		if cut {
			clear(s.r.state.Data)
		}
		return nil
	}
	s.r.still()
	for i, v := range s.r.logits {
		s.still[i] = v + s.bias[i]
	}
	if cut {
		copy(s.r.z, s.still)
		clear(s.gate)
		return nil
	}
	for i, c := range s.motion.change {
		s.gate[i] = max(s.gate[i], min(max(c-noiseLevel, 0)/gateLevel, 1))
	}
	return nil
}

// ease moves the log density towards its aim over dt seconds.
func (s *neuralStream) ease(dt float64, changed bool) {
	slow, fast := float32(1-math.Exp(-dt/followSlow)), float32(1-math.Exp(-dt/followFast))
	fade := float32(math.Exp(-dt / gateFade))
	var step float32
	for i, z := range s.r.z {
		d := (s.still[i] + s.motion.pull(i) - z) * (slow + (fast-slow)*s.gate[i])
		s.r.z[i] = z + d
		s.gate[i] *= fade
		step = max(step, absf(d))
	}
	most := s.motion.fade(dt)
	if s.rest = !changed && step < settled && most < 1e-2; s.rest {
		copy(s.r.z, s.still)
		clear(s.motion.used)
	}
	s.r.soften.Run()
}

// recur runs the time branch. While the picture stands still, what the branch
// adds to the decoder fades away.
func (s *neuralStream) recur(dt float64, changed bool) {
	if changed {
		s.branch = 1
	} else {
		s.branch *= float32(math.Exp(-dt / branchFade))
	}
	if s.branch < 1e-3 {
		s.branch = 0
	}
	s.r.time.Run()
	nn.Blend(s.r.timed, s.r.d16, s.branch)
	s.r.decode.Run()
	for i, v := range s.r.logits {
		s.r.z[i] = v + s.bias[i] + s.motion.pull(i)
	}
	most := s.motion.fade(dt)
	if s.rest = s.branch == 0 && most < 1e-2; s.rest {
		s.r.answer(s.r.logits, s.bias)
		clear(s.motion.used)
		return
	}
	s.r.soften.Run()
}
