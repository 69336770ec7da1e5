package saccade

import (
	"fmt"
	"slices"
	"strings"
)

// Role says what an element of a page is: a role of ARIA, or "video".
type Role string

// The roles of elements.
const (
	RoleHeading    Role = "heading"
	RoleParagraph  Role = "paragraph" // a block of text, list items and cells of tables included
	RoleLink       Role = "link"
	RoleButton     Role = "button"
	RoleTextbox    Role = "textbox"
	RoleSearchbox  Role = "searchbox"
	RoleCombobox   Role = "combobox"
	RoleListbox    Role = "listbox"
	RoleCheckbox   Role = "checkbox"
	RoleRadio      Role = "radio"
	RoleSwitch     Role = "switch"
	RoleSlider     Role = "slider"
	RoleSpinbutton Role = "spinbutton"
	RoleImg        Role = "img"
	RoleVideo      Role = "video"
	RoleNavigation Role = "navigation"
	RoleDialog     Role = "dialog"
)

// Roles lists the roles of elements, in the order of the documentation.
func Roles() []Role {
	return []Role{RoleHeading, RoleParagraph, RoleLink, RoleButton, RoleTextbox, RoleSearchbox, RoleCombobox, RoleListbox, RoleCheckbox,
		RoleRadio, RoleSwitch, RoleSlider, RoleSpinbutton, RoleImg, RoleVideo, RoleNavigation, RoleDialog}
}

// Valid reports whether it is one of [Roles].
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Element is a visible part of a page.
type Element struct {
	Selector  string `json:"selector"`  // CSS; " >>> " leads into a frame or shadow tree
	Role      Role   `json:"role"`      // what it is
	Name      string `json:"name"`      // accessible name, at most 80 characters; written by the page
	Box       Box    `json:"box"`       // its border box within the image
	AboveFold bool   `json:"aboveFold"` // at least half of it is in the first window
}

// ElementResult is an element and the attention that it gets.
type ElementResult struct {
	Element
	Share      float64  `json:"share"`                // share of attention of the pixels where it is the deepest visible element, 0..1
	TotalShare float64  `json:"totalShare"`           // with the elements in it, 0..1
	Rank       int      `json:"rank"`                 // by share; 1 = most attention
	FirstSeen  *float64 `json:"timeToFirstAttention"` // time to first fixation of the median viewer by share, seconds; null: never
	AreaShare  float64  `json:"areaShare"`            // share of the image's area of those pixels, 0..1
	Density    float64  `json:"density"`              // share by areaShare: 1 = as much as the image on average

	Interval *Interval `json:"interval,omitempty"` // of the share, where uncertainty was asked for
}

// ElementsOutput is how the attention of a page is distributed among its
// elements. The shares of all elements and Rest sum to 1.
type ElementsOutput[L ~string] struct {
	Data     L               `json:"data,omitempty"` // elements.json: every element
	Count    int             `json:"count"`          // elements of the page, at most 5,000
	Rest     float64         `json:"rest"`           // share of attention outside of all elements, 0..1
	Unlisted float64         `json:"unlisted"`       // share of attention of the elements that List leaves out, 0..1
	List     []ElementResult `json:"list"`           // those with the most attention, by rank; at most [MaxListed]
}

// Limits of what is asked about the elements of a page.
const (
	MaxListed   = 200 // elements in an answer
	MaxSteal    = 10  // elements that are hidden in turn
	MaxVariants = 8   // variants of one page
)

// StealNote says in every output what the steal matrix is.
const StealNote = "This is the model's opinion, not a measurement: each element was hidden in turn and the page predicted again."

// StealOutput says who gives attention to whom: each of the most attended
// elements of a page was hidden in turn, and the page captured and predicted
// again.
type StealOutput struct {
	Note     string     `json:"note"`     // [StealNote]
	Captures int        `json:"captures"` // that it took
	Seconds  float64    `json:"seconds"`  // that it took
	Rows     []StealRow `json:"rows"`     // by rank of the hidden element
}

// StealRow is what happens when one element is hidden. All points sum to 0.
type StealRow struct {
	Hidden Element      `json:"hidden"`
	Own    float64      `json:"own"`    // change of its own share, in points (100 = all attention)
	Points []StealPoint `json:"points"` // of the other hidden elements, by their rank
	Others float64      `json:"others"` // of all further elements, in points
	Rest   float64      `json:"rest"`   // of what belongs to no element, in points
}

// StealPoint is how much attention an element gains, in points of all attention.
type StealPoint struct {
	Selector string  `json:"selector"`
	Points   float64 `json:"points"`
}

// Variant is another way to show a page.
type Variant string

