package render

import (
	"fmt"
	"image"
)

// Overlay draws the layer alone, for a video with an alpha channel: every
// sample of the frame is written. Colors are not premultiplied; where nothing
// shows, they are those of the faintest shown ones, so that no foreign color
// bleeds in when the video is compressed.
func (b *Blender) Overlay(dst *image.NYCbCrA, l *Layer) error {
	if dst.Rect.Dx() != b.w || dst.Rect.Dy() != b.h || dst.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		return fmt.Errorf("render: frame of %v, %v; want %dx%d, 4:2:0", dst.Rect, dst.SubsampleRatio, b.w, b.h)
	}
	f := planesOf(&dst.YCbCr)
	f.a, f.aStride = dst.A[dst.AOffset(dst.Rect.Min.X, dst.Rect.Min.Y):], dst.AStride
	if l.field.v == nil {
		b.clear(f, l.table[0])
		for _, d := range discs(l.spots, b.w, b.h) {
			d.overlay(f, b.w, b.h)
		}
		return nil
	}
	b.overlayField(f, l)
	if l.outlined {
		l.outlineFrame(f, b.w, b.h)
	}
	return nil
}

// overlayField writes the field's colors and opacity into every sample, row by
// row as blendField does.
func (b *Blender) overlayField(f planes, l *Layer) {
	b.clear(f, l.table[0])
	b.eachRow(l, func(y int) {
		for row := 2 * y; row < min(2*y+2, b.h); row++ {
			luma, alpha := f.y[row*f.yStride:][:b.w], f.a[row*f.aStride:][:b.w]
			b.luma.blend(rowPair{luma, alpha, b.colors.y, b.colors.alpha}, b.full)
		}
		b.chroma.blend(b.chromaPair(f, y), b.full)
	})
}

// clear makes a frame fully transparent, in one color.
func (b *Blender) clear(f planes, e entry) {
	w, h := (b.w+1)/2, (b.h+1)/2
	for _, p := range []samples{
		{v: f.y, stride: f.yStride, w: b.w, h: b.h, fill: e.y}, {v: f.a, stride: f.aStride, w: b.w, h: b.h},
		{v: f.cb, stride: f.cStride, w: w, h: h, fill: e.cb}, {v: f.cr, stride: f.cStride, w: w, h: h, fill: e.cr},
	} {
		first := p.v[:p.w]
		for x := range first {
			first[x] = p.fill
		}
		for y := 1; y < p.h; y++ {
			copy(p.v[y*p.stride:][:p.w], first)
		}
	}
}

// overlay paints a hotspot into a frame that has an alpha channel.
func (d disc) overlay(f planes, w, h int) {
	top, bottom := d.rows(2, (h+1)/2)
	for y := top; y < bottom; y++ {
		cb, cr := f.cb[y*f.cStride:], f.cr[y*f.cStride:]
		from, to := d.span(y, 2, (w+1)/2)
		for x := from; x < to; x++ {
			a, rim := d.at(x, y, 2)
			a = share(a, f.a[2*y*f.aStride+2*x]) // before alpha grows below
			cb[x] = over(cb[x], mix(d.fill.cb, 128, rim), a)
			cr[x] = over(cr[x], mix(d.fill.cr, 128, rim), a)
		}
	}
	top, bottom = d.rows(1, h)
	for y := top; y < bottom; y++ {
		row, alpha := f.y[y*f.yStride:], f.a[y*f.aStride:]
		from, to := d.span(y, 1, w)
		for x := from; x < to; x++ {
			a, rim := d.at(x, y, 1)
			row[x] = over(row[x], mix(d.fill.y, 235, rim), share(a, alpha[x]))
			alpha[x] = over(alpha[x], 255, a)
		}
	}
}

// share is how much of the color of two things on top of each other belongs
// to the upper one: all of it over nothing.
func share(upper float64, under uint8) float64 {
	if upper == 0 {
		return 0
	}
	return upper / (upper + float64(under)/255*(1-upper))
}
