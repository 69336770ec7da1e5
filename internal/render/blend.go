package render

import (
	"fmt"
	"image"
)

// videoCell is the widest cell, in pixels, that a frame interpolates over.
const videoCell = 12

// Blender draws layers into the frames of one video: limited-range BT.601
// 4:2:0 of a fixed size. It belongs to one goroutine.
type Blender struct {
	w, h       int
	line       []int32
	gw, gh     int // grid that all below were made for
	luma, chro scan

	inks         inkLine
	fine, coarse *stencil // of the rows of luma and of colour
}

// NewBlender prepares for frames of w x h pixels, both at least 1.
func NewBlender(w, h int) *Blender { return &Blender{w: w, h: h} }

// Blend lays the layer over a frame in place. The frame must have the
// blender's size and 4:2:0 sampling.
func (b *Blender) Blend(dst *image.YCbCr, l *Layer) error {
	if dst.Rect.Dx() != b.w || dst.Rect.Dy() != b.h || dst.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		return fmt.Errorf("render: frame of %v, %v; want %dx%d, 4:2:0", dst.Rect, dst.SubsampleRatio, b.w, b.h)
	}
	f := planesOf(dst)
	if l.field.v != nil {
		b.blendField(f, l)
	}
	for _, d := range discs(l.spots, b.w, b.h) {
		d.blend(f, b.w, b.h)
	}
	return nil
}

// planes are the samples of a frame from its upper left corner on.
type planes struct {
	y, cb, cr, a     []byte
	yStride, cStride int
	aStride          int
}

func planesOf(m *image.YCbCr) planes {
	y, c := m.YOffset(m.Rect.Min.X, m.Rect.Min.Y), m.COffset(m.Rect.Min.X, m.Rect.Min.Y)
	return planes{y: m.Y[y:], cb: m.Cb[c:], cr: m.Cr[c:], yStride: m.YStride, cStride: m.CStride}
}

// prepare smooths the field and makes what depends on the size of its grid.
func (b *Blender) prepare(l *Layer) grid {
	g := l.field.smoothed(b.w, videoCell)
	if g.w != b.gw || g.h != b.gh {
		b.gw, b.gh = g.w, g.h
		b.line = make([]int32, g.w)
		b.luma = newScan(b.w, b.h, g.w, g.h)
		b.chro = newScan((b.w+1)/2, (b.h+1)/2, g.w, g.h)
		b.inks = newInkLine(g.w)
		b.fine, b.coarse = newStencil(b.w, g.w), newStencil((b.w+1)/2, g.w)
	}
	return g
}

// blendField goes by rows of the colour planes, each with the two rows of luma
// that it belongs to: within these a field hardly changes. The table is looked
// up at the cells; between them, colours and opacity are mixed, which over a
// few pixels looks the same.
func (b *Blender) blendField(f planes, l *Layer) {
	g, inks := b.prepare(l), l.table.inks()
	skip := l.table[0].a == 0
	spare := make([]byte, b.w) // stands for the row below an odd frame
	for y := range b.chro.h {
		if !b.chro.row(&g, y, b.line) && skip {
			continue
		}
		b.inks.fill(b.line, inks)
		upper, lower := f.y[2*y*f.yStride:][:b.w], spare
		if 2*y+1 < b.h {
			lower = f.y[(2*y+1)*f.yStride:][:b.w]
		}
		b.fine.mix(stroke{upper, b.inks.y}, stroke{lower, b.inks.y}, b.inks.opacity)
		cb, cr := f.cb[y*f.cStride:][:b.chro.w], f.cr[y*f.cStride:][:b.chro.w]
		b.coarse.mix(stroke{cb, b.inks.cb}, stroke{cr, b.inks.cr}, b.inks.opacity)
	}
}

// samples is one plane of a frame; a sample is size pixels wide and high.
type samples struct {
	v         []byte
	stride    int
	w, h      int
	size      float64
	fill, rim uint8 // a hotspot's colours in this plane
}

// blend paints a hotspot into a frame.
func (d disc) blend(f planes, w, h int) {
	d.blendPlane(samples{f.y, f.yStride, w, h, 1, d.fill.y, 235})
	d.blendPlane(samples{f.cb, f.cStride, (w + 1) / 2, (h + 1) / 2, 2, d.fill.cb, 128})
	d.blendPlane(samples{f.cr, f.cStride, (w + 1) / 2, (h + 1) / 2, 2, d.fill.cr, 128})
}

// blendPlane paints one plane of a hotspot. Its plain inside is most of it and
// needs no distances.
func (d disc) blendPlane(p samples) {
	const keep = 256 - int(spotOpacity*256)
	add := int(p.fill)*(256-keep) + 128
	top, bottom := d.rows(p.size, p.h)
	for y := top; y < bottom; y++ {
		row := p.v[y*p.stride:]
		from, to := d.span(y, p.size, p.w)
		a, b := d.core(y, p.size, from, to)
		for x := from; x < to; x++ {
			if x == a && b > a {
				for i, v := range row[a:b] {
					row[a+i] = uint8((int(v)*keep + add) >> 8)
				}
				x = b - 1
				continue
			}
			opacity, edge := d.at(x, y, p.size)
			row[x] = over(row[x], mix(p.fill, p.rim, edge), opacity)
		}
	}
}

func over(old uint8, v, opacity float64) uint8 {
	return uint8(float64(old)*(1-opacity) + v*opacity + 0.5)
}
