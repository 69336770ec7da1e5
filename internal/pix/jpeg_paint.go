package pix

import (
	"image"
	"runtime/debug"
)

// bigPixels is from how many pixels on memory is returned to the system while an
// image is painted.
const bigPixels = 8_000_000

// aan are the factors that the fast transform leaves to the quantization
// (Arai, Agui and Nakajima 1988, as in the JPEG group's jidctflt).
var aan = [8]float32{1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379}

// paint turns the coefficients into pixels, one row of MCUs after the other.
func (f *jpegFile) paint(img *image.NRGBA) {
	planes := make([][]byte, len(f.comps))
	scales := make([][64]float32, len(f.comps))
	for i, c := range f.comps {
		planes[i] = make([]byte, 64*c.blocksW*c.v)
		for k := range 64 {
			scales[i][k] = float32(f.quant[c.quant][k]) * aan[k/8] * aan[k%8] / 8
		}
	}
	for my := range f.mcuH {
		for i := range f.comps {
			f.comps[i].transform(planes[i], &scales[i], my)
		}
		if f.w*f.h >= bigPixels && my%(f.mcuH/8+1) == 0 {
			debug.FreeOSMemory() // what was painted needs its coefficients no more
		}
		for y := my * 8 * f.vMax; y < min((my+1)*8*f.vMax, f.h); y++ {
			f.paintRow(img.Pix[y*img.Stride:][:4*f.w], planes, y-my*8*f.vMax)
		}
	}
}

// transform makes the samples of one row of MCUs, and drops its coefficients.
func (c *component) transform(plane []byte, scale *[64]float32, my int) {
	stride := 8 * c.blocksW
	var coef []int16
	if c.coef != nil {
		coef, c.coef[my] = c.coef[my], nil
	}
	for v := range c.v {
		for x := range c.blocksW {
			out := plane[8*v*stride+8*x:]
			if coef == nil {
				for y := range 8 {
					for k := range 8 {
						out[y*stride+k] = 128
					}
				}
				continue
			}
			inverseDCT(out, stride, coef[64*(v*c.blocksW+x):][:64:64], scale)
		}
	}
}

// paintRow turns one row of samples into colors.
func (f *jpegFile) paintRow(dst []byte, planes [][]byte, y int) {
	rows := make([][]byte, len(f.comps))
	for i, c := range f.comps {
		rows[i] = planes[i][y*c.v/f.vMax*8*c.blocksW:]
	}
	ycc := f.isYCC()
	for x := range f.w {
		var s [4]int
		for i, c := range f.comps {
			s[i] = int(rows[i][x*c.h/f.hMax])
		}
		d := dst[4*x : 4*x+4 : 4*x+4]
		d[3] = 255
		if len(f.comps) < 3 {
			d[0], d[1], d[2] = byte(s[0]), byte(s[0]), byte(s[0])
			continue
		}
		if ycc {
			s[0], s[1], s[2] = fromYCC(s[0], s[1]-128, s[2]-128)
		}
		if len(f.comps) == 4 { // Adobe writes inks inverted
			for i := range 3 {
				if ycc { // the inverse of the inverted inks
					s[i] = 255 - s[i]
				}
				s[i] = s[i] * s[3] / 255
			}
		}
		d[0], d[1], d[2] = byte(s[0]), byte(s[1]), byte(s[2])
	}
}

// isYCC reports whether the first three components are luma and chroma.
func (f *jpegFile) isYCC() bool {
	switch {
	case f.adobe >= 0:
		return f.adobe != 0
	case len(f.comps) == 4:
		return false
	}
	return !(len(f.comps) == 3 && f.comps[0].id == 'R' && f.comps[1].id == 'G' && f.comps[2].id == 'B')
}

// fromYCC is the full-range conversion of JFIF.
func fromYCC(y, cb, cr int) (r, g, b int) {
	y = y<<16 + 1<<15
	return clamp((y + 91881*cr) >> 16), clamp((y - 22554*cb - 46802*cr) >> 16), clamp((y + 116130*cb) >> 16)
}

func clamp(v int) int { return min(max(v, 0), 255) }

// inverseDCT writes the 8 x 8 samples of a block.
func inverseDCT(out []byte, stride int, coef []int16, scale *[64]float32) {
	var t [64]float32
	flat := true
	for i, v := range coef {
		if v != 0 {
			t[i] = float32(v) * scale[i]
			flat = flat && i == 0
		}
	}
	if flat {
		v := toSample(t[0])
		for y := range 8 {
			row := out[y*stride:][:8]
			for x := range row {
				row[x] = v
			}
		}
		return
	}
	for x := range 8 {
		idct8(&t, x, 8)
	}
	for y := range 8 {
		idct8(&t, 8*y, 1)
		row := out[y*stride:][:8]
		for x := range row {
			row[x] = toSample(t[8*y+x])
		}
	}
}

func toSample(v float32) byte { return byte(min(max(v+128.5, 0), 255)) }

// idct8 transforms 8 values in place.
func idct8(t *[64]float32, at, step int) {
	p := func(i int) *float32 { return &t[at+i*step] }
	e0, e1 := *p(0)+*p(4), *p(0)-*p(4)
	e3 := *p(2) + *p(6)
	e2 := (*p(2)-*p(6))*1.414213562 - e3
	a0, a3, a1, a2 := e0+e3, e0-e3, e1+e2, e1-e2
	z13, z10 := *p(5)+*p(3), *p(5)-*p(3)
	z11, z12 := *p(1)+*p(7), *p(1)-*p(7)
	b7 := z11 + z13
	z5 := (z10 + z12) * 1.847759065
	b6 := z5 - z10*2.613125930 - b7
	b5 := (z11-z13)*1.414213562 - b6
	b4 := z5 - z12*1.082392200 - b5
	*p(0), *p(7) = a0+b7, a0-b7
	*p(1), *p(6) = a1+b6, a1-b6
	*p(2), *p(5) = a2+b5, a2-b5
	*p(3), *p(4) = a3+b4, a3-b4
}
