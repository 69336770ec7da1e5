package likeness_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/saccade-dev/saccade/internal/capture/likeness"
)

// square is a white image with a gray square.
func square(t *testing.T, side int, gray uint8) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 800, 600))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for y := range side {
		for x := range side {
			m.SetNRGBA(100+x, 100+y, color.NRGBA{gray, gray, gray, 255})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, m); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestAlike(t *testing.T) {
	for name, c := range map[string]struct {
		a, b []byte
		want bool
	}{
		"the same":             {square(t, 200, 50), square(t, 200, 50), true},
		"a card that fades":    {square(t, 200, 50), square(t, 200, 56), false},
		"a cursor that blinks": {square(t, 12, 255), square(t, 12, 0), true},
		"no image":             {nil, square(t, 12, 0), false},
		"not an image":         {[]byte("x"), square(t, 12, 0), false},
	} {
		if got := likeness.Alike(c.a, c.b); got != c.want {
			t.Errorf("%s: alike %v, want %v", name, got, c.want)
		}
	}
	if !likeness.Blank(square(t, 0, 0)) || likeness.Blank(square(t, 1, 0)) || likeness.Blank(nil) {
		t.Error("a white image is blank, one with a single other pixel is not")
	}
}
