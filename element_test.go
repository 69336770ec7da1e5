package saccade_test

import (
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
)

func TestValidateNamedAreas(t *testing.T) {
	box := &saccade.Box{Width: 0.5, Height: 0.5}
	for name, c := range map[string]struct {
		aoi   saccade.AOI
		param string // empty: valid
	}{
		"selector":            {saccade.AOI{Name: "a", Selector: "#buy"}, ""},
		"role":                {saccade.AOI{Name: "Buy now", Role: "button"}, ""},
		"selector with box":   {saccade.AOI{Name: "a", Selector: "#buy", Box: box}, ""}, // as answered
		"both":                {saccade.AOI{Name: "a", Selector: "#buy", Role: "button"}, "aois[0]"},
		"selector, polygon":   {saccade.AOI{Name: "a", Selector: "#b", Polygon: []saccade.Point{{0, 0}, {1, 0}, {1, 1}}}, "aois[0]"},
		"blank selector":      {saccade.AOI{Name: "a", Selector: "  "}, "aois[0].selector"},
		"long selector":       {saccade.AOI{Name: "a", Selector: strings.Repeat("a", 2001)}, "aois[0].selector"},
		"unknown role":        {saccade.AOI{Name: "a", Role: "banner"}, "aois[0].role"},
		"role without a name": {saccade.AOI{Role: "button"}, "aois[0].name"},
		"nothing":             {saccade.AOI{Name: "a"}, "aois[0]"},
	} {
		err := saccade.ValidateAOIs([]saccade.AOI{c.aoi})
		if c.param == "" && err != nil || c.param != "" && (err == nil || saccade.AsError(err).Param != c.param) {
			t.Errorf("%s: %v, want an error about %q", name, err, c.param)
		}
	}
}

func TestValidateShapes(t *testing.T) {
	box := saccade.AOI{Name: "b", Box: &saccade.Box{Width: 1, Height: 1}}
	known := saccade.AOI{Name: "k", Selector: "#k", Box: box.Box}
	if err := saccade.ValidateShapes([]saccade.AOI{box, known}); err != nil {
		t.Error(err)
	}
	if err := saccade.AsError(saccade.ValidateShapes([]saccade.AOI{box, {Name: "a", Selector: "#a"}})); err == nil || err.Param != "aois[1].selector" {
		t.Errorf("%v", err)
	}
}

func TestValidatePage(t *testing.T) {
	var nine []saccade.Variant
	nine = append(nine, saccade.Variants()[:9]...)
	for name, c := range map[string]struct {
		r     saccade.Request
		param string
	}{
		"a page":            {saccade.Request{Kind: saccade.KindPage, Elements: true, Steal: true, Variants: saccade.Variants()[:8]}, ""},
		"nothing, an image": {saccade.Request{Kind: saccade.KindImage}, ""},
		"elements, video":   {saccade.Request{Kind: saccade.KindVideo, Elements: true}, "elements"},
		"steal, image":      {saccade.Request{Kind: saccade.KindImage, Steal: true}, "steal"},
		"variants, image":   {saccade.Request{Kind: saccade.KindImage, Variants: nine[:1]}, "variants"},
		"nine variants":     {saccade.Request{Kind: saccade.KindPage, Variants: nine}, "variants"},
		"unknown variant":   {saccade.Request{Kind: saccade.KindPage, Variants: []saccade.Variant{"dark", "upside-down"}}, "variants[1]"},
		"twice":             {saccade.Request{Kind: saccade.KindPage, Variants: []saccade.Variant{"dark", "dark"}}, "variants[1]"},
		"selector, image":   {saccade.Request{Kind: saccade.KindImage, AOIs: []saccade.AOI{{Name: "a", Selector: "a"}}}, "aois[0].selector"},
		"role, video":       {saccade.Request{Kind: saccade.KindVideo, AOIs: []saccade.AOI{{Name: "a", Role: "link"}}}, "aois[0].role"},
	} {
		err := c.r.ValidatePage()
		if c.param == "" && err != nil || c.param != "" && (!saccade.IsCode(err, saccade.CodeInvalidInput) || saccade.AsError(err).Param != c.param) {
			t.Errorf("%s: %v, want an error about %q", name, err, c.param)
		}
	}
}
