package render_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/render"
)

var update = flag.Bool("update", false, "write the golden images anew")

// page is a drawing of a web page.
func page(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	fill := func(x0, y0, x1, y1 float64, c color.Color) {
		r := image.Rect(int(x0*float64(w)), int(y0*float64(h)), int(x1*float64(w)), int(y1*float64(h)))
		draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, 1, 1, color.White)
	fill(0, 0, 1, 0.09, color.NRGBA{30, 40, 60, 255})
	fill(0.08, 0.15, 0.5, 0.38, color.NRGBA{215, 225, 240, 255})
	fill(0.54, 0.15, 0.92, 0.75, color.NRGBA{90, 140, 90, 255})
	for y := 0.42; y < 0.9; y += 0.03 {
		fill(0.08, y, 0.45, y+0.012, color.NRGBA{60, 60, 60, 255})
	}
	return m
}

// composite lays a layer's image over another one.
func composite(under image.Image, l *render.Layer) *image.NRGBA {
	out := image.NewNRGBA(under.Bounds())
	draw.Draw(out, out.Rect, under, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, l.Image(out.Rect.Dx(), out.Rect.Dy()), image.Point{}, draw.Over)
	return out
}

// frame turns an image into limited-range 4:2:0.
func frame(p *pix.RGB) *image.YCbCr {
	f := image.NewYCbCr(image.Rect(0, 0, p.W, p.H), image.YCbCrSubsampleRatio420)
	for y := range p.H {
		for x := range p.W {
			s := p.Pix[3*(y*p.W+x):]
			yy, cb, cr := pix.LimitedYCbCr(s[0], s[1], s[2])
			f.Y[f.YOffset(x, y)], f.Cb[f.COffset(x, y)], f.Cr[f.COffset(x, y)] = yy, cb, cr
		}
	}
	return f
}

func unframe(f *image.YCbCr) *pix.RGB {
	p := pix.New(f.Rect.Dx(), f.Rect.Dy())
	for y := range p.H {
		for x := range p.W {
			s := p.Pix[3*(y*p.W+x):]
			s[0], s[1], s[2] = pix.LimitedRGB(f.Y[f.YOffset(x, y)], f.Cb[f.COffset(x, y)], f.Cr[f.COffset(x, y)])
		}
	}
	return p
}

// meanDifference is the mean distance of two images' bytes.
func meanDifference(a, b *pix.RGB) float64 {
	var sum float64
	for i := range a.Pix {
		sum += math.Abs(float64(a.Pix[i]) - float64(b.Pix[i]))
	}
	return sum / float64(len(a.Pix))
}

func TestGoldenImages(t *testing.T) {
	for name, l := range layers() {
		got := composite(page(240, 150), l)
		file := filepath.Join("testdata", name+".png")
		if *update {
			var buf bytes.Buffer
			if err := png.Encode(&buf, got); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, buf.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := pix.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if d := meanDifference(pix.FromImage(got), pix.FromImage(want)); d > 1 {
			t.Errorf("%s differs from %s by %.2f on average (run with -update and look at it)", name, file, d)
		}
	}
}

func TestFrameLooksLikeTheImage(t *testing.T) {
	for name, l := range layers() {
		want := pix.FromImage(composite(page(320, 200), l))
		f := frame(pix.FromImage(page(320, 200)))
		if err := render.NewBlender(320, 200).Blend(f, l); err != nil {
			t.Fatal(err)
		}
		if d := meanDifference(unframe(f), want); d > 2 {
			t.Errorf("%s: frame and image differ by %.2f on average", name, d)
		}
	}
}

func TestOverlayLooksLikeTheImage(t *testing.T) {
	for name, l := range layers() {
		f := image.NewNYCbCrA(image.Rect(0, 0, 160, 100), image.YCbCrSubsampleRatio420)
		for i := range f.A {
			f.A[i], f.Y[i] = 77, 99 // whatever was drawn before
		}
		if err := render.NewBlender(160, 100).Overlay(f, l); err != nil {
			t.Fatal(err)
		}
		under := pix.FromImage(page(160, 100))
		want := pix.FromImage(composite(page(160, 100), l))
		p := unframe(&f.YCbCr)
		for i := range p.Pix {
			a := int(f.A[i/3])
			p.Pix[i] = uint8((int(p.Pix[i])*a + int(under.Pix[i])*(255-a)) / 255)
		}
		if d := meanDifference(p, want); d > 2 {
			t.Errorf("%s: overlay and image differ by %.2f on average", name, d)
		}
	}
}

func TestNothingToShow(t *testing.T) {
	uniform := saccade.NewDensity(24, 14)
	empty := pix.NewPlane(24, 14)
	for name, l := range map[string]*render.Layer{
		"heat": render.Heat(uniform), "hotspots": render.Hotspots(nil),
		"clarity": render.Clarity(empty), "excitingness": render.Excitingness(empty),
	} {
		for _, v := range l.Image(100, 60).Pix {
			if v != 0 {
				t.Fatalf("%s: something was drawn", name)
			}
		}
		f := frame(pix.FromImage(page(100, 60)))
		before := frame(pix.FromImage(page(100, 60)))
		if err := render.NewBlender(100, 60).Blend(f, l); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, f); diff != "" {
			t.Errorf("%s: the frame changed: %s", name, diff)
		}
	}
}

