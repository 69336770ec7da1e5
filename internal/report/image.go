package report

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/render"
)

// Sizes of images in a report, in pixels, and their JPEG quality.
const (
	maxWidth  = 900
	maxHeight = 3600
	quality   = 82
)

// Image is a design that a report shows. It holds a reduced copy of the pixels.
type Image struct {
	small   *pix.RGB
	density saccade.Density
	areas   []saccade.AOIResult
}

// Pixels returns the analyzed image, or the poster of a video; nil where there is
// none, or one that does not show the whole frame. read returns a file of the
// analysis, nil where it is not there.
func Pixels(side *compare.Side, read func(saccade.File) ([]byte, error)) (*pix.RGB, error) {
	for _, name := range []saccade.File{artifact.InputPNG, artifact.PosterJPG} {
		b, err := read(name)
		if err != nil {
			return nil, err
		}
		if b == nil {
			continue
		}
		m, _, err := pix.Decode(b)
		if err != nil {
			return nil, err
		}
		if r := float64(m.Rect.Dx()*side.Height) / float64(m.Rect.Dy()*side.Width); math.Abs(r-1) < 0.03 {
			return pix.FromImage(m), nil
		}
	}
	return nil, nil
}

// NewImage returns a design to show. The pixels may be nil, as for a video of
// which no frame is at hand: then the maps lie on a gray ground of size.
func NewImage(p *pix.RGB, size image.Point, density saccade.Density, areas []saccade.AOIResult) *Image {
	if p != nil {
		size = image.Pt(p.W, p.H)
	}
	w, h := reduced(size.X, size.Y)
	m := &Image{density: density, areas: areas}
	switch {
	case p == nil:
		m.small = pix.New(w, h)
		for i := range m.small.Pix {
			m.small.Pix[i] = 0x60
		}
	case p.W == w && p.H == h:
		m.small = p
	default:
		m.small = p.Scale(w, h)
	}
	return m
}

// reduced returns the size in a report, in the same proportions.
func reduced(w, h int) (int, int) {
	w, h = max(w, 1), max(h, 1)
	f := min(1, float64(maxWidth)/float64(w), float64(maxHeight)/float64(h))
	return max(1, int(float64(w)*f)), max(1, int(float64(h)*f))
}

// figure is an image of the file with the areas on it.
type figure struct {
	Source        template.URL
	Width, Height int
	Alt           string
	Caption       string
	Areas         []outline
}

// outline is an area in pixels of the figure.
type outline struct {
	Name   string
	Points string
	X, Y   int // of its number
	Number int
}

// figure draws a layer over the design; nil: the design alone.
func (m *Image) figure(layer *render.Layer, alt, caption string) (figure, error) {
	canvas := m.small.Image()
	if layer != nil {
		draw.Draw(canvas, canvas.Rect, layer.Image(canvas.Rect.Dx(), canvas.Rect.Dy()), image.Point{}, draw.Over)
	}
	source, err := dataURL(canvas)
	f := figure{Source: source, Width: m.small.W, Height: m.small.H, Alt: alt, Caption: caption}
	for i, a := range m.areas {
		f.Areas = append(f.Areas, newOutline(a.AOI, i+1, f.Width, f.Height))
	}
	return f, err
}

// dataURL returns the image as JPEG in an address.
func dataURL(m image.Image) (template.URL, error) {
	opaque := image.NewRGBA(m.Bounds())
	draw.Draw(opaque, opaque.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(opaque, opaque.Rect, m, m.Bounds().Min, draw.Over)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, opaque, &jpeg.Options{Quality: quality}); err != nil {
		return "", err
	}
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil
}

// difference is the layer between two designs, on the grid of both.
func difference(base, candidate *Image) *render.Layer {
	w, h := max(base.density.W, candidate.density.W), max(base.density.H, candidate.density.H)
	return render.Difference(compare.Regrid(base.density, w, h), compare.Regrid(candidate.density, w, h))
}

// newOutline returns an area in pixels of a figure of w x h.
func newOutline(a saccade.AOI, number, w, h int) outline {
	o := outline{Name: a.Name, Number: number, X: w, Y: h}
	var points []string
	for _, c := range a.Corners() {
		x, y := int(c[0]*float64(w)+0.5), int(c[1]*float64(h)+0.5)
		points = append(points, strconv.Itoa(x)+","+strconv.Itoa(y))
		if y < o.Y || y == o.Y && x < o.X {
			o.X, o.Y = x, y
		}
	}
	o.Points = strings.Join(points, " ")
	o.X, o.Y = min(o.X+6, max(0, w-24)), min(o.Y+30, h)
	return o
}
