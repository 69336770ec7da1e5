package pipeline

import (
	"cmp"
	"context"
	"image"
	"os"
	"slices"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/certainty"
	"github.com/saccade-dev/saccade/internal/element"
	"github.com/saccade-dev/saccade/internal/score"
)

// elementMeter measures the elements of a page.
type elementMeter struct {
	layout *element.Layout
	owners *element.Owners
	base   element.Shares // of the page as it is
	views  [][]float64    // own shares in every view, where error bars are wanted
	size   image.Point    // of the image
}

// results returns the elements in the order of the document.
func (m elementMeter) results() []saccade.ElementResult {
	out := make([]saccade.ElementResult, len(m.layout.Elements))
	for i, e := range m.layout.Elements {
		r := saccade.ElementResult{Element: e, Share: m.base.Own[i], TotalShare: min(m.base.Total[i], 1), AreaShare: m.base.Area[i],
			FirstSeen: score.FirstFixation(m.base.Own[i])}
		if r.AreaShare > 0 {
			r.Density = r.Share / r.AreaShare
		}
		if m.views != nil {
			r.Interval = m.interval(i)
		}
		out[i] = r
	}
	for place, i := range m.ranked() {
		out[i].Rank = place + 1
	}
	return out
}

// interval returns that of the share of an element.
func (m elementMeter) interval(i int) *saccade.Interval {
	shares := make([]float64, len(m.views))
	for k, v := range m.views {
		shares[k] = v[i]
	}
	interval := certainty.Share(certainty.OfImage(1), m.base.Own[i], shares)
	return &interval
}

// ranked lists the elements by their share; equal ones in their order.
func (m elementMeter) ranked() []int {
	order := make([]int, len(m.base.Own))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(m.base.Own[j], m.base.Own[i]) })
	return order
}

// write writes elements.json and returns the answer.
func (m elementMeter) write(job Job, model string, in *saccade.InputOutput[saccade.File]) (*saccade.ElementsOutput[saccade.File], error) {
	all := m.results()
	f, err := os.Create(job.file(artifact.ElementsJSON))
	if err != nil {
		return nil, err
	}
	err = artifact.WriteElements(f, artifact.Elements{Model: model, Width: in.Width, Height: in.Height,
		Truncated: m.layout.Truncated, Rest: m.base.Rest, Elements: all})
	if err != nil {
		return nil, closing(f, err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	out := &saccade.ElementsOutput[saccade.File]{Data: artifact.ElementsJSON, Count: len(all), Rest: m.base.Rest, List: all}
	slices.SortFunc(all, func(a, b saccade.ElementResult) int { return cmp.Compare(a.Rank, b.Rank) })
	for _, r := range all[min(len(all), saccade.MaxListed):] {
		out.Unlisted += r.Share
	}
	out.List = all[:min(len(all), saccade.MaxListed)]
	return out, nil
}

// steal hides the most attended elements in turn, and returns how the attention
// moves.
func (a *Analyzer) steal(ctx context.Context, job Job, p *element.Page, m elementMeter, steps *steps) (*saccade.StealOutput, error) {
	begin := time.Now()
	out := &saccade.StealOutput{Note: saccade.StealNote, Captures: 1, Rows: []saccade.StealRow{}}
	top := m.ranked()
	top = top[:min(len(top), saccade.MaxSteal)]
	for _, hidden := range top {
		b, err := p.Without(hidden)
		if err != nil {
			return nil, err
		}
		e, rgb, err := a.predictAgain(ctx, job, b)
		if err != nil {
			return nil, err
		}
		if rgb.W != m.size.X || rgb.H != m.size.Y {
			return nil, saccade.Errorf(saccade.CodeWebPage, "The page changed its size while its elements were hidden in turn. Please ask again without steal.")
		}
		out.Captures++
		out.Rows = append(out.Rows, m.row(top, hidden, m.owners.Share(e.Density)))
		steps.next()
	}
	out.Seconds = float64(time.Since(begin).Milliseconds()) / 1000
	return out, nil
}

// row compares the shares without an element with those of the page as it is.
func (m elementMeter) row(top []int, hidden int, now element.Shares) saccade.StealRow {
	r := saccade.StealRow{Hidden: m.layout.Elements[hidden], Points: []saccade.StealPoint{}, Rest: points(now.Rest - m.base.Rest)}
	for i := range now.Own {
		change := now.Own[i] - m.base.Own[i]
		switch {
		case i == hidden:
			r.Own = points(change)
		case !slices.Contains(top, i):
			r.Others += change * 100
		}
	}
	for _, i := range top {
		if i != hidden {
			r.Points = append(r.Points, saccade.StealPoint{Selector: m.layout.Elements[i].Selector, Points: points(now.Own[i] - m.base.Own[i])})
		}
	}
	return r
}

// points makes hundredths of all attention of a share.
func points(share float64) float64 { return 100 * share }
