package pix

import (
	"image"

	"github.com/saccade-dev/saccade/internal/pix/rows"
)

// ShrinkYCbCr scales a frame of limited-range BT.601 4:2:0 video straight to a
// small image, averaging areas as [RGB.ScaleInto] does. dst decides the size;
// other chroma layouts work too.
func ShrinkYCbCr(dst *RGB, src *image.YCbCr) { new(Shrinker).YCbCr(dst, src) }

// Shrinker is [ShrinkYCbCr] for every frame of a video: it keeps what depends
// on the sizes alone. The zero value is ready; it belongs to one goroutine.
type Shrinker struct {
	size         image.Point // of the small image
	luma, chroma *scaler
	line         []byte
}

// YCbCr shrinks one frame.
func (s *Shrinker) YCbCr(dst *RGB, src *image.YCbCr) {
	r, size := src.Rect, image.Pt(dst.W, dst.H)
	if r.Empty() || dst.W == 0 || dst.H == 0 {
		return
	}
	if small := chromaSize(src); s.luma == nil || s.size != size || s.luma.from != r.Size() || s.chroma.from != small {
		s.size = size
		s.luma, s.chroma = newScaler(r.Size(), size, 1), newScaler(small, size, 1)
		s.line = make([]byte, 3*dst.W)
	}
	y, c := src.Y[src.YOffset(r.Min.X, r.Min.Y):], src.COffset(r.Min.X, r.Min.Y)
	cb, cr := src.Cb[c:], src.Cr[c:]
	ly, lb, lr := s.line[:dst.W], s.line[dst.W:2*dst.W], s.line[2*dst.W:]
	for j := range dst.H {
		s.luma.row(ly, y, src.YStride, j)
		s.chroma.row(lb, cb, src.CStride, j)
		s.chroma.row(lr, cr, src.CStride, j)
		limitedRow(&s.luma.kernels, dst.Pix[3*j*dst.W:][:3*dst.W], ly, lb, lr)
	}
}

// chromaSize is the size of the color planes.
func chromaSize(m *image.YCbCr) image.Point {
	r := m.Rect
	last := m.COffset(r.Max.X-1, r.Min.Y) - m.COffset(r.Min.X, r.Min.Y)
	rows := (m.COffset(r.Min.X, r.Max.Y-1) - m.COffset(r.Min.X, r.Min.Y)) / max(m.CStride, 1)
	return image.Pt(last+1, rows+1)
}

// limitedRow converts one row of planes of equal width, as [LimitedRGB] does,
// and clips only where it must.
func limitedRow(k *rows.Kernels, dst, y, cb, cr []byte) {
	cb, cr, dst = cb[:len(y)], cr[:len(y)], dst[:3*len(y)]
	for i := k.Limited(dst, y, cb, cr); i < len(y); i++ {
		r, g, b := unclipped(y[i], cb[i], cr[i])
		if uint32(r|g|b) > 255 {
			r, g, b = int32(clip8(r)), int32(clip8(g)), int32(clip8(b))
		}
		dst[3*i], dst[3*i+1], dst[3*i+2] = uint8(r), uint8(g), uint8(b)
	}
}

// LimitedRGB turns a limited-range BT.601 value (Y 16..235, Cb and Cr 16..240)
// into sRGB. Values outside the range are clipped.
func LimitedRGB(y, cb, cr uint8) (r, g, b uint8) {
	R, G, B := unclipped(y, cb, cr)
	return clip8(R), clip8(G), clip8(B)
}

// unclipped is LimitedRGB before clipping.
func unclipped(y, cb, cr uint8) (r, g, b int32) {
	l := (int32(y)-16)*rows.OfLuma + 1<<15
	u, v := int32(cb)-128, int32(cr)-128
	return (l + rows.RedOfCr*v) >> 16, (l + rows.GreenOfCb*u + rows.GreenOfCr*v) >> 16, (l + rows.BlueOfCb*u) >> 16
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
