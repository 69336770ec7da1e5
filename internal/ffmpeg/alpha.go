package ffmpeg

import "image"

// overWhite lays a frame with transparency on white, as PNGs are. alpha has a
// byte for each sample of Y; full says that samples run from 0 to 255.
func overWhite(img *image.YCbCr, alpha []byte, full bool) {
	white := uint32(235)
	if full {
		white = 255
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := range h {
		row, a := img.Y[y*img.YStride:][:w], alpha[y*w:][:w]
		for x, v := range row {
			row[x] = mix(v, a[x], white)
		}
	}
	for y := range (h + 1) / 2 {
		top := alpha[2*y*w:][:w]
		bottom := alpha[min(2*y+1, h-1)*w:][:w]
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

// blacken fills all but the active part, which begins at even places, with
// black, limited range.
func blacken(img *image.YCbCr, active image.Rectangle) {
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
