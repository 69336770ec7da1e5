package pix

import "image"

// ShrinkYCbCr scales a frame of limited-range BT.601 4:2:0 video straight to a
// small picture, averaging areas as [RGB.ScaleInto] does. dst gives the size;
// other chroma layouts work too. It is meant to run on every frame.
func ShrinkYCbCr(dst *RGB, src *image.YCbCr) {
	r := src.Rect
	if r.Empty() || dst.W == 0 || dst.H == 0 {
		return
	}
	size := image.Pt(dst.W, dst.H)
	luma, chroma := newScaler(r.Size(), size, 1), newScaler(chromaSize(src), size, 1)
	y, c := src.Y[src.YOffset(r.Min.X, r.Min.Y):], src.COffset(r.Min.X, r.Min.Y)
	cb, cr := src.Cb[c:], src.Cr[c:]
	line := make([]byte, 3*dst.W)
	ly, lb, lr := line[:dst.W], line[dst.W:2*dst.W], line[2*dst.W:]
	for j := range dst.H {
		luma.row(ly, y, src.YStride, j)
		chroma.row(lb, cb, src.CStride, j)
		chroma.row(lr, cr, src.CStride, j)
		limitedRow(dst.Pix[3*j*dst.W:][:3*dst.W], ly, lb, lr)
	}
}

// chromaSize is the size of the colour planes.
func chromaSize(m *image.YCbCr) image.Point {
	r := m.Rect
	last := m.COffset(r.Max.X-1, r.Min.Y) - m.COffset(r.Min.X, r.Min.Y)
	rows := (m.COffset(r.Min.X, r.Max.Y-1) - m.COffset(r.Min.X, r.Min.Y)) / max(m.CStride, 1)
	return image.Pt(last+1, rows+1)
}

// limitedRow converts one row of planes of equal width.
func limitedRow(dst, y, cb, cr []byte) {
	cb, cr = cb[:len(y)], cr[:len(y)]
	for i, v := range y {
		d := dst[3*i : 3*i+3 : 3*i+3]
		d[0], d[1], d[2] = LimitedRGB(v, cb[i], cr[i])
	}
}

// LimitedRGB turns a limited-range BT.601 value (Y 16..235, Cb and Cr 16..240)
// into sRGB. Values outside the range are clipped.
func LimitedRGB(y, cb, cr uint8) (r, g, b uint8) {
	// 16.16 fixed point: 255/219, and 255/112 times the matrix' terms.
	l := (int32(y)-16)*76309 + 1<<15
	u, v := int32(cb)-128, int32(cr)-128
	return clip8((l + 104597*v) >> 16), clip8((l - 25675*u - 53279*v) >> 16), clip8((l + 132201*u) >> 16)
}

// LimitedYCbCr turns sRGB into limited-range BT.601: Y 16..235, Cb and Cr
// 16..240.
func LimitedYCbCr(r, g, b uint8) (y, cb, cr uint8) {
	R, G, B := int32(r), int32(g), int32(b)
	y = uint8((16829*R + 33039*G + 6416*B + 16<<16 + 1<<15) >> 16)
	cb = uint8((-9714*R - 19070*G + 28784*B + 128<<16 + 1<<15) >> 16)
	cr = uint8((28784*R - 24103*G - 4681*B + 128<<16 + 1<<15) >> 16)
	return y, cb, cr
}

func clip8(v int32) uint8 {
	if uint32(v) < 256 {
		return uint8(v)
	}
	return uint8(^(v >> 31)) // 0 below, 255 above
}
