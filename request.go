package saccade

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Kind is what an analysis looks at.
type Kind string

// The kinds. KindPage is captured in a browser and then treated as an image.
const (
	KindVideo Kind = "video"
	KindImage Kind = "image"
	KindPage  Kind = "url"
)

// Medium is how a design is seen; it selects the viewport of a page.
type Medium string

// The media of the API.
const (
	MediumDesktop Medium = "desktopWeb"
	MediumMobile  Medium = "mobileWeb"
)

// Output names one thing that can be asked for, as "prediction.output" of the
// API's predictions object.
type Output string

// All outputs. Attention ones on video are WebM files, on images PNG files.
const (
	OutAttentionMap         Output = "attention.attentionMap"
	OutPerceptionMap        Output = "attention.perceptionMap"
	OutHotspotsMap          Output = "attention.hotspotsMap"
	OutOverlay              Output = "attention.overlay"     // video: WebM with alpha
	OutData                 Output = "attention.data"        // frames.json, frames.csv, density.npy
	OutGrid                 Output = "attention.grid"        // attention.grid, answered with every other attention output too
	OutMarkers              Output = "attention.markers"     // video: files for cutting programs
	OutClarityScore         Output = "clarity.score"         //
	OutClarityMap           Output = "clarity.map"           //
	OutClarityTimeline      Output = "clarity.timeline"      // video
	OutExcitingnessScore    Output = "excitingness.score"    //
	OutExcitingnessMap      Output = "excitingness.map"      //
	OutExcitingnessTimeline Output = "excitingness.timeline" // video
	OutFocusScore           Output = "focus.score"           //
	OutFocusTimeline        Output = "focus.timeline"        // video
)

// AllOutputs lists what a kind can answer, in the order of the documentation.
func AllOutputs(k Kind) []Output {
	image := []Output{OutAttentionMap, OutPerceptionMap, OutHotspotsMap, OutData, OutGrid,
		OutClarityScore, OutClarityMap, OutExcitingnessScore, OutExcitingnessMap, OutFocusScore}
	if k != KindVideo {
		return image
	}
	return append(image, OutOverlay, OutMarkers, OutClarityTimeline, OutExcitingnessTimeline, OutFocusTimeline)
}

// DefaultOutputs is what an analysis answers when nothing is asked for.
func DefaultOutputs(k Kind) []Output {
	if k == KindVideo {
		return []Output{OutAttentionMap}
	}
	return []Output{OutAttentionMap, OutClarityScore, OutClarityMap}
}

// starred is what `{}` asks of a prediction.
var starred = map[string][]Output{
	"attention":    {OutAttentionMap},
	"clarity":      {OutClarityScore},
	"excitingness": {OutExcitingnessScore},
	"focus":        {OutFocusScore},
}

