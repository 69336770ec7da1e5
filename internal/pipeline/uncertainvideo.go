package pipeline

import (
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/certainty"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
)

// viewEvery is how often, in seconds of a video, a frame is predicted in views.
const viewEvery = 0.5

// videoBars gathers what the views of sampled frames say of a video: a meter of
// the areas and the sum of the focus for every view.
type videoBars struct {
	model   attention.Examiner
	prior   attention.Prior
	aois    []saccade.AOI
	areas   []*score.Areas
	focus   []float64 // score times seconds
	seconds float64
	views   []saccade.Density // of the frame that was sampled last
	small   *pix.RGB          // its pixels: duplicates share them
	from    float64           // when it appeared
}

// newVideoBars returns nil where nobody asked.
func (a *Analyzer) newVideoBars(r saccade.Request) *videoBars {
	if !r.Uncertainty {
		return nil
	}
	return &videoBars{model: a.model.(attention.Examiner), prior: a.prior(r), aois: r.AOIs}
}

// Frame samples a frame, if it is time to.
func (b *videoBars) Frame(f *frame) error {
	if b == nil || b.views != nil && f.at < b.from+viewEvery {
		return nil
	}
	b.count(f.at)
	b.from = f.at
	if b.views != nil && f.duplicate && f.small == b.small {
		return nil
	}
	views, err := b.model.FrameViews(f.small, b.prior)
	if err != nil {
		return err
	}
	for k, v := range views {
		views[k] = f.box.Density(v, f.density.W, f.density.H)
	}
	if b.areas == nil {
		b.focus = make([]float64, len(views))
		for range views {
			b.areas = append(b.areas, score.NewAreas(b.aois))
		}
	}
	b.views, b.small = views, f.small
	return nil
}

// count adds the views of the last sample, which stand until a time.
func (b *videoBars) count(until float64) {
	if b == nil || b.views == nil {
		return
	}
	dt := max(until-b.from, 1e-3)
	for k, d := range b.views {
		b.areas[k].Add(d, b.from, dt)
		b.focus[k] += dt * float64(score.FocusScore(b.model.Name(), d))
	}
	b.seconds += dt
}

// set sets the intervals of an answer.
func (b *videoBars) set(out *saccade.Outputs[saccade.File]) {
	if b == nil || b.views == nil {
		return
	}
	views := make([][]saccade.AOIResult, len(b.areas))
	focus := make([]int, len(b.areas))
	for k, a := range b.areas {
		views[k] = a.Results()
		focus[k] = int(math.Round(b.focus[k] / b.seconds))
	}
	for i := range out.AOIs {
		var shares []float64
		for k := range views {
			if views[k][i].Timeline != nil { // the area existed at a sample
				shares = append(shares, views[k][i].Share)
			}
		}
		interval := certainty.Share(certainty.Mix{certainty.KindVideo: 1}, out.AOIs[i].Share, shares)
		out.AOIs[i].Interval = &interval
	}
	clarity, excitingness := score.Residuals(b.model.Name())
	setInterval(out.Focus, focus, 0)
	setInterval(out.Clarity, nil, clarity)
	setInterval(out.Excitingness, nil, excitingness)
}
