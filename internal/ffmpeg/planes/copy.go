package planes

import "image"

// Copy copies the samples of a 4:2:0 frame into one of the same size. Each may be a part of
// a larger one that begins at an even place.
func Copy(dst, src *image.YCbCr) {
	at, from, size := dst.Rect.Min, src.Rect.Min, src.Rect.Size()
	copyRows(dst.Y[dst.YOffset(at.X, at.Y):], src.Y[src.YOffset(from.X, from.Y):], dst.YStride, src.YStride, size)
	dc, sc := dst.COffset(at.X, at.Y), src.COffset(from.X, from.Y)
	size = image.Pt((size.X+1)/2, (size.Y+1)/2)
	copyRows(dst.Cb[dc:], src.Cb[sc:], dst.CStride, src.CStride, size)
	copyRows(dst.Cr[dc:], src.Cr[sc:], dst.CStride, src.CStride, size)
}

// copyRows copies a plane, all at once where there are no gaps between its rows.
func copyRows(dst, src []byte, dstStride, srcStride int, size image.Point) {
	if dstStride == size.X && srcStride == size.X {
		copy(dst[:size.X*size.Y], src)
		return
	}
	for y := range size.Y {
		copy(dst[y*dstStride:][:size.X], src[y*srcStride:])
	}
}