// ParseOutputs reads "prediction.output" names (or a bare "prediction" for its
// default) and rejects what the kind cannot answer. No names: the defaults.
func ParseOutputs(k Kind, names []string) ([]Output, error) {
	if len(names) == 0 {
		return DefaultOutputs(k), nil
	}
	all := AllOutputs(k)
	var out []Output
	for _, n := range names {
		n = strings.TrimSpace(n)
		if s, ok := starred[n]; ok {
			out = append(out, s...)
			continue
		}
		if !slices.Contains(all, Output(n)) {
			return nil, Errorf(CodeInvalidInput, "%q is not a prediction of this kind of input. Possible: %s.", n, joinOutputs(all)).About("predictions")
		}
		out = append(out, Output(n))
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func joinOutputs(o []Output) string {
	s := make([]string, len(o))
	for i := range o {
		s[i] = string(o[i])
	}
	return strings.Join(s, ", ")
}

// Request is what was asked: everything that the analysis needs beside the
// bytes themselves.
type Request struct {
	Kind    Kind     `json:"kind"`
	Title   string   `json:"title,omitempty"`
	Format  Format   `json:"format,omitempty"`     // of the input's bytes; empty: the default of its kind
	Object  string   `json:"object,omitempty"`     // key of the input's bytes; empty for a page
	Tag     string   `json:"object_tag,omitempty"` // ETag of the input's bytes when it was accepted; empty: whatever is there
	Address string   `json:"address,omitempty"`    // of a page
	Trace   string   `json:"trace,omitempty"`      // traceparent (W3C) of the request that asked; empty: it was not traced
	Medium  Medium   `json:"medium,omitempty"`
	Palette Palette  `json:"palette,omitempty"` // of the maps of attention; empty: heat
	Outputs []Output `json:"outputs"`
	AOIs    []AOI    `json:"aois,omitempty"`

	Elements bool      `json:"elements,omitempty"` // of a page: how the attention is distributed among its elements
	Steal    bool      `json:"steal,omitempty"`    // of a page: who gives attention to whom
	Variants []Variant `json:"variants,omitempty"` // of a page: other ways to show it

	Uncertainty bool `json:"uncertainty,omitempty"` // an interval for every share and score

	Size int64 `json:"object_size,omitempty"` // bytes of the input when it was accepted; 0: unknown

	// Editions of the tables and markers, which are written anew whenever areas of
	// interest are measured: the current one, and the one before it, to which links may
	// still lead. None: they are as the analysis left them.
	Editions []string `json:"editions,omitempty"`

	EditionBytes []int64 `json:"edition_bytes,omitempty"` // of the files of each edition; fewer: the others are not counted

	Webhook *Webhook          `json:"webhook,omitempty"`
	Meta    map[string]string `json:"meta,omitempty"` // description, goal, ... (update-meta)
}

// Wants reports whether any of the outputs was asked for.
func (r Request) Wants(any ...Output) bool {
	for _, o := range any {
		if slices.Contains(r.Outputs, o) {
			return true
		}
	}
	return false
}

// Webhook is an address that receives a message when an analysis ends.
type Webhook struct {
	URL    string   `json:"url"`
	Events []string `json:"events,omitempty"` // empty: all
}

// Point is a position in an image or frame: fractions of width and height.
type Point [2]float64

// Box is an axis-parallel area, in fractions of the image or frame.
type Box struct {
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// AOI is an area of interest: a named polygon or box, for the whole input or
// for a span of time of a video. On a page it may name an element instead, by
// selector or by role (the name is the element's then); its box is filled in
// when the page is captured.
type AOI struct {
	Name     string   `json:"name"`
	Polygon  []Point  `json:"polygon,omitempty"` // at least 3 corners, even-odd rule
	Box      *Box     `json:"box,omitempty"`
	Selector string   `json:"selector,omitempty"` // CSS; " >>> " leads into a frame or shadow tree
	Role     Role     `json:"role,omitempty"`     // of the element with the name
	From     *float64 `json:"from,omitempty"`     // seconds, inclusive
	To       *float64 `json:"to,omitempty"`       // seconds, exclusive
}

// Limits of areas of interest.
const (
	MaxAOIs       = 100
	MaxAOICorners = 1000
	MaxAOIName    = 200
	MaxSelector   = 2000 // bytes
)

// Corners returns the outline of the area.
func (a AOI) Corners() []Point {
	if a.Box == nil {
		return a.Polygon
	}
	b := *a.Box
	return []Point{{b.X, b.Y}, {b.X + b.Width, b.Y}, {b.X + b.Width, b.Y + b.Height}, {b.X, b.Y + b.Height}}
}

// Active reports whether the area exists at time t (seconds).
func (a AOI) Active(t float64) bool {
	return (a.From == nil || t >= *a.From) && (a.To == nil || t < *a.To)
}

// ValidateAOIs checks names (present, unique), shapes (in 0..1, an area) and
// spans. The error names the offending field.
func ValidateAOIs(aois []AOI) error {
	if len(aois) > MaxAOIs {
		return Errorf(CodeInvalidInput, "At most %d areas of interest are possible.", MaxAOIs).About("aois")
	}
	seen := map[string]bool{}
	for i, a := range aois {
		at := fmt.Sprintf("aois[%d]", i)
		switch {
		case strings.TrimSpace(a.Name) == "" || len(a.Name) > MaxAOIName:
			return Errorf(CodeInvalidInput, "Every area of interest needs a name of 1 to %d bytes.", MaxAOIName).About(at + ".name")
		case seen[a.Name]:
			return Errorf(CodeInvalidInput, "Two areas of interest are called %q; names must differ.", a.Name).About(at + ".name")
		}
		seen[a.Name] = true
		if err := a.validateShape(at); err != nil {
			return err
		}
	}
	return nil
}

// Names reports whether the area names an element whose box is not known yet.
func (a AOI) Names() bool { return a.Box == nil && (a.Selector != "" || a.Role != "") }

// NamedBy returns the field by which the area names an element; empty: by none.
func (a AOI) NamedBy() string {
	switch {
	case a.Selector != "":
		return "selector"
	case a.Role != "":
		return "role"
	}
	return ""
}

// ValidateShapes is [ValidateAOIs] for a place without a page: an area that names
// an element whose box is not known is an error.
func ValidateShapes(aois []AOI) error {
	for i, a := range aois {
		if a.Names() {
			return Errorf(CodeInvalidInput, "The area %q names an element, which is found only while a page is captured. Give it a box or a polygon here.", a.Name).
				About(fmt.Sprintf("aois[%d].%s", i, a.NamedBy()))
		}
	}
	return ValidateAOIs(aois)
}

// validateNames checks how an area names an element.
func (a AOI) validateNames(at string) error {
	switch {
	case a.Selector != "" && a.Role != "":
		return Errorf(CodeInvalidInput, "An area of interest names its element by a selector or by a role, not by both.").About(at)
	case a.NamedBy() != "" && len(a.Polygon) > 0:
		return Errorf(CodeInvalidInput, "An area of interest that names an element has no polygon.").About(at)
	case len(a.Selector) > MaxSelector || strings.TrimSpace(a.Selector) == "" && a.Selector != "":
		return Errorf(CodeInvalidInput, "A selector has 1 to %d bytes.", MaxSelector).About(at + ".selector")
	case a.Role != "" && !a.Role.Valid():
		return Errorf(CodeInvalidInput, "%q is not a role. Possible: %s.", a.Role, joinWords(Roles())).About(at + ".role")
	}
	return nil
}

func (a AOI) validateShape(at string) error {
	if err := a.validateNames(at); err != nil {
		return err
	}
	if a.Names() {
		return a.validateSpan(at)
	}
	if (a.Box == nil) == (len(a.Polygon) == 0) {
		return Errorf(CodeInvalidInput, "An area of interest needs either a box or a polygon.").About(at)
	}
	c := a.Corners()
	if len(c) < 3 || len(c) > MaxAOICorners {
		return Errorf(CodeInvalidInput, "A polygon needs 3 to %d corners.", MaxAOICorners).About(at + ".polygon")
	}
	for _, p := range c {
		for _, v := range p {
			if math.IsNaN(v) || v < -1e-9 || v > 1+1e-9 {
				return Errorf(CodeInvalidInput, "Positions are fractions of the image: all of 0 to 1.").About(at)
			}
		}
	}
	if a.Box != nil && (a.Box.Width <= 0 || a.Box.Height <= 0) {
		return Errorf(CodeInvalidInput, "A box needs a width and a height above 0.").About(at + ".box")
	}
	return a.validateSpan(at)
}

func (a AOI) validateSpan(at string) error {
	for _, v := range []*float64{a.From, a.To} {
		if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0) || *v < 0) {
			return Errorf(CodeInvalidInput, "Times are seconds from the start, 0 or more.").About(at)
		}
	}
	if a.From != nil && a.To != nil && *a.To <= *a.From {
		return Errorf(CodeInvalidInput, "The time span is empty: \"to\" must be later than \"from\".").About(at + ".to")
	}
	return nil
}
