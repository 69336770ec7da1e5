package pipeline

import (
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ood"
	"github.com/saccade-dev/saccade/internal/pix"
)

// outsideEvery is how often, in seconds of a video, a frame is held against the
// training.
const outsideEvery = 1.0

// outside reports whether an image is unlike all training; nil: nobody knows of this
// model.
func (a *Analyzer) outside(rgb *pix.RGB) (*bool, error) {
	m, ok := a.model.(attention.Examiner)
	if !ok || !ood.Knows(a.model.Name()) {
		return nil, nil
	}
	features, small, err := m.Features(rgb)
	if err != nil {
		return nil, err
	}
	out := ood.Outside(features, small)
	return &out, nil
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
	s, ok := f.stream.(attention.FeatureStream)
	if !ok {
		return
	}
	if o.frames == 0 || !f.duplicate || f.small != o.small {
		o.last = ood.Outside(s.Features(), f.small)
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
