package vaapi

import (
	"image"
	"slices"
)

// Frames are those of a trial: a square that moves and stops. Where it stops, the same
// image comes again.
func Frames() []*image.YCbCr {
	var frames []*image.YCbCr
	for step, times := range []int{1, 2, 1, 1, 2, 1} {
		frames = append(frames, slices.Repeat([]*image.YCbCr{square(32 * step)}, times)...)
	}
	return frames
}

// square is a slope with a square at x.
func square(x int) *image.YCbCr {
	img := image.NewYCbCr(image.Rect(0, 0, Width, Height), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(64 + i%img.YStride/4)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = 110, 140
	}
	for y := 40; y < 100; y++ {
		row := img.Y[img.YOffset(x, y):]
		for i := range 60 {
			row[i] = 200
		}
	}
	return img
}

// Most by which the samples of a frame may be wrong in the mean, of 255. A square that
// is a step behind is wrong by 10.
const (
	mostLuma   = 5
	mostChroma = 8
)

// Alike reports whether a frame that was encoded and decoded still shows what it did.
func Alike(a, b *image.YCbCr) bool {
	if a.Rect != b.Rect {
		return false
	}
	luma, chroma, pixels := 0, 0, 0
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		for x := a.Rect.Min.X; x < a.Rect.Max.X; x++ {
			p, q := a.YCbCrAt(x, y), b.YCbCrAt(x, y)
			luma += apart(p.Y, q.Y)
			chroma += apart(p.Cb, q.Cb) + apart(p.Cr, q.Cr)
			pixels++
		}
	}
	return luma <= mostLuma*pixels && chroma <= 2*mostChroma*pixels
}

func apart(a, b uint8) int { return int(max(a, b)) - int(min(a, b)) }
