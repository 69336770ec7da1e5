package element

import (
	"fmt"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Queries lists the selectors that areas of interest name and that have no box
// yet, each once.
func Queries(aois []saccade.AOI) []string {
	var out []string
	for _, a := range aois {
		if a.Names() && a.Selector != "" && !slices.Contains(out, a.Selector) {
			out = append(out, a.Selector)
		}
	}
	return out
}

// Named reports whether an area of interest names its element by role and name,
// for which the elements of the page are needed.
func Named(aois []saccade.AOI) bool {
	return slices.ContainsFunc(aois, func(a saccade.AOI) bool { return a.Names() && a.Role != "" })
}

// Locate returns the areas of interest with the boxes of the elements that they name,
// from a list in the order of the document. The error is a *saccade.Error that names the
// first area whose element is not in the list.
func Locate(elements []saccade.Element, aois []saccade.AOI) ([]saccade.AOI, error) {
	located := slices.Clone(aois)
	for i, a := range aois {
		if !a.Names() {
			continue
		}
		box, ok := lookup(elements, a)
		if !ok {
			return nil, saccade.Errorf(saccade.CodeInvalidInput,
				"The area %q names no element of elements.json. Take its selector, or role and name, from there.", a.Name).About(fmt.Sprintf("aois[%d].%s", i, a.NamedBy()))
		}
		located[i].Box = &box
	}
	return located, nil
}

// lookup returns the box of the element that an area of interest names, from a
// list in the order of the document: the first with the selector, or with the
// role and the name, in which case and white space do not count.
func lookup(elements []saccade.Element, a saccade.AOI) (saccade.Box, bool) {
	name := strings.ToLower(Name(a.Name))
	for _, e := range elements {
		if a.Selector != "" && e.Selector == a.Selector || a.Role != "" && e.Role == a.Role && strings.ToLower(e.Name) == name {
			return e.Box, true
		}
	}
	return saccade.Box{}, false
}

// Resolve returns the areas of interest with the boxes of what they name. The
// layout is of a page that was read with their [Queries], and with its elements
// where one is [Named]. The error is one [saccade.Error] with CodeInvalidInput,
// which names the first area whose element is not on the page or not visible.
func (l *Layout) Resolve(aois []saccade.AOI) ([]saccade.AOI, error) {
	out := slices.Clone(aois)
	queries := Queries(aois)
	for i, a := range out {
		if !a.Names() {
			continue
		}
		box, err := l.locate(a, queries)
		if err != nil {
			return nil, err.About(fmt.Sprintf("aois[%d].%s", i, a.NamedBy()))
		}
		out[i].Box = &box
	}
	return out, nil
}

// ResolveOne returns one of the areas of interest with the box of what it names,
// of a page that was read with the queries of all.
func (l *Layout) ResolveOne(a saccade.AOI, all []saccade.AOI) (saccade.AOI, error) {
	if !a.Names() {
		return a, nil
	}
	box, err := l.locate(a, Queries(all))
	if err != nil {
		return a, err
	}
	a.Box = &box
	return a, nil
}

// locate finds what one area of interest names.
func (l *Layout) locate(a saccade.AOI, queries []string) (saccade.Box, *saccade.Error) {
	if box, ok := lookup(l.Elements, a); ok {
		return box, nil
	}
	refuse := func(format string, args ...any) (saccade.Box, *saccade.Error) {
		return saccade.Box{}, saccade.Errorf(saccade.CodeInvalidInput, format, args...)
	}
	if a.Role != "" {
		return refuse("There is no visible %s with the name %q on the page. Please take role and name from the list of elements.", a.Role, a.Name)
	}
	i := slices.Index(queries, a.Selector)
	if i < 0 || i >= len(l.Found) {
		return refuse("The page could not be searched for the selector %q.", a.Selector)
	}
	switch f := l.Found[i]; {
	case f.Matches < 0:
		return refuse("%q is not a CSS selector.", a.Selector)
	case f.Matches == 0:
		return refuse("Nothing on the page matches the selector %q.", a.Selector)
	case f.Box != nil:
		if r := areaOf(*f.Box).meet(area{0, 0, l.width, l.height}); !r.empty() {
			return l.fraction(r), nil
		}
		return refuse("What the selector %q matches lies outside of the captured part of the page.", a.Selector)
	}
	return refuse("What the selector %q matches is not visible on the page.", a.Selector)
}