// The variants of pages.
const (
	VariantDesktop         Variant = "desktopWeb"
	VariantMobile          Variant = "mobileWeb"
	VariantDark            Variant = "dark"           // prefers-color-scheme: dark
	VariantContrast        Variant = "more-contrast"  // prefers-contrast: more
	VariantReducedMotion   Variant = "reduced-motion" // prefers-reduced-motion: reduce
	VariantZoom            Variant = "zoom200"        // the browser's zoom at 200 %
	VariantRTL             Variant = "rtl"            // written from right to left
	VariantProtanopia      Variant = "protanopia"     // seen without red cones
	VariantDeuteranopia    Variant = "deuteranopia"   // seen without green cones
	VariantTritanopia      Variant = "tritanopia"     // seen without blue cones
	VariantAchromatopsia   Variant = "achromatopsia"  // seen without colors
	VariantReducedContrast Variant = "reduced-contrast"
	VariantBlurred         Variant = "blurred-vision"
)

// Variants lists the variants, in the order of the documentation.
func Variants() []Variant {
	return []Variant{VariantDesktop, VariantMobile, VariantDark, VariantContrast, VariantReducedMotion, VariantZoom, VariantRTL,
		VariantProtanopia, VariantDeuteranopia, VariantTritanopia, VariantAchromatopsia, VariantReducedContrast, VariantBlurred}
}

// VariantOutput is a page in a variant.
type VariantOutput[L ~string] struct {
	Variant      Variant       `json:"variant"`
	Image        L             `json:"image,omitempty"`        // the page, captured so
	AttentionMap L             `json:"attentionMap,omitempty"` // its heat map
	Width        int           `json:"width,omitempty"`        // pixels
	Height       int           `json:"height,omitempty"`       // pixels
	Focus        *int          `json:"focus,omitempty"`        // 0..100
	Clarity      *int          `json:"clarity,omitempty"`      // 0..100
	Excitingness *int          `json:"excitingness,omitempty"` // 0..100
	AOIs         []VariantArea `json:"aois,omitempty"`         // in the order of the request

	FocusInterval        *Interval `json:"focusInterval,omitempty"` // where uncertainty was asked for, as the next two
	ClarityInterval      *Interval `json:"clarityInterval,omitempty"`
	ExcitingnessInterval *Interval `json:"excitingnessInterval,omitempty"`

	Error *VariantError `json:"error,omitempty"` // the page could not be captured so; nothing else is set
}

// VariantError says why a page could not be captured in a variant.
type VariantError struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// VariantArea is an area of interest in a variant.
type VariantArea struct {
	Name      string   `json:"name"`
	Visible   bool     `json:"visible"`              // false: what it names is not seen in this variant
	Share     float64  `json:"share"`                // 0..1
	FirstSeen *float64 `json:"timeToFirstAttention"` // seconds; null: never
	AreaShare float64  `json:"areaShare"`            // 0..1

	Interval *Interval `json:"interval,omitempty"` // of the share, where uncertainty was asked for
}

// ValidatePage checks what can be asked of pages alone: elements, steal matrix,
// variants, and areas of interest that name an element.
func (r Request) ValidatePage() error {
	const only = "Elements exist on pages alone: this needs an input of type url."
	page := r.Kind == KindPage
	switch {
	case r.Elements && !page:
		return Errorf(CodeInvalidInput, only).About("elements")
	case r.Steal && !page:
		return Errorf(CodeInvalidInput, only).About("steal")
	case len(r.Variants) > 0 && !page:
		return Errorf(CodeInvalidInput, "Only pages have variants: this needs an input of type url.").About("variants")
	case len(r.Variants) > MaxVariants:
		return Errorf(CodeInvalidInput, "At most %d variants are possible.", MaxVariants).About("variants")
	}
	for i, a := range r.AOIs {
		if a.Names() && !page {
			return Errorf(CodeInvalidInput, only).About(fmt.Sprintf("aois[%d].%s", i, a.NamedBy()))
		}
	}
	seen := map[Variant]bool{}
	for i, v := range r.Variants {
		if !slices.Contains(Variants(), v) {
			return Errorf(CodeInvalidInput, "%q is not a variant. Possible: %s.", v, joinWords(Variants())).About(fmt.Sprintf("variants[%d]", i))
		}
		if seen[v] {
			return Errorf(CodeInvalidInput, "The variant %q is asked for twice.", v).About(fmt.Sprintf("variants[%d]", i))
		}
		seen[v] = true
	}
	return nil
}

// joinWords lists names for an error.
func joinWords[S ~string](list []S) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return strings.Join(out, ", ")
}
