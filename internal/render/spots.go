package render

import (
	"cmp"
	"image"
	"math"
	"slices"

	"github.com/saccade-dev/saccade"
)

// How hotspots look. A spot that holds all attention would cover a quarter of
// the image.
const (
	spotArea    = 0.25
	spotOpacity = 0.5
	rimOpacity  = 0.95
)

// disc is one hotspot in pixels: a translucent circle with a white rim.
type disc struct {
	x, y, r, rim float64
	fill         entry
}

// discs places the spots in an image, the largest first, so that small ones
// are painted over large ones.
func discs(spots []saccade.GazePoint, w, h int) []disc {
	size := math.Sqrt(float64(w) * float64(h))
	out := make([]disc, 0, len(spots))
	for _, p := range spots {
		m := min(max(p.Mass, 0), 1)
		out = append(out, disc{
			x: p.X * float64(w), y: p.Y * float64(h),
			r:    max(0.012, math.Sqrt(m*spotArea/math.Pi)) * size,
			rim:  max(1, 0.0025*size),
			fill: heatTable()[int((0.4+0.25*min(4*m, 1))*(steps-1))], // magenta to red
		})
	}
	slices.SortStableFunc(out, func(a, b disc) int { return cmp.Compare(b.r, a.r) })
	return out
}

// span returns the columns of row y (samples of the given size in pixels) that
// the disc may touch, within 0..width.
func (d disc) span(y int, size float64, width int) (from, to int) {
	dy := (float64(y)+0.5)*size - d.y
	reach := d.r + size
	if math.Abs(dy) >= reach {
		return 0, 0
	}
	dx := math.Sqrt(reach*reach - dy*dy)
	from = max(int(math.Floor((d.x-dx)/size)), 0)
	return from, min(int(math.Ceil((d.x+dx)/size)), width)
}

// rows returns the rows that the disc may touch.
func (d disc) rows(size float64, height int) (from, to int) {
	return max(int((d.y-d.r-size)/size), 0), min(int(math.Ceil((d.y+d.r+size)/size)), height)
}

// core returns the columns of row y where the disc is neither rim nor border: its
// plain, translucent filling.
func (d disc) core(y int, size float64, from, to int) (a, b int) {
	dy := (float64(y)+0.5)*size - d.y
	reach := d.r - d.rim - size
	if reach <= 0 || math.Abs(dy) >= reach {
		return to, to
	}
	dx := math.Sqrt(reach*reach - dy*dy)
	a = min(max(int(math.Ceil((d.x-dx)/size)), from), to)
	return a, min(max(int((d.x+dx)/size), a), to)
}

// at returns how opaque the disc is at the center of a sample (0..1) and how much
// of what shows there is the rim.
func (d disc) at(x, y int, size float64) (opacity, rim float64) {
	dist := math.Hypot((float64(x)+0.5)*size-d.x, (float64(y)+0.5)*size-d.y)
	inside := min(max((d.r-dist)/size+0.5, 0), 1)
	core := min(max((d.r-d.rim-dist)/size+0.5, 0), 1)
	edge := (inside - core) * rimOpacity
	opacity = edge + core*spotOpacity
	if opacity == 0 {
		return 0, 0
	}
	return opacity, edge / opacity
}

// mix returns the color between the filling and the rim.
func mix(fill, rimValue uint8, rim float64) float64 {
	return float64(fill) + (float64(rimValue)-float64(fill))*rim
}

func (d disc) drawImage(dst *image.NRGBA) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	top, bottom := d.rows(1, h)
	for y := top; y < bottom; y++ {
		from, to := d.span(y, 1, w)
		for x := from; x < to; x++ {
			a, rim := d.at(x, y, 1)
			if a == 0 {
				continue
			}
			p := dst.Pix[y*dst.Stride+4*x:][:4]
			under := float64(p[3]) / 255 * (1 - a)
			total := a + under
			for c, v := range [3]uint8{d.fill.r, d.fill.g, d.fill.b} {
				p[c] = uint8((mix(v, 255, rim)*a+float64(p[c])*under)/total + 0.5)
			}
			p[3] = byte8(total)
		}
	}
}
