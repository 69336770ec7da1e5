package render

import (
	"sync"

	"github.com/saccade-dev/saccade"
)

// paletteTable returns the colors of attention.
func paletteTable(p saccade.Palette) *table {
	switch p {
	case saccade.PaletteTurbo:
		return turboTable()
	case saccade.PaletteFog:
		return fogTable()
	}
	return heatTable()
}

// turboTable is Turbo with the opacity of heat.
var turboTable = sync.OnceValue(func() *table {
	t := new(table)
	for i := range t {
		pos := float64(i) / (steps - 1)
		t[i] = newEntry(turbo(pos), heatOpacity(pos))
	}
	return t
})

// turbo is the polynomial by Ruofei Du of Anton Mikhailov's Turbo, "An Improved
// Rainbow Colormap for Visualization" (2019): sRGB of a position of 0..1.
func turbo(x float64) [3]float64 {
	var rgb [3]float64
	for i, c := range [3][6]float64{
		{0.13572138, 4.61539260, -42.66032258, 132.13108234, -152.94239396, 59.28637943},
		{0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604},
		{0.10667330, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973},
	} {
		for k := len(c) - 1; k >= 0; k-- {
			rgb[i] = rgb[i]*x + c[k]
		}
	}
	return rgb
}
