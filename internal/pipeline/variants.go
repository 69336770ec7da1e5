package pipeline

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/element"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/render"
	"github.com/saccade-dev/saccade/internal/score"
)

// variant captures and predicts a page as it is in a variant. A page that cannot
// be captured so says it in its answer; the others count.
func (a *Analyzer) variant(ctx context.Context, job Job, pages PageReader, v saccade.Variant) (saccade.VariantOutput[saccade.File], error) {
	out := saccade.VariantOutput[saccade.File]{Variant: v}
	r := job.Request
	visit := element.Visit{Address: r.Address, Medium: r.Medium, Variant: v, Elements: element.Named(r.AOIs), Selectors: element.Queries(r.AOIs)}
	var page element.Page
	err := pages.Visit(ctx, visit, func(p *element.Page) error {
		page = *p
		return nil
	})
	if err == nil {
		err = a.measureVariant(ctx, job, page, &out)
	}
	if e := saccade.AsError(err); e != nil && ctx.Err() == nil && e.Code != saccade.CodeServer && e.Code != saccade.CodeOverCapacity {
		return saccade.VariantOutput[saccade.File]{Variant: v, Error: &saccade.VariantError{Code: e.Code, Message: e.Message}}, nil
	}
	return out, err
}

// measureVariant predicts the image of a variant and writes its files.
func (a *Analyzer) measureVariant(ctx context.Context, job Job, page element.Page, out *saccade.VariantOutput[saccade.File]) error {
	e, rgb, err := a.predictAgain(ctx, job, page.Image)
	if err != nil {
		return err
	}
	out.Width, out.Height = rgb.W, rgb.H
	d := e.Density
	n, err := a.see(rgb)
	if err != nil {
		return err
	}
	scores := wanted{clarity: true, excitingness: true}.measure(func() *pix.RGB { return rgb }).by(n)
	focus := score.FocusScore(a.model.Name(), d)
	out.Focus, out.Clarity, out.Excitingness = &focus, scores.clarity, scores.excitingness
	bars, err := a.newErrorBars(job.Request, rgb, e.Views)
	if err != nil {
		return err
	}
	out.AOIs = bars.variant(out, variantAreas(d, page.Layout, job.Request.AOIs), func(view saccade.Density) []saccade.VariantArea {
		return variantAreas(view, page.Layout, job.Request.AOIs)
	})
	out.Image = saccade.File("variant-" + string(out.Variant) + ".png")
	if err := writePNG(job.file(out.Image), rgb.Image()); err != nil {
		return err
	}
	out.AttentionMap = saccade.File("variant-" + string(out.Variant) + "-attentionMap.png")
	return writePNG(job.file(out.AttentionMap), render.Attention(d, job.Request.Palette).Image(rgb.W, rgb.H))
}

// variantAreas measures the areas of interest; what they name need not be there.
func variantAreas(d saccade.Density, l *element.Layout, aois []saccade.AOI) []saccade.VariantArea {
	var out []saccade.VariantArea
	for _, a := range aois {
		area := saccade.VariantArea{Name: a.Name}
		one := []saccade.AOI{a}
		if l != nil {
			found, err := l.ResolveOne(a, aois)
			if err != nil {
				out = append(out, area)
				continue
			}
			one[0] = found
		}
		r := score.ImageAreas(d, one)[0]
		area.Visible, area.Share, area.FirstSeen, area.AreaShare = true, r.Share, r.FirstSeen, r.AreaShare
		out = append(out, area)
	}
	return out
}
