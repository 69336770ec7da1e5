package element

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/saccade-dev/saccade"
)

// Layout is what is where on a captured page.
type Layout struct {
	Elements  []saccade.Element // in the order of the document
	Found     []Found           // in the order of the queries; boxes as they are in the page
	Truncated bool              // the page has more elements
	Sources   []Source          // of the elements, in their order

	width, height float64 // of the captured part, CSS pixels
	entries       []entry // in the order of the document
	paint         []int   // indexes of entries, the first painted first
}

// Source says where an element was read.
type Source struct {
	Document *Document
	Index    int // of the item
}

// View is the part of the page that the image shows, in CSS pixels.
type View struct {
	Width, Height float64
	Fold          float64 // height of the window
}

// entry is an item in the coordinates of the page.
type entry struct {
	element int // index; -1: none
	parent  int // entry of the element around it; -1: none
	opaque  bool
	hollow  bool
	parts   []area // what of it may be seen
}

// area is a rectangle: two corners, in CSS pixels of the page.
type area struct{ x0, y0, x1, y1 float64 }

// far is how far from its origin anything of a page lies, in CSS pixels.
const far = 1e7

func areaOf(b [4]float64) area {
	for i, v := range b {
		if v != v { // not a number
			b[i] = 0
		}
		b[i] = math.Max(-far, math.Min(b[i], 2*far))
	}
	return area{b[0], b[1], b[0] + math.Max(0, b[2]), b[1] + math.Max(0, b[3])}
}

func (a area) meet(b area) area {
	return area{math.Max(a.x0, b.x0), math.Max(a.y0, b.y0), math.Min(a.x1, b.x1), math.Min(a.y1, b.y1)}
}

func (a area) empty() bool { return a.x1-a.x0 < 0.5 || a.y1-a.y0 < 0.5 }

// place is where a document lies in the page.
type place struct {
	x, y, scale float64
	clip        area
	prefix      string // of selectors
	parent      int    // entry of the element around the frame
	depth       int
}

func (p place) area(b [4]float64) area {
	a := areaOf(b)
	return area{p.x + a.x0*p.scale, p.y + a.y0*p.scale, p.x + a.x1*p.scale, p.y + a.y1*p.scale}
}

// assembler makes a layout of documents.
type assembler struct {
	l    *Layout
	view View
	at   map[*Document][]int // entries of a document's items; -1: none
}

// Assemble makes the layout of a page whose documents were read. It accepts
// anything that a document may hold.
func Assemble(doc *Document, v View) *Layout {
	l := &Layout{width: v.Width, height: v.Height, Found: doc.Found}
	a := assembler{l: l, view: v, at: map[*Document][]int{}}
	whole := area{0, 0, v.Width, v.Height}
	if !(v.Width >= 1 && v.Height >= 1) {
		return l
	}
	a.add(doc, place{scale: 1, clip: whole, parent: -1})
	a.order(doc)
	return l
}

// add takes the items of a document in its order.
func (a *assembler) add(doc *Document, p place) {
	a.l.Truncated = a.l.Truncated || doc.Truncated
	at := make([]int, min(len(doc.Items), maxItems))
	a.at[doc] = at
	for i := range at {
		it := &doc.Items[i]
		at[i] = -1
		parent := p.parent
		if it.Parent >= 0 && it.Parent < i {
			if q := at[it.Parent]; q >= 0 {
				parent = q
			}
		}
		clip := p.area(it.Clip).meet(p.clip)
		if it.Frame {
			a.frame(it, p, clip, parent)
			continue
		}
		e := entry{element: -1, parent: parent, opaque: bool(it.Opaque || it.Blocker), hollow: bool(it.Hollow)}
		for _, b := range partsOf(it) {
			if r := p.area(b).meet(clip); !r.empty() {
				e.parts = append(e.parts, r)
			}
		}
		if len(e.parts) == 0 {
			continue
		}
		if !bool(it.Blocker) && !a.element(&e, it, p, Source{doc, i}) {
			continue
		}
		at[i] = len(a.l.entries)
		a.l.entries = append(a.l.entries, e)
	}
}

// partsOf returns the boxes in which something is seen of an item.
func partsOf(it *Item) [][4]float64 {
	if len(it.Parts) > 1 && len(it.Parts) <= 16 {
		return it.Parts
	}
	return [][4]float64{it.Box}
}

// frame takes the document of a frame.
func (a *assembler) frame(it *Item, p place, clip area, parent int) {
	if it.Child == nil || p.depth >= maxDepth || clip.empty() || a.at[it.Child] != nil {
		return
	}
	box := p.area(it.Box)
	scale := p.scale
	if it.Scale > 0.01 && it.Scale < 100 {
		scale *= it.Scale
	}
	a.add(it.Child, place{x: box.x0, y: box.y0, scale: scale, clip: clip.meet(box), parent: parent, depth: p.depth + 1,
		prefix: p.prefix + cut(it.Selector, maxSelector) + Pierce})
}

// Pierce joins the selector of a frame or of the host of a shadow tree with one
// in it.
const Pierce = " >>> "

// element makes the element of an item; false: there is no room for it.
func (a *assembler) element(e *entry, it *Item, p place, from Source) bool {
	l := a.l
	role := saccade.Role(it.Role)
	selector := p.prefix + it.Selector
	if len(l.Elements) >= MaxElements {
		l.Truncated = true
		return false
	}
	if it.Selector == "" || len(selector) > maxSelector || !role.Valid() {
		return false
	}
	box := p.area(it.Box).meet(area{0, 0, a.view.Width, a.view.Height})
	if box.empty() {
		return false
	}
	above := math.Min(box.y1, a.view.Fold) - box.y0
	e.element = len(l.Elements)
	l.Elements = append(l.Elements, saccade.Element{
		Selector: selector, Role: role, Name: Name(it.Name), Box: l.fraction(box), AboveFold: above >= (box.y1-box.y0)/2,
	})
	l.Sources = append(l.Sources, from)
	return true
}

// fraction returns an area of the page as a part of the image.
func (l *Layout) fraction(a area) saccade.Box {
	short := func(v float64) float64 { return math.Round(v*1e7) / 1e7 } // far below a pixel
	x, y := short(a.x0/l.width), short(a.y0/l.height)
	return saccade.Box{X: x, Y: y, Width: short(math.Min(a.x1/l.width, 1) - x), Height: short(math.Min(a.y1/l.height, 1) - y)}
}

// order lists the entries as they are painted, the document of a frame where the
// frame is.
func (a *assembler) order(doc *Document) {
	at := a.at[doc]
	a.at[doc] = nil // once
	items := make([]int, len(at))
	for i := range items {
		items[i] = i
	}
	slices.SortStableFunc(items, func(i, j int) int { return cmp.Compare(doc.Items[i].Order, doc.Items[j].Order) })
	for _, i := range items {
		if child := doc.Items[i].Child; child != nil && a.at[child] != nil && bool(doc.Items[i].Frame) {
			a.order(child)
		}
		if at[i] >= 0 {
			a.l.paint = append(a.l.paint, at[i])
		}
	}
}

// Name returns a name as it may be shown: white space collapsed, without control
// characters and what changes the direction of writing, cut to [MaxName]
// characters.
func Name(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(cut(s, 4000), ""))
	s = strings.Join(strings.Fields(s), " ")
	n := 0
	for i := range s {
		if n == MaxName {
			return strings.TrimSpace(s[:i])
		}
		n++
	}
	return s
}

// cut returns at most n bytes of a text.
func cut(s string, n int) string { return s[:min(len(s), n)] }
