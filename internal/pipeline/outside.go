package pipeline

import (
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ood"
	"github.com/saccade-dev/saccade/internal/pix"
)

// outsideEvery is how often, in seconds of a video, a frame is held against the
// training.
const outsideEvery = 1.0

// see returns what the network sees of an image as a whole, if the model has one.
func (a *Analyzer) see(rgb *pix.RGB) (n seen, err error) {
	n.model = a.model.Name()
	if m, ok := a.model.(attention.Examiner); ok {
		n.features, n.small, err = m.Features(rgb)
	}
	return n, err
}

// outside reports whether an image is unlike all training; nil: nobody knows of this
// model.
func (n seen) outside() *bool {
	if n.small == nil || !ood.Knows(n.model) {
		return nil
	}
	out := ood.Outside(n.features, n.small)
	return &out
}

// features returns what the network saw of a frame that is predicted, if there is one.
func (f *frame) features() []float32 {
	if s, ok := f.stream.(attention.FeatureStream); ok {
		return s.Features()
	}
	return nil
}

// outsideMeter counts the sampled frames of a video that are unlike all training.
type outsideMeter struct {
	frames, outside int
	last            bool     // whether the frame that was sampled last is
	small           *pix.RGB // its pixels: duplicates share them
	from            float64  // when it appeared
}

// newOutsideMeter returns nil where nobody knows of this model.
func (a *Analyzer) newOutsideMeter() *outsideMeter {
	if !ood.Knows(a.model.Name()) {
		return nil
	}
	return &outsideMeter{}
}

// Frame samples a frame, if it is time to.
func (o *outsideMeter) Frame(f *frame) {
	if o == nil || o.frames > 0 && f.at < o.from+outsideEvery {
		return
	}
	features := f.features()
	if features == nil {
		return
	}
	if o.frames == 0 || !f.duplicate || f.small != o.small {
		o.last = ood.Outside(features, f.small)
	}
	o.from, o.small = f.at, f.small
	o.frames++
	if o.last {
		o.outside++
	}
}

// answer reports whether more than half of the samples are; nil: there are none.
func (o *outsideMeter) answer() *bool {
	if o == nil || o.frames == 0 {
		return nil
	}
	out := 2*o.outside > o.frames
	return &out
}
