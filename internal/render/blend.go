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
	gw, gh     int // grid that the scans were made for
	luma, chro scan
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

// prepare smooths the field and makes the scans for its grid.
func (b *Blender) prepare(l *Layer) grid {
	g := l.field.smoothed(b.w, videoCell)
	if g.w != b.gw || g.h != b.gh {
		b.gw, b.gh = g.w, g.h
		b.line = make([]int32, g.w)
		b.luma = newScan(b.w, b.h, g.w, g.h)
		b.chro = newScan((b.w+1)/2, (b.h+1)/2, g.w, g.h)
	}
	return g
}

// weight is an entry ready for mixing: (old*keep + add) >> 8.
type weight struct{ y, cb, cr, keep uint16 }

func (e entry) weight() weight {
	a := uint16(e.a) + uint16(e.a>>7) // 0..256
	return weight{uint16(e.y)*a + 128, uint16(e.cb)*a + 128, uint16(e.cr)*a + 128, 256 - a}
}

func (b *Blender) blendField(f planes, l *Layer) {
	g := b.prepare(l)
	var weights [steps]weight
	for i, e := range l.table {
		weights[i] = e.weight()
	}
	skip := l.table[0].a == 0
	for y := range b.h {
		if !b.luma.row(&g, y, b.line) && skip {
			continue
		}
		row := f.y[y*f.yStride:][:b.w]
		for i := range g.w + 1 {
			from, to, v, dv := b.luma.stretch(b.line, i)
			if skip && v>>16 == 0 && dv == 0 {
				continue
			}
			part := row[from:to]
			for x, old := range part {
				t := &weights[uint8(v>>16)]
				part[x] = uint8((uint16(old)*t.keep + t.y) >> 8)
				v += dv
			}
		}
	}
	for y := range b.chro.h {
		if b.chro.row(&g, y, b.line) || !skip {
			b.blendChroma(f.cb[y*f.cStride:][:b.chro.w], f.cr[y*f.cStride:][:b.chro.w], &weights)
		}
	}
}

func (b *Blender) blendChroma(cb, cr []byte, weights *[steps]weight) {
	skip := weights[0].keep == 256
	for i := range b.gw + 1 {
		from, to, v, dv := b.chro.stretch(b.line, i)
		if skip && v>>16 == 0 && dv == 0 {
			continue
		}
		pb, pr := cb[from:to], cr[from:to]
		for x, old := range pb {
			t := &weights[uint8(v>>16)]
			pb[x] = uint8((uint16(old)*t.keep + t.cb) >> 8)
			pr[x] = uint8((uint16(pr[x])*t.keep + t.cr) >> 8)
			v += dv
		}
	}
}

// blend paints a hotspot into a frame.
func (d disc) blend(f planes, w, h int) {
	top, bottom := d.rows(1, h)
	for y := top; y < bottom; y++ {
		row := f.y[y*f.yStride:]
		from, to := d.span(y, 1, w)
		for x := from; x < to; x++ {
			a, rim := d.at(x, y, 1)
			row[x] = over(row[x], mix(d.fill.y, 235, rim), a)
		}
	}
	top, bottom = d.rows(2, (h+1)/2)
	for y := top; y < bottom; y++ {
		cb, cr := f.cb[y*f.cStride:], f.cr[y*f.cStride:]
		from, to := d.span(y, 2, (w+1)/2)
		for x := from; x < to; x++ {
			a, rim := d.at(x, y, 2)
			cb[x] = over(cb[x], mix(d.fill.cb, 128, rim), a)
			cr[x] = over(cr[x], mix(d.fill.cr, 128, rim), a)
		}
	}
}

func over(old uint8, v, opacity float64) uint8 {
	return uint8(float64(old)*(1-opacity) + v*opacity + 0.5)
}
