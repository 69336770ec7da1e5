package pipeline

import (
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/certainty"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
)

// checkUncertainty refuses what the model's error bars are not known for.
func (a *Analyzer) checkUncertainty(r saccade.Request) error {
	if _, ok := a.model.(attention.Examiner); r.Uncertainty && (!ok || !certainty.Knows(a.model.Name())) {
		return saccade.Errorf(saccade.CodeInvalidInput,
			"Error bars are known of the model %s alone; this is %s. Ask without uncertainty.", attention.NeuralName, a.model.Name()).About("uncertainty")
	}
	return nil
}

// examine predicts an image, with its views where the request asks for error bars.
func (a *Analyzer) examine(rgb *pix.RGB, r saccade.Request) (attention.Examined, error) {
	if m, ok := a.model.(attention.Examiner); ok {
		return m.Examine(rgb, a.prior(r), r.Uncertainty)
	}
	d, err := a.model.Image(rgb, a.prior(r))
	return attention.Examined{Density: d}, err
}

// errorBars says how sure the numbers of an image are; nil: nobody asked.
type errorBars struct {
	model  string
	mix    certainty.Mix
	views  []saccade.Density
	scores [2][]int // clarity and excitingness of variations of the image
}

// newErrorBars returns those of an examined image; nil where nobody asked.
func (a *Analyzer) newErrorBars(r saccade.Request, rgb *pix.RGB, views []saccade.Density) (*errorBars, error) {
	if !r.Uncertainty {
		return nil, nil
	}
	b := &errorBars{model: a.model.Name(), views: views, mix: mixOf(a.prior(r), rgb)}
	if w := wantedScores(r); !w.clarity && !w.excitingness && len(r.Variants) == 0 {
		return b, nil
	}
	for _, v := range variations(rgb) {
		n, err := a.see(v)
		if err != nil {
			return nil, err
		}
		m := score.Measure(v).WithNetwork(n.model, n.features)
		b.scores[0], b.scores[1] = append(b.scores[0], m.Clarity()), append(b.scores[1], m.Excitingness())
	}
	return b, nil
}

// mixOf weighs photographs and pages as the prior does.
func mixOf(prior attention.Prior, rgb *pix.RGB) certainty.Mix {
	switch prior {
	case attention.PriorWeb:
		return certainty.OfImage(1)
	case attention.PriorNatural:
		return certainty.OfImage(0)
	}
	return certainty.OfImage(attention.PageProbability(rgb))
}

// trim is the share of each side that variations of an image leave out.
const trim = 1.0 / 32

// variations are an image mirrored, and without a strip at the upper left and at
// the lower right.
func variations(p *pix.RGB) []*pix.RGB {
	mirrored := &pix.RGB{W: p.W, H: p.H, Pix: append([]byte(nil), p.Pix...)}
	mirrored.Mirror()
	dx, dy := int(math.Ceil(trim*float64(p.W))), int(math.Ceil(trim*float64(p.H)))
	if dx >= p.W || dy >= p.H {
		return []*pix.RGB{mirrored}
	}
	part := func(x, y int) *pix.RGB {
		out := pix.New(p.W-dx, p.H-dy)
		for row := range out.H {
			copy(out.Pix[3*row*out.W:][:3*out.W], p.Pix[3*((y+row)*p.W+x):])
		}
		return out
	}
	return []*pix.RGB{mirrored, part(dx, dy), part(0, 0)}
}

// areas sets the intervals of areas of interest.
func (b *errorBars) areas(results []saccade.AOIResult, aois []saccade.AOI) {
	if b == nil || len(results) == 0 {
		return
	}
	views := make([][]saccade.AOIResult, len(b.views))
	for k, d := range b.views {
		views[k] = score.ImageAreas(d, aois)
	}
	for i := range results {
		shares := make([]float64, len(views))
		for k := range views {
			shares[k] = views[k][i].Share
		}
		results[i].Interval = b.share(results[i].Share, shares)
	}
}

// variant sets the intervals of the scores of a variant, and returns its areas with
// theirs; measure measures the areas in a view.
func (b *errorBars) variant(out *saccade.VariantOutput[saccade.File], areas []saccade.VariantArea, measure func(saccade.Density) []saccade.VariantArea) []saccade.VariantArea {
	if b == nil {
		return areas
	}
	scores := &saccade.Outputs[saccade.File]{}
	for _, s := range []struct {
		value *int
		to    **saccade.ScoreOutput[saccade.File]
	}{{out.Focus, &scores.Focus}, {out.Clarity, &scores.Clarity}, {out.Excitingness, &scores.Excitingness}} {
		*s.to = &saccade.ScoreOutput[saccade.File]{Score: s.value}
	}
	b.setScores(scores)
	out.FocusInterval, out.ClarityInterval, out.ExcitingnessInterval = scores.Focus.Interval, scores.Clarity.Interval, scores.Excitingness.Interval
	views := make([][]saccade.VariantArea, len(b.views))
	for k, d := range b.views {
		views[k] = measure(d)
	}
	for i := range areas {
		if !areas[i].Visible {
			continue
		}
		shares := make([]float64, len(views))
		for k := range views {
			shares[k] = views[k][i].Share
		}
		areas[i].Interval = b.share(areas[i].Share, shares)
	}
	return areas
}

// share returns the interval of one share.
func (b *errorBars) share(value float64, views []float64) *saccade.Interval {
	i := certainty.Share(b.mix, value, views)
	return &i
}

// setScores sets the intervals of scores.
func (b *errorBars) setScores(out *saccade.Outputs[saccade.File]) {
	if b == nil {
		return
	}
	focus := make([]int, len(b.views))
	for k, d := range b.views {
		focus[k] = score.FocusScore(b.model, d)
	}
	clarity, excitingness := score.Residuals(b.model)
	setInterval(out.Focus, focus, 0)
	setInterval(out.Clarity, b.scores[0], clarity)
	setInterval(out.Excitingness, b.scores[1], excitingness)
}

// setInterval sets the interval of a score, if there is one.
func setInterval(s *saccade.ScoreOutput[saccade.File], views []int, residual float64) {
	if s == nil || s.Score == nil {
		return
	}
	i := certainty.Score(*s.Score, views, residual)
	s.Interval = &i
}
