// Package likeness judges photographs of a page.
//
// The contract: images are PNG; what is no PNG is neither blank nor like any other.
package likeness

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
)

const (
	blockSide  = 16  // pixels of the squares by which images are compared
	blockDiff  = 1.0 // mean difference of a channel, of 255, from which a square has changed
	movingPart = 1e-3
	blankBytes = 64 << 10 // the PNG of a blank page is smaller
)

// Blank reports whether an image is of one color.
func Blank(b []byte) bool {
	if len(b) > blankBytes {
		return false
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return false
	}
	p := rgba(m)
	for i := 4; i < len(p.Pix); i += 4 {
		if [4]byte(p.Pix[i:]) != [4]byte(p.Pix) {
			return false
		}
	}
	return true
}

// Alike reports whether two images of a page show the same: they have one
// size, and no more than a thousandth of their squares differ. A clock or a
// cursor may go on, a card that fades in may not.
func Alike(a, b []byte) bool {
	if a == nil || b == nil {
		return false
	}
	x, err1 := png.Decode(bytes.NewReader(a))
	y, err2 := png.Decode(bytes.NewReader(b))
	if err1 != nil || err2 != nil || x.Bounds() != y.Bounds() {
		return false
	}
	p, q := rgba(x), rgba(y)
	w, h := p.Rect.Dx(), p.Rect.Dy()
	all, changed := 0, 0
	for top := 0; top < h; top += blockSide {
		for left := 0; left < w; left += blockSide {
			r := image.Rect(left, top, min(left+blockSide, w), min(top+blockSide, h))
			all++
			if difference(p, q, r) > blockDiff {
				changed++
			}
		}
	}
	return float64(changed) <= movingPart*float64(all)
}

// difference is the mean absolute difference of the samples of a square.
func difference(p, q *image.RGBA, r image.Rectangle) float64 {
	sum := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		from, to := p.PixOffset(r.Min.X, y), p.PixOffset(r.Max.X, y)
		a, b := p.Pix[from:to], q.Pix[from:to]
		if bytes.Equal(a, b) {
			continue
		}
		for i := range a {
			sum += max(int(a[i])-int(b[i]), int(b[i])-int(a[i]))
		}
	}
	return float64(sum) / float64(3*r.Dx()*r.Dy())
}

func rgba(m image.Image) *image.RGBA {
	if p, ok := m.(*image.RGBA); ok {
		return p
	}
	p := image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(p, p.Rect, m, m.Bounds().Min, draw.Src)
	return p
}
