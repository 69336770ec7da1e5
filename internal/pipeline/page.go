package pipeline

import (
	"context"
	"image"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/element"
	"github.com/saccade-dev/saccade/internal/pix"
)

// PageReader is a [Capturer] that reads the elements of a page too, and shows it
// in variants; *capture.Browser is one.
type PageReader interface {
	// Visit opens a page as asked and passes it to use while it is open.
	Visit(ctx context.Context, v element.Visit, use func(*element.Page) error) error
}

var errNoBrowser = saccade.Errorf(saccade.CodeWebPage, "This service cannot capture web pages: it has no browser. Send a screenshot instead.")

// runPage captures a page and analyzes its image; what is asked of its elements
// is answered while the page is open.
func (a *Analyzer) runPage(ctx context.Context, job Job, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	if a.pages == nil {
		return nil, errNoBrowser
	}
	r := job.Request
	progress(saccade.Progress{Stage: saccade.StageCapturing})
	queries, read := element.Queries(r.AOIs), r.Elements || r.Steal || element.Named(r.AOIs)
	if !read && len(queries) == 0 && len(r.Variants) == 0 {
		b, err := a.pages.Capture(ctx, r.Address, r.Medium)
		if err != nil {
			return nil, err
		}
		return a.runImage(ctx, job, b, progress)
	}
	reader, ok := a.pages.(PageReader)
	if !ok {
		return nil, errNoBrowser
	}
	steps := newSteps(r, progress)
	visit := element.Visit{Address: r.Address, Medium: r.Medium, Elements: read, Selectors: queries}
	if r.Steal {
		visit.Hide = saccade.MaxSteal
	}
	var out *saccade.Outputs[saccade.File]
	err := reader.Visit(ctx, visit, func(p *element.Page) (err error) {
		out, err = a.openPage(ctx, job, p, steps)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, v := range r.Variants {
		one, err := a.variant(ctx, job, reader, v)
		if err != nil {
			return nil, err
		}
		out.Variants = append(out.Variants, one)
		steps.next()
	}
	return out, nil
}

// openPage analyzes a page that is open.
func (a *Analyzer) openPage(ctx context.Context, job Job, p *element.Page, steps *steps) (*saccade.Outputs[saccade.File], error) {
	asked := job.Request.AOIs
	if p.Layout != nil {
		var err error
		if job.Request.AOIs, err = p.Layout.Resolve(asked); err != nil {
			return nil, err
		}
	}
	out, e, err := a.predictImage(ctx, job, p.Image, steps.first)
	if err != nil {
		return nil, err
	}
	if p.Layout == nil || !job.Request.Elements && !job.Request.Steal {
		return out, nil
	}
	m := elementMeter{layout: p.Layout, owners: p.Layout.Owners(out.Input.Width, out.Input.Height),
		size: image.Pt(out.Input.Width, out.Input.Height)}
	m.base = m.owners.Share(e.Density)
	if job.Request.Uncertainty {
		for _, v := range e.Views {
			m.views = append(m.views, m.owners.Share(v).Own)
		}
	}
	if out.Elements, err = m.write(job, a.model.Name(), out.Input); err != nil {
		return nil, err
	}
	if job.Request.Steal {
		out.Steal, err = a.steal(ctx, job, p, m, steps)
	}
	return out, err
}

// predictAgain predicts another image of the page of a job.
func (a *Analyzer) predictAgain(ctx context.Context, job Job, b []byte) (attention.Examined, *pix.RGB, error) {
	var none attention.Examined
	size, err := pix.Size(b)
	if err != nil {
		return none, nil, err
	}
	if err := a.room.Acquire(ctx, int64(size.X*size.Y)); err != nil {
		return none, nil, err
	}
	defer a.room.Release(int64(size.X * size.Y))
	img, _, err := pix.Decode(b)
	if err != nil {
		return none, nil, err
	}
	rgb := pix.FromImage(img)
	e, err := a.examine(rgb, job.Request)
	return e, rgb, err
}

// steps reports the progress of a page on which several images are predicted:
// each of them is one step.
type steps struct {
	all, done int
	report    func(saccade.Progress)
}

func newSteps(r saccade.Request, report func(saccade.Progress)) *steps {
	s := &steps{all: 1 + len(r.Variants), report: report}
	if r.Steal {
		s.all += saccade.MaxSteal
	}
	return s
}

// first reports the progress of the first image.
func (s *steps) first(p saccade.Progress) {
	p.Fraction /= float64(s.all)
	s.report(p)
	if p.Fraction*float64(s.all) >= 1 {
		s.done = 1
	}
}

// next says that one more image is done.
func (s *steps) next() {
	s.done = min(s.done+1, s.all)
	s.report(saccade.Progress{Fraction: float64(s.done) / float64(s.all), Stage: saccade.StageRendering})
}
