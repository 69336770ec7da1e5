package report

import (
	"io"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/render"
)

// PairImages are what is shown of a pair; a side that there is none of is nil.
type PairImages struct{ Base, Candidate *Image }

// pairView is a pair as the template shows it.
type pairView struct {
	saccade.ComparedPair
	Verdict saccade.Verdict
	Figures []figure
	Plain   []figure
}

// Comparison writes the report of a comparison. The images belong to the pairs by
// position; fewer of them leave the last pairs without.
func Comparison(w io.Writer, d *saccade.Comparison, images []PairImages) error {
	view := struct {
		*saccade.Comparison
		Tally string
		Views []pairView
	}{Comparison: d, Tally: compare.Tally(d)}
	for i, p := range d.Pairs {
		v := pairView{ComparedPair: p, Verdict: compare.VerdictOf(p)}
		if i < len(images) {
			if err := v.show(images[i]); err != nil {
				return err
			}
		}
		view.Views = append(view.Views, v)
	}
	return write(w, "comparison", view)
}

// show adds the figures of a pair.
func (v *pairView) show(m PairImages) error {
	add := func(to *[]figure, side *Image, layer *render.Layer, alt, caption string) error {
		if side == nil {
			return nil
		}
		f, err := side.figure(layer, alt, caption)
		*to = append(*to, f)
		return err
	}
	heat := func(side *Image) *render.Layer {
		if side == nil {
			return nil
		}
		return render.Heat(side.density)
	}
	if err := add(&v.Figures, m.Base, heat(m.Base), "Heat map of the base", "Base"); err != nil {
		return err
	}
	if err := add(&v.Figures, m.Candidate, heat(m.Candidate), "Heat map of the candidate", "Candidate"); err != nil {
		return err
	}
	if m.Base != nil && m.Candidate != nil {
		err := add(&v.Figures, m.Candidate, difference(m.Base, m.Candidate), "Map of the difference", "Difference: orange gained attention, blue lost it")
		if err != nil {
			return err
		}
	}
	if err := add(&v.Plain, m.Base, nil, "The base", "Base"); err != nil {
		return err
	}
	return add(&v.Plain, m.Candidate, nil, "The candidate", "Candidate")
}
