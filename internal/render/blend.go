package render

import (
	"fmt"
	"image"
)

// videoCell is the widest cell, in pixels, that a frame interpolates over.
const videoCell = 12

// Blender composites layers with the frames of one video: limited-range BT.601
// 4:2:0 of a fixed size. It belongs to one goroutine.
type Blender struct {
	w, h int
	full []int16 // opacity of cells that cover what is below them

	// Of the grid that was blended last:
	gw, gh int
	rows   rowScan // by rows of the chroma planes
	cells  []int32 // positions of one row of cells
	colors colorRow

	luma, chroma *resampler
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
	if l.outlined {
		l.outlineFrame(f, b.w, b.h)
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
		b.rows = rowScan{samples: (b.h + 1) / 2, cells: g.h}
		b.cells, b.colors, b.full = make([]int32, g.w), newColorRow(g.w), make([]int16, g.w+window)
		for i := range b.full {
			b.full[i] = mostShare
		}
		b.luma, b.chroma = newResampler(b.w, g.w), newResampler((b.w+1)/2, g.w)
	}
	return g
}

// blendField goes by rows of the chroma planes, each with the two rows of luma
// that it belongs to: within these a field hardly changes. The table is looked
// up at the cells; between them, colors and opacity are interpolated, which
// over a few pixels looks the same.
func (b *Blender) blendField(f planes, l *Layer) {
	spare := make([]byte, b.w) // stands for the row below an odd frame
	b.eachRow(l, func(y int) {
		upper, lower := f.y[2*y*f.yStride:][:b.w], spare
		if 2*y+1 < b.h {
			lower = f.y[(2*y+1)*f.yStride:][:b.w]
		}
		b.luma.blend(rowPair{upper, lower, b.colors.y, b.colors.y}, b.colors.opacity)
		b.chroma.blend(b.chromaPair(f, y), b.colors.opacity)
	})
}

// eachRow visits the rows of the chroma planes in which the field shows
// something, with their colors in b.colors.
func (b *Blender) eachRow(l *Layer, visit func(y int)) {
	g, colors := b.prepare(l), l.table.blendColors()
	transparent := l.table[0].a == 0
	for y := range b.rows.samples {
		if b.rows.row(&g, y, b.cells) || !transparent {
			b.colors.fill(b.cells, colors)
			visit(y)
		}
	}
}

func (b *Blender) chromaPair(f planes, y int) rowPair {
	w := (b.w + 1) / 2
	return rowPair{f.cb[y*f.cStride:][:w], f.cr[y*f.cStride:][:w], b.colors.cb, b.colors.cr}
}

// samples is one plane of a frame; a sample is size pixels wide and high.
type samples struct {
	v         []byte
	stride    int
	w, h      int
	size      float64
	fill, rim uint8 // a hotspot's colors in this plane
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
