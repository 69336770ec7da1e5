package render

import (
	"image"
	"image/color"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// lab is a color in CIELAB, D65.
type lab struct{ l, a, b float64 }

// toLab converts sRGB, 0..255.
func toLab(r, g, b float64) lab {
	linear := func(v float64) float64 {
		if v /= 255; v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	f := func(v float64) float64 {
		if v > 216.0/24389 {
			return math.Cbrt(v)
		}
		return (24389.0/27*v + 16) / 116
	}
	lr, lg, lb := linear(r), linear(g), linear(b)
	x := f((0.4124564*lr + 0.3575761*lg + 0.1804375*lb) / 0.95047)
	y := f(0.2126729*lr + 0.7151522*lg + 0.0721750*lb)
	z := f((0.0193339*lr + 0.1191920*lg + 0.9503041*lb) / 1.08883)
	return lab{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// ciede2000 is the color difference of CIE 142-2001, after Sharma, Wu and Dalal,
// "The CIEDE2000 color-difference formula" (2005).
func ciede2000(p, q lab) float64 {
	rad := math.Pi / 180
	cMean := (math.Hypot(p.a, p.b) + math.Hypot(q.a, q.b)) / 2
	c7 := math.Pow(cMean, 7)
	g := 0.5 * (1 - math.Sqrt(c7/(c7+math.Pow(25, 7))))
	a1, a2 := p.a*(1+g), q.a*(1+g)
	c1, c2 := math.Hypot(a1, p.b), math.Hypot(a2, q.b)
	hue := func(a, b float64) float64 {
		if a == 0 && b == 0 {
			return 0
		}
		return math.Mod(math.Atan2(b, a)/rad+360, 360)
	}
	h1, h2 := hue(a1, p.b), hue(a2, q.b)
	dh, hSum := h2-h1, h1+h2
	switch {
	case c1*c2 == 0:
		dh = 0
	case dh > 180:
		dh -= 360
	case dh < -180:
		dh += 360
	}
	h := hSum / 2
	switch {
	case c1*c2 == 0:
		h = hSum
	case math.Abs(h1-h2) > 180 && hSum < 360:
		h = (hSum + 360) / 2
	case math.Abs(h1-h2) > 180:
		h = (hSum - 360) / 2
	}
	dL, dC := q.l-p.l, c2-c1
	dH := 2 * math.Sqrt(c1*c2) * math.Sin(dh/2*rad)
	l, c := (p.l+q.l)/2, (c1+c2)/2
	t := 1 - 0.17*math.Cos((h-30)*rad) + 0.24*math.Cos(2*h*rad) + 0.32*math.Cos((3*h+6)*rad) - 0.20*math.Cos((4*h-63)*rad)
	c7 = math.Pow(c, 7)
	turn := 30 * math.Exp(-(h-275)/25*(h-275)/25)
	rt := -math.Sin(2*turn*rad) * 2 * math.Sqrt(c7/(c7+math.Pow(25, 7)))
	sl := 1 + 0.015*(l-50)*(l-50)/math.Sqrt(20+(l-50)*(l-50))
	sc, sh := 1+0.045*c, 1+0.015*c*t
	return math.Sqrt(dL/sl*dL/sl + dC/sc*dC/sc + dH/sh*dH/sh + rt*dC/sc*dH/sh)
}

// TestCIEDE2000 holds the measure of the other tests to the pairs that Sharma, Wu
// and Dalal published (2005, table 1).
func TestCIEDE2000(t *testing.T) {
	for i, c := range [][7]float64{
		{50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425}, {50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615},
		{50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412}, {50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000},
		{50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000}, {50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000},
		{50, 0, 0, 50, -1, 2, 2.3669}, {50, -1, 2, 50, 0, 0, 2.3669},
		{50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792}, {50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792},
		{50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195}, {50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195},
		{50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045}, {50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045},
		{50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461}, {50, 2.5, 0, 50, 0, -2.5, 4.3065},
		{50, 2.5, 0, 73, 25, -18, 27.1492}, {50, 2.5, 0, 61, -5, 29, 22.8977},
		{50, 2.5, 0, 56, -27, -3, 31.9030}, {50, 2.5, 0, 58, 24, 15, 19.4535},
		{50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000}, {50, 2.5, 0, 50, 3.2972, 0, 1.0000},
		{50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000}, {50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000},
		{60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644}, {63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630},
		{61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731}, {35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645},
		{22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373}, {36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146},
		{90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441}, {90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381},
		{6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377}, {2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082},
	} {
		p, q := lab{c[0], c[1], c[2]}, lab{c[3], c[4], c[5]}
		if got, back := ciede2000(p, q), ciede2000(q, p); math.Abs(got-c[6]) > 0.00005 || math.Abs(back-c[6]) > 0.00005 {
			t.Errorf("pair %d: %.4f and %.4f, want %.4f", i+1, got, back, c[6])
		}
	}
}

// composed is a color of 0..255 with an entry of a table over it.
func composed(ground [3]float64, e entry) lab {
	a := float64(e.a) / 255
	mix := func(below float64, above uint8) float64 { return below*(1-a) + float64(above)*a }
	return toLab(mix(ground[0], e.r), mix(ground[1], e.g), mix(ground[2], e.b))
}

// photograph is the pixels of a photograph, one in seven.
func photograph(t *testing.T) (pixels [][3]float64) {
	t.Helper()
	b, err := os.ReadFile("../pix/testdata/photo_progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := pix.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	p := pix.FromImage(m)
	for i := 0; i+2 < len(p.Pix); i += 3 * 7 {
		pixels = append(pixels, [3]float64{float64(p.Pix[i]), float64(p.Pix[i+1]), float64(p.Pix[i+2])})
	}
	return pixels
}

// TestHeatIsSeenOnAnyGround: a place that draws four times the attention of chance,
// or more, differs from the same place without heat. Under fog, one that draws none
// does. Of a photograph, one pixel in a hundred may have a color of the heat itself.
// The strong places of turbo are known by their outline, of which the better half
// counts.
func TestHeatIsSeenOnAnyGround(t *testing.T) {
	const least = 12 // CIEDE2000
	palettes := map[string][]entry{"heat": heatTable()[steps/2:], "fog": fogTable()[:1]}
	for name, ground := range map[string][][3]float64{
		"white": {{255, 255, 255}}, "black": {{0, 0, 0}}, "mid gray": {{128, 128, 128}}, "red": {{255, 0, 0}, {200, 16, 46}},
		"a photograph": photograph(t),
	} {
		for palette, entries := range palettes {
			var all []float64
			for _, g := range ground {
				for i := 0; i < len(entries); i += 4 {
					all = append(all, ciede2000(toLab(g[0], g[1], g[2]), composed(g, entries[i])))
				}
			}
			slices.Sort(all)
			smallest := all[0]
			if len(ground) > 100 {
				smallest = all[len(all)/100]
			}
			t.Logf("%s on %s: %.1f at least", palette, name, smallest)
			if smallest < least {
				t.Errorf("%s on %s: %.1f, want %d", palette, name, smallest, least)
			}
		}
		for _, g := range ground {
			below := toLab(g[0], g[1], g[2])
			black, white := entry{a: outlineShare}, entry{r: 255, g: 255, b: 255, a: outlineShare}
			if d := max(ciede2000(below, composed(g, black)), ciede2000(below, composed(g, white))); d < 3*least {
				t.Errorf("the outline on %v: %.1f", g, d)
			}
		}
	}
}

// TestOutline: with turbo, every strong place is enclosed by a closed line, black
// inside and white outside, in images as in frames.
func TestOutline(t *testing.T) {
	d := saccade.NewDensity(32, 18)
	for i := range d.V {
		d.V[i] = 0.2 / float32(len(d.V))
	}
	for y := 6; y < 12; y++ {
		for x := 10; x < 18; x++ {
			d.V[y*d.W+x] = 10 / float32(len(d.V))
		}
	}
	m := Attention(d, saccade.PaletteTurbo).Image(320, 180)
	cross := ""
	for x := range 320 {
		switch c := m.NRGBAAt(x, 90); {
		case c == color.NRGBA{A: outlineShare}:
			cross += "b"
		case c == color.NRGBA{R: 255, G: 255, B: 255, A: outlineShare}:
			cross += "w"
		}
	}
	if cross != "wwbbbbww" {
		t.Errorf("a row through the middle crosses %q, want wwbbbbww", cross)
	}
	for _, p := range []saccade.Palette{saccade.PaletteHeat, saccade.PaletteFog} {
		if Attention(d, p).outlined {
			t.Errorf("%s has an outline", p)
		}
	}
	frame := image.NewYCbCr(image.Rect(0, 0, 320, 180), image.YCbCrSubsampleRatio420)
	for i := range frame.Y {
		frame.Y[i] = 100
	}
	if err := NewBlender(320, 180).Blend(frame, Attention(d, saccade.PaletteTurbo)); err != nil {
		t.Fatal(err)
	}
	row := frame.Y[90*frame.YStride:][:320]
	if dark, light := slices.Min(row), slices.Max(row); dark > 30 || light < 215 {
		t.Errorf("the line in the frame goes from %d to %d", dark, light)
	}
}
