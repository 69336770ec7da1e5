package saccade

import "slices"

// Palette is how maps of attention (attentionMap, overlay, the poster) are colored.
// All palettes have one scale.
type Palette string

// The palettes.
const (
	PaletteHeat  Palette = "heat"  // indigo, magenta, red, yellow; transparent where nobody looks
	PaletteTurbo Palette = "turbo" // blue, green, yellow, red, strong places outlined; transparent where nobody looks
	PaletteFog   Palette = "fog"   // clear where people look, fogged where nobody does
)

// Palettes lists the palettes, the default first.
func Palettes() []Palette { return []Palette{PaletteHeat, PaletteTurbo, PaletteFog} }

// ParsePalette reads the name of a palette; an empty one is heat.
func ParsePalette(name string) (Palette, error) {
	if name == "" {
		return PaletteHeat, nil
	}
	if !slices.Contains(Palettes(), Palette(name)) {
		return "", Errorf(CodeInvalidInput, "%q is not a palette. Possible: heat, turbo, fog.", name).About("palette")
	}
	return Palette(name), nil
}
