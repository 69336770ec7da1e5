package render_test

import (
	"image"
	"io"
	"math"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/render"
)

// blobs is a density with three peaks over a faint rest, like that of a page.
func blobs(w, h int) saccade.Density {
	d := saccade.NewDensity(w, h)
	for i := range d.V {
		x, y := (float64(i%w)+0.5)/float64(w), (float64(i/w)+0.5)/float64(h)
		g := func(cx, cy, s, a float64) float64 {
			return a * math.Exp(-((x-cx)*(x-cx)*2.5+(y-cy)*(y-cy))/(2*s*s))
		}
		d.V[i] = float32(0.02 + g(0.3, 0.25, 0.06, 1) + g(0.62, 0.5, 0.09, 0.5) + g(0.2, 0.75, 0.05, 0.3))
	}
	d.Normalize()
	return d
}

func spots() []saccade.GazePoint {
	return []saccade.GazePoint{{X: 0.3, Y: 0.25, Mass: 0.25}, {X: 0.62, Y: 0.5, Mass: 0.2}, {X: 0.2, Y: 0.75, Mass: 0.05}}
}

// plane turns a density into local percentiles, for the score maps.
func plane(d saccade.Density) *pix.Plane {
	p := pix.NewPlane(d.W, d.H)
	for i, v := range d.V {
		p.V[i] = float32(1 - math.Exp(-float64(v)*float64(len(d.V))))
	}
	return p
}

func layers() map[string]*render.Layer {
	d := blobs(96, 54)
	return map[string]*render.Layer{
		"heat": render.Heat(d), "perception": render.Perception(d), "hotspots": render.Hotspots(spots()),
		"turbo": render.Attention(d, saccade.PaletteTurbo), "fog": render.Attention(d, saccade.PaletteFog),
		"clarity": render.Clarity(plane(d)), "excitingness": render.Excitingness(plane(d)),
	}
}

func BenchmarkImage1440x900(b *testing.B) {
	for name, l := range layers() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l.Image(1440, 900)
			}
		})
	}
}

func BenchmarkPNG1440x900(b *testing.B) {
	for name, l := range layers() {
		m := l.Image(1440, 900)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := render.EncodePNG(io.Discard, m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBlend1080p(b *testing.B) {
	for name, l := range layers() {
		b.Run(name, func(b *testing.B) {
			f, bl := image.NewYCbCr(image.Rect(0, 0, 1920, 1080), image.YCbCrSubsampleRatio420), render.NewBlender(1920, 1080)
			for b.Loop() {
				if err := bl.Blend(f, l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkHeatLayer(b *testing.B) {
	d := blobs(96, 54)
	for b.Loop() {
		render.Heat(d)
	}
}

func BenchmarkOverlay1080p(b *testing.B) {
	f, bl := image.NewNYCbCrA(image.Rect(0, 0, 1920, 1080), image.YCbCrSubsampleRatio420), render.NewBlender(1920, 1080)
	l := layers()["heat"]
	for b.Loop() {
		if err := bl.Overlay(f, l); err != nil {
			b.Fatal(err)
		}
	}
}
