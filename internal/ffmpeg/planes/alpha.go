package planes

import (
	"encoding/binary"
	"image"
)

// Opaque are eight samples of alpha of at least 252. Recorders code alpha with
// losses: what was opaque comes back as 253 to 255, and its color as it was.
// Lasting are eight samples of at least 254.
const (
	Opaque  = 0xfcfcfcfcfcfcfcfc
	Lasting = 0xfefefefefefefefe
)

// SeeThrough returns the first of row's samples, at or behind x, in a run of
// eight that is not all opaque; len(row) where there is none.
func SeeThrough(row []byte, x int) int { return Below(row, x, Opaque) }

// Below is SeeThrough for other samples than opaque ones: eight times ones above zeros.
func Below(row []byte, x int, least uint64) int {
	for ; x+8 <= len(row); x += 8 {
		if binary.LittleEndian.Uint64(row[x:])&least != least {
			return x
		}
	}
	for ; x < len(row); x++ {
		if row[x] < byte(least) {
			return x
		}
	}
	return x
}

// OverWhite lays a frame with transparency on white, as PNGs are. alpha has a
// byte for each sample of Y; full says that samples run from 0 to 255.
func OverWhite(img *image.YCbCr, alpha []byte, full bool) {
	white := uint32(235)
	if full {
		white = 255
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := range h {
		row, a := img.Y[y*img.YStride:][:w], alpha[y*w:][:w]
		for x := SeeThrough(a, 0); x < w; x = SeeThrough(a, x) {
			for end := min(x+8, w); x < end; x++ {
				row[x] = mix(row[x], a[x], white)
			}
		}
	}
	for y := range (h + 1) / 2 {
		top := alpha[2*y*w:][:w]
		bottom := alpha[min(2*y+1, h-1)*w:][:w]
		if SeeThrough(top, 0) == w && SeeThrough(bottom, 0) == w {
			continue
		}
		for x := range (w + 1) / 2 {
			right := min(2*x+1, w-1)
			a := byte((uint32(top[2*x]) + uint32(top[right]) + uint32(bottom[2*x]) + uint32(bottom[right]) + 2) / 4)
			i := y*img.CStride + x
			img.Cb[i], img.Cr[i] = mix(img.Cb[i], a, 128), mix(img.Cr[i], a, 128)
		}
	}
}

// mix is v where a is 255, ground where it is 0.
func mix(v, a byte, ground uint32) byte {
	return byte((uint32(v)*uint32(a) + ground*(255-uint32(a)) + 127) / 255)
}

// Blacken fills all but the active part, which begins at even places, with
// black, limited range.
func Blacken(img *image.YCbCr, active image.Rectangle) {
	fill := func(b []byte, v byte) {
		for i := range b {
			b[i] = v
		}
	}
	plane := func(p []byte, stride, w, h int, keep image.Rectangle, v byte) {
		for y := range h {
			row := p[y*stride:][:w]
			if y < keep.Min.Y || y >= keep.Max.Y {
				fill(row, v)
				continue
			}
			fill(row[:keep.Min.X], v)
			fill(row[keep.Max.X:], v)
		}
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	half := image.Rect(active.Min.X/2, active.Min.Y/2, (active.Max.X+1)/2, (active.Max.Y+1)/2)
	plane(img.Y, img.YStride, w, h, active, 16)
	plane(img.Cb, img.CStride, (w+1)/2, (h+1)/2, half, 128)
	plane(img.Cr, img.CStride, (w+1)/2, (h+1)/2, half, 128)
}
