package remote

import (
	"errors"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/batch"
)

// PageFlags are what a command line can ask of pages alone.
type PageFlags struct {
	Elements bool     `help:"Pages: measure what is on them, as headings, links and buttons."`
	Steal    bool     `help:"Pages: hide the ten most attended elements in turn, to see who gives attention to whom; the model's opinion. Up to 11 captures."`
	Variants []string `placeholder:"LIST" help:"Pages: other ways to show them, at most 8 of desktopWeb, mobileWeb, dark, more-contrast, reduced-motion, zoom200, rtl, protanopia, deuteranopia, tritanopia, achromatopsia, reduced-contrast, blurred-vision."`
}

// Any reports whether anything is asked for.
func (f PageFlags) Any() bool { return f.Elements || f.Steal || len(f.Variants) > 0 }

// Into writes what is asked for into a request.
func (f PageFlags) Into(r *saccade.Request) {
	r.Elements, r.Steal, r.Variants = f.Elements, f.Steal, nil
	for _, v := range f.Variants {
		r.Variants = append(r.Variants, saccade.Variant(v))
	}
}

// ForBatch reports what is wrong with asking this of the inputs of a batch: a word
// that is no variant, or no page among them. Inputs of other kinds are analyzed
// without.
func (f PageFlags) ForBatch(inputs []batch.Input) error {
	r := saccade.Request{Kind: saccade.KindPage}
	f.Into(&r)
	if err := r.ValidatePage(); err != nil {
		return errors.New(saccade.AsError(err).Message)
	}
	if f.Any() && !slices.ContainsFunc(inputs, batch.Input.Page) {
		return errors.New("--elements, --steal and --variants are for pages, and no input is the address of one")
	}
	return nil
}

// Of returns what is asked of one input of a batch: of a file nothing.
func (f PageFlags) Of(input string) PageFlags {
	if !batch.IsPage(input) {
		return PageFlags{}
	}
	return f
}
