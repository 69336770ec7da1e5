package render

import "image"

// imageCell is the widest cell, in pixels, that an image interpolates over.
const imageCell = 4

// Image renders the layer as a transparent image of w x h pixels (w, h >= 1),
// to be laid over the original: not premultiplied, alpha 0 where there is
// nothing to show.
func (l *Layer) Image(w, h int) *image.NRGBA {
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	if l.field.v != nil {
		l.drawField(dst)
	}
	if l.outlined {
		l.outlineImage(dst)
	}
	for _, d := range discs(l.spots, w, h) {
		d.drawImage(dst)
	}
	return dst
}

func (l *Layer) drawField(dst *image.NRGBA) {
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	g := l.field.smoothed(w, imageCell)
	rows, columns := rowScan{samples: h, cells: g.h}, newColumnScan(w, g.w)
	line := make([]int32, g.w)
	var colors [steps][4]byte
	for i, e := range l.table {
		if e.a > 0 { // where nothing shows, all four bytes stay 0
			colors[i] = [4]byte{e.r, e.g, e.b, e.a}
		}
	}
	clear0 := l.table[0].a == 0
	for y := range h {
		if !rows.row(&g, y, line) && clear0 {
			continue
		}
		row := dst.Pix[y*dst.Stride:][:4*w]
		for i := range g.w + 1 {
			from, to, v, dv := columns.stretch(line, i)
			if clear0 && v>>16 == 0 && dv == 0 {
				continue
			}
			for out := row[4*from : 4*to]; len(out) >= 4; out = out[4:] {
				*(*[4]byte)(out) = colors[uint8(v>>16)]
				v += dv
			}
		}
	}
}
