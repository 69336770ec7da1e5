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

// mixer is a colour of one plane ready for mixing: (old*keep + add) >> 8.
type mixer struct{ keep, add uint16 }

// mixers are the table of a layer, plane by plane.
type mixers struct{ y, cb, cr [steps]mixer }

func (t *table) mixers() *mixers {
	m := new(mixers)
	for i, e := range t {
		a := uint16(e.a) + uint16(e.a>>7) // 0..256
		mix := func(v uint8) mixer { return mixer{256 - a, uint16(v)*a + 128} }
		m.y[i], m.cb[i], m.cr[i] = mix(e.y), mix(e.cb), mix(e.cr)
	}
	return m
}

// blendField goes by rows of the colour planes, each with the two rows of luma
// that it belongs to: within these a field hardly changes.
func (b *Blender) blendField(f planes, l *Layer) {
	g, m := b.prepare(l), l.table.mixers()
	skip := l.table[0].a == 0
	for y := range b.chro.h {
		if !b.chro.row(&g, y, b.line) && skip {
			continue
		}
		upper, lower := f.y[2*y*f.yStride:][:b.w], []byte(nil)
		if 2*y+1 < b.h {
			lower = f.y[(2*y+1)*f.yStride:][:b.w]
		}
		b.ramps(&b.luma, skip, func(from, to int, v, dv int32) {
			ramp(upper[from:to], v, dv, &m.y)
			if lower != nil {
				ramp(lower[from:to], v, dv, &m.y)
			}
		})
		cb, cr := f.cb[y*f.cStride:][:b.chro.w], f.cr[y*f.cStride:][:b.chro.w]
		b.ramps(&b.chro, skip, func(from, to int, v, dv int32) {
			ramp(cb[from:to], v, dv, &m.cb)
			ramp(cr[from:to], v, dv, &m.cr)
		})
	}
}

// ramps visits the stretches of the prepared line, but for those that show
// nothing where skip is set.
func (b *Blender) ramps(s *scan, skip bool, visit func(from, to int, v, dv int32)) {
	for i := range b.gw + 1 {
		from, to, v, dv := s.stretch(b.line, i)
		if from < to && !(skip && v>>16 == 0 && dv == 0) {
			visit(from, to, v, dv)
		}
	}
}

// ramp mixes colours into samples while the position in the table grows from v
// by dv, in 16.16 fixed point. Samples that fall into one entry of the table
// are mixed as a whole, all of them or four at a time.
func ramp(p []byte, v, dv int32, t *[steps]mixer) {
	n := len(p)
	if flat(dv, n) {
		m := &t[uint8((v+dv*int32(n)/2)>>16)]
		mixAll(p, m.keep, m.add)
		return
	}
	for ; len(p) >= 4 && flat(dv, 4); p = p[4:] {
		m := &t[uint8((v+2*dv)>>16)]
		mixFour(p, m.keep, m.add)
		v += 4 * dv
	}
	for x, old := range p {
		m := &t[uint8(v>>16)]
		p[x] = uint8((uint16(old)*m.keep + m.add) >> 8)
		v += dv
	}
}

// flat reports whether a stretch of n samples stays within one entry of the
// table, so that the one in its middle is right for all of it.
func flat(dv int32, n int) bool { return max(dv, -dv)*int32(n) < 1<<16 }

// mixAll mixes one colour into all samples, eight at a time: the even and the
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

// mixFour is mixAll for the first four samples.
func mixFour(p []byte, keep, add uint16) {
	const lanes, ones = 0x00ff00ff, 0x00010001
	k, a := uint32(keep), uint32(add)*ones
	v := binary.LittleEndian.Uint32(p)
	even := (v&lanes*k + a) >> 8 & lanes
	odd := (v>>8&lanes*k + a) &^ lanes
	binary.LittleEndian.PutUint32(p, even|odd)
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
