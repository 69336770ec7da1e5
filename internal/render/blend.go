package render

import (
	"encoding/binary"
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
			if n := to - from; flat(dv, n) {
				t := &weights[uint8((v+dv*int32(n)/2)>>16)]
				mixAll(part, t.keep, t.y)
				continue
			}
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

// flat reports whether a stretch stays within one entry of the table, so that
// the one in its middle is right for all of it.
func flat(dv int32, n int) bool { return max(dv, -dv)*int32(n) < 1<<16 }

// mixAll mixes one weight into all samples, eight at a time: the even and the
// odd ones in 16-bit lanes of one word each.
func mixAll(p []byte, keep, add uint16) {
	const lanes, ones = 0x00ff00ff00ff00ff, 0x0001000100010001
	k, a := uint64(keep), uint64(add)*ones
	for ; len(p) >= 8; p = p[8:] {
		v := binary.LittleEndian.Uint64(p)
		even := (v&lanes*k + a) >> 8 & lanes
		odd := (v>>8&lanes*k + a) &^ lanes
		binary.LittleEndian.PutUint64(p, even|odd)
	}
	for i, old := range p {
		p[i] = uint8((uint16(old)*keep + add) >> 8)
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
		if n := to - from; flat(dv, n) {
			t := &weights[uint8((v+dv*int32(n)/2)>>16)]
			mixAll(pb, t.keep, t.cb)
			mixAll(pr, t.keep, t.cr)
			continue
		}
		for x, old := range pb {
			t := &weights[uint8(v>>16)]
			pb[x] = uint8((uint16(old)*t.keep + t.cb) >> 8)
			pr[x] = uint8((uint16(pr[x])*t.keep + t.cr) >> 8)
			v += dv
		}
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
