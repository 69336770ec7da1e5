package render

import (
	"image"
	"image/color"
)

// The outline is drawn around strong places, four times chance and more, where
// the colors of a palette cannot differ from every ground: a rainbow has a red
// and a green of its own. It is black inside and white outside, so that one of
// the two is seen on anything.
const (
	outlineLevel = (steps - 1) * 256 / 2 // position 0.5, in 8.8 fixed point
	outlineShare = 230                   // opacity, of 255
)

// outline visits the samples beside the border of strong places, among w x h of
// them; inside says which side of it a sample is on.
func (l *Layer) outline(w, h int, visit func(x, y int, inside bool)) {
	g := l.field.smoothed(w, imageCell)
	rows, columns, line := rowScan{samples: h, cells: g.h}, newColumnScan(w, g.w), make([]int32, g.w)
	strong := func(y int, out []bool) []bool {
		rows.row(&g, min(max(y, 0), h-1), line)
		for i := range g.w + 1 {
			from, to, v, dv := columns.stretch(line, i)
			for x := from; x < to; x++ {
				out[x] = v>>8 >= outlineLevel
				v += dv
			}
		}
		return out
	}
	above, here, below := make([]bool, w), strong(0, make([]bool, w)), strong(1, make([]bool, w))
	copy(above, here)
	for y := range h {
		for x, in := range here {
			if in != above[x] || in != below[x] || in != here[max(x-1, 0)] || in != here[min(x+1, w-1)] {
				visit(x, y, in)
			}
		}
		above, here, below = here, below, strong(y+2, above)
	}
}

// outlineImage draws the outline over an image, in squares as in a frame; larger
// ones on a large image.
func (l *Layer) outlineImage(dst *image.NRGBA) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	size := 2 + 2*(max(w, h)/3200)
	l.outline((w+size-1)/size, (h+size-1)/size, func(x, y int, inside bool) {
		c := color.NRGBA{R: 255, G: 255, B: 255, A: outlineShare}
		if inside {
			c = color.NRGBA{A: outlineShare}
		}
		for py := size * y; py < min(size*(y+1), h); py++ {
			for px := size * x; px < min(size*(x+1), w); px++ {
				dst.SetNRGBA(px, py, c)
			}
		}
	})
}

// outlineFrame draws the outline into a frame, in squares of the chroma planes'
// samples. A frame with an alpha channel becomes as opaque there as the outline
// is.
func (l *Layer) outlineFrame(f planes, w, h int) {
	const opacity = outlineShare / 255.0
	l.outline((w+1)/2, (h+1)/2, func(x, y int, inside bool) {
		luma := uint8(235)
		if inside {
			luma = 16
		}
		share := opacity
		if f.a != nil {
			share = 1 // its opacity is that of the frame
		}
		cb, cr := &f.cb[y*f.cStride+x], &f.cr[y*f.cStride+x]
		*cb, *cr = over(*cb, 128, share), over(*cr, 128, share)
		for py := 2 * y; py < min(2*y+2, h); py++ {
			for px := 2 * x; px < min(2*x+2, w); px++ {
				p := &f.y[py*f.yStride+px]
				*p = over(*p, float64(luma), share)
				if f.a != nil {
					f.a[py*f.aStride+px] = outlineShare
				}
			}
		}
	})
}
