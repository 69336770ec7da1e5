// Package element is the visible parts of a web page and who of them gets how
// much attention.
//
// The contract: a [Document] is what [Script] reports of one document, and is
// not trusted: the page had its hands on everything in it. [Assemble] makes of a
// page's documents, frames included, a [Layout]: at most [MaxElements] elements
// in the order of the document, with boxes in fractions of the captured image
// that are finite and within it, and names without control characters.
// [Layout.Share] distributes a density among them: every pixel belongs to the
// deepest element that is visible there, and what belongs to none is the rest,
// so that all shares and the rest sum to 1. The same layout and density have the
// same answer.
//
// What is visible where is judged by boxes, in the order in which CSS paints
// them (CSS 2.1, appendix E: stacking contexts, then layers, then the order of
// the document; floats are not told apart). Round corners, clip paths and holes
// count as the whole box. Of closed shadow trees those are seen that whoever runs
// [Script] has put into its world, by their hosts, in the map saccadeClosed; others
// belong to what is around them.
package element

import (
	_ "embed" // the script
	"encoding/json"

	"github.com/saccade-dev/saccade"
)

// Limits of what is read of a page.
const (
	MaxElements = 5000    // in one page; the first ones in the order of the document
	MaxName     = 80      // characters of a name
	maxNodes    = 150_000 // of one document that are visited
	maxMillis   = 4000    // of one document's time
	maxItems    = 3 * MaxElements
	maxSelector = 2000 // bytes
	maxDepth    = 10   // of frames in frames
)

//go:embed read.js
var read string

// Script returns the source of a function that reads a document; its argument is
// [Options] as JSON, its answer a [Document]. It must run in a world of its own,
// in which the page cannot replace what it calls.
func Script() string {
	s := read
	for len(s) > 1 && s[:2] == "//" { // the comment that it begins with
		for i := range len(s) {
			if s[i] == '\n' {
				s = s[i+1:]
				break
			}
		}
	}
	return s
}

// HideScript hides the element with an index of a document that was read, and
// returns what [ShowScript] needs to show it again. Both take a JSON value.
const (
	HideScript = `(i) => {
		const el = globalThis.saccadeKept && globalThis.saccadeKept[i];
		if (!el) return null;
		const style = Object.getOwnPropertyDescriptor((el instanceof SVGElement ? SVGElement : HTMLElement).prototype, "style").get.call(el);
		const former = ["visibility", "transition"].map((k) => [k, style.getPropertyValue(k), style.getPropertyPriority(k)]);
		style.setProperty("transition", "none", "important");
		style.setProperty("visibility", "hidden", "important");
		return {i, former};
	}`
	ShowScript = `(o) => {
		const el = o && globalThis.saccadeKept && globalThis.saccadeKept[o.i];
		if (!el) return false;
		const style = Object.getOwnPropertyDescriptor((el instanceof SVGElement ? SVGElement : HTMLElement).prototype, "style").get.call(el);
		for (const [k, v, p] of o.former) v ? style.setProperty(k, v, p) : style.removeProperty(k);
		return true;
	}`
)

// Options of [Script].
type Options struct {
	Max     int      `json:"max"`     // elements
	Nodes   int      `json:"nodes"`   // that are visited
	Millis  int      `json:"ms"`      // of time
	Main    bool     `json:"main"`    // the document of the page itself: boxes count from its top
	Queries []string `json:"queries"` // selectors to look for
}

// NewOptions returns the options for a document of which no more than max
// elements are wanted.
func NewOptions(limit int, main bool, queries []string) Options {
	return Options{Max: max(0, min(limit, MaxElements)), Nodes: maxNodes, Millis: maxMillis, Main: main, Queries: queries}
}

// Document is what [Script] reports.
type Document struct {
	Items     []Item  `json:"items"`     // in the order of the document
	Found     []Found `json:"found"`     // in the order of the queries
	Truncated bool    `json:"truncated"` // there is more than was wanted
}

// Item is an element, a frame, or something opaque that covers others. Boxes are
// x, y, width and height in CSS pixels.
type Item struct {
	Selector string       `json:"s"`
	Role     string       `json:"r"`
	Name     string       `json:"n"`
	Box      [4]float64   `json:"b"` // of a frame: its content
	Clip     [4]float64   `json:"c"` // nothing is seen outside of it
	Parts    [][4]float64 `json:"q"` // of text that goes over several lines
	Parent   int          `json:"p"` // index of the element around it; -1: none
	Order    int          `json:"z"` // of painting, within the document
	Frame    flag         `json:"f"`
	Blocker  flag         `json:"x"`
	Opaque   flag         `json:"o"`
	Hollow   flag         `json:"h"` // nothing is seen of it but what is behind
	Scale    float64      `json:"k"` // of a frame's content

	Child *Document `json:"-"` // of a frame, where it could be read
}

// flag is 1 or absent.
type flag bool

// UnmarshalJSON accepts any number.
func (f *flag) UnmarshalJSON(b []byte) error {
	var v float64
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*f = v != 0
	return nil
}

// Found answers a query.
type Found struct {
	Matches int         `json:"n"` // -1: not a selector
	Box     *[4]float64 `json:"b"` // of the first visible one; nil: none is visible
}

// Visit says how a page is to be opened and what is wanted of it.
type Visit struct {
	Address   string
	Medium    saccade.Medium  // empty: desktopWeb
	Variant   saccade.Variant // empty: as it is
	Elements  bool            // read the elements
	Selectors []string        // look for these
	Hide      int             // how many elements may be hidden in turn
}

// Page is a page at rest, open in its browser.
type Page struct {
	Image  []byte  // PNG
	Layout *Layout // nil: not asked for

	// Without returns the image of the page in which the element with an index
	// of the layout is hidden; it is shown again afterwards.
	Without func(index int) ([]byte, error)
}
