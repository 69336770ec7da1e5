package pix

import (
	"image"
	"image/color"
	"testing"
)

// logo paints a bar of the color on nothing.
func logo(c color.NRGBA, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 100, 100))
	for y := 40; y < 40+height; y++ {
		for x := 10; x < 90; x++ {
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func TestGround(t *testing.T) {
	white, black := color.NRGBA{255, 255, 255, 255}, color.NRGBA{0, 0, 0, 255}
	mixed := logo(white, 20)
	for x := 10; x < 20; x++ {
		mixed.SetNRGBA(x, 45, color.NRGBA{255, 0, 0, 255})
	}
	product := image.NewNRGBA(image.Rect(0, 0, 100, 100)) // white, with clear corners
	for y := range 100 {
		for x := range 100 {
			if x+y > 20 {
				product.SetNRGBA(x, y, white)
			}
		}
	}
	for name, c := range map[string]struct {
		m    *image.NRGBA
		dark bool
	}{
		"white on nothing":                 {logo(white, 20), true},
		"half transparent white":           {logo(color.NRGBA{255, 255, 255, 128}, 20), true},
		"off-white":                        {logo(color.NRGBA{245, 245, 245, 255}, 20), true},
		"white with some red":              {mixed, true},
		"black on nothing":                 {logo(black, 20), false},
		"red on nothing":                   {logo(color.NRGBA{255, 0, 0, 255}, 20), false},
		"nothing at all":                   {logo(white, 0), false},
		"a white product, corners missing": {product, false},
	} {
		got := OnGround(c.m).NRGBAAt(0, 0)
		if dark := got == darkGround; dark != c.dark {
			t.Errorf("%s: ground %v, want dark %v", name, got, c.dark)
		}
		if c.dark && FromImage(c.m).Blank() {
			t.Errorf("%s: still blank", name)
		}
	}
}
