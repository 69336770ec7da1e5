package saccade

import "slices"

// Palette is how maps of attention (attentionMap, overlay, the poster) are colored.
// All palettes have one scale.
type Palette string

// The palettes.
const (
	PaletteHeat  Palette = "heat"  // indigo, magenta, red, yellow; transparent where nobody looks
	PaletteTurbo Palette = "turbo" // blue, green, yellow, red; transparent where nobody looks
	PaletteFog   Palette = "fog"   // clear where people look, fogged where nobody does
)

// ParsePalette reads the name of a palette; an empty one is heat.
func ParsePalette(name string) (Palette, error) {
	if name == "" {
		return PaletteHeat, nil
	}
	all := []Palette{PaletteHeat, PaletteTurbo, PaletteFog}
	if !slices.Contains(all, Palette(name)) {
		return "", Errorf(CodeInvalidInput, "%q is not a palette. Possible: heat, turbo, fog.", name).About("palette")
	}
	return Palette(name), nil
}