func TestScaleIsAbsolute(t *testing.T) {
	// A cell with 16 times its share is as hot as it gets, whatever the rest.
	opacity := func(times float32) uint8 {
		d := saccade.NewDensity(40, 40)
		for i := range d.V {
			d.V[i] = (1600 - 100*times) / (1500 * 1600)
		}
		for y := 10; y < 20; y++ {
			for x := 10; x < 20; x++ {
				d.V[y*40+x] = times / 1600
			}
		}
		return render.Heat(d).Image(40, 40).NRGBAAt(15, 15).A
	}
	var got []int
	for _, times := range []float32{1, 2, 4, 8, 15.9} {
		got = append(got, int(math.Round(float64(opacity(times))/2.55)))
	}
	if diff := cmp.Diff([]int{0, 36, 61, 76, 81}, got); diff != "" {
		t.Errorf("opacity in %% (the table of the package comment): %s", diff)
	}
	var dark []int
	for _, times := range []float32{0, 1, 2, 4, 8} {
		d := saccade.NewDensity(8, 8)
		for i := range d.V {
			d.V[i] = times / 64
		}
		dark = append(dark, int(math.Round(float64(render.Perception(d).Image(8, 8).NRGBAAt(4, 4).A)/2.55)))
	}
	if diff := cmp.Diff([]int{85, 68, 55, 35, 14}, dark); diff != "" {
		t.Errorf("darkness in %% (the table of the package comment): %s", diff)
	}
}

func TestHeatHasNoBlocks(t *testing.T) {
	// Neighboring pixels of a coarse density must never differ much.
	m := render.Heat(blobs(24, 15)).Image(960, 600)
	for y := range 600 {
		for x := 1; x < 960; x++ {
			a, b := m.NRGBAAt(x-1, y).A, m.NRGBAAt(x, y).A
			if d := int(a) - int(b); d > 8 || d < -8 {
				t.Fatalf("a step of %d at %d,%d", d, x, y)
			}
		}
	}
}

func TestEverySizeIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.OneOf(rapid.IntRange(1, 9), rapid.IntRange(1, 100))
		w, h := side.Draw(t, "w"), side.Draw(t, "h")
		d := blobs(rapid.IntRange(1, 60).Draw(t, "gw"), rapid.IntRange(1, 60).Draw(t, "gh"))
		all := []*render.Layer{render.Heat(d), render.Perception(d), render.Clarity(plane(d)), render.Hotspots([]saccade.GazePoint{
			{X: rapid.Float64Range(0, 1).Draw(t, "x"), Y: rapid.Float64Range(0, 1).Draw(t, "y"), Mass: rapid.Float64Range(0, 1).Draw(t, "mass")},
		})}
		b := render.NewBlender(w, h)
		for _, l := range all {
			if m := l.Image(w, h); m.Rect.Dx() != w || m.Rect.Dy() != h {
				t.Fatalf("drawn as %v", m.Rect)
			}
			if err := b.Blend(image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420), l); err != nil {
				t.Fatal(err)
			}
			if err := b.Overlay(image.NewNYCbCrA(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420), l); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestBlendRefusesOtherFrames(t *testing.T) {
	b, l := render.NewBlender(64, 48), layers()["heat"]
	for _, f := range []*image.YCbCr{
		image.NewYCbCr(image.Rect(0, 0, 64, 47), image.YCbCrSubsampleRatio420),
		image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio444),
	} {
		if err := b.Blend(f, l); err == nil {
			t.Errorf("%v %v was accepted", f.Rect, f.SubsampleRatio)
		}
	}
}

func TestEncodePNG(t *testing.T) {
	for name, l := range layers() {
		for _, size := range []image.Point{{1, 1}, {3, 200}, {321, 123}} {
			want := l.Image(size.X, size.Y)
			var buf bytes.Buffer
			if err := render.EncodePNG(&buf, want); err != nil {
				t.Fatal(err)
			}
			got, err := png.Decode(&buf)
			if err != nil {
				t.Fatalf("%s %v: %v", name, size, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %v: %s", name, size, diff)
			}
		}
	}
}
