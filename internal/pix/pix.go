// Package pix holds pixels: 8-bit RGB images, how they are read from PNG and
// JPEG safely, scaled, and turned from and into other color spaces.
//
// It is the common ground of the packages that measure images (attention,
// score), draw them (render) and move them (ffmpeg), and knows none of them.
//
//   - [Decode] reads an untrusted PNG or JPEG, as forgiving as browsers are;
//     every refusal is a *saccade.Error that says what to do about the file.
//   - [RGB.Scale] and [ShrinkYCbCr] make images smaller by averaging areas,
//     so that nothing aliases, and larger by bilinear interpolation.
//   - Video is limited-range BT.601 4:2:0, as VP8 and VP9 store it.
//
// Nothing here keeps state; all functions may be called concurrently as long
// as no two calls write to the same image.
package pix

import (
	"image"
	"image/draw"
)

// RGB is an image of W x H pixels, 8 bits a channel, sRGB, row by row from
// the top left: pixel (x, y) is Pix[3*(y*W+x):][:3]. It has no transparency.
type RGB struct {
	W, H int
	Pix  []byte // len 3*W*H
}

// New returns a black image.
func New(w, h int) *RGB { return &RGB{W: w, H: h, Pix: make([]byte, 3*w*h)} }

// FromImage copies any image; what is transparent shows white, as it would
// on an empty page.
func FromImage(src image.Image) *RGB {
	b := src.Bounds()
	p := New(b.Dx(), b.Dy())
	if n, ok := src.(*image.NRGBA); ok {
		for y := range p.H {
			overWhite(p.Pix[3*y*p.W:][:3*p.W], n.Pix[n.PixOffset(b.Min.X, b.Min.Y+y):])
		}
		return p
	}
	page := image.NewRGBA(image.Rect(0, 0, p.W, p.H))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(page, page.Rect, src, b.Min, draw.Over)
	for i, j := 0, 0; i < len(p.Pix); i, j = i+3, j+4 {
		copy(p.Pix[i:i+3], page.Pix[j:j+3])
	}
	return p
}

// overWhite lays one row of non-premultiplied RGBA over white.
func overWhite(dst, src []byte) {
	for i, j := 0, 0; i+3 <= len(dst); i, j = i+3, j+4 {
		s, d := src[j:j+4:j+4], dst[i:i+3:i+3]
		if s[3] == 255 {
			d[0], d[1], d[2] = s[0], s[1], s[2]
			continue
		}
		a := uint32(s[3])
		for c := range 3 {
			d[c] = uint8((uint32(s[c])*a + 255*(255-a) + 127) / 255)
		}
	}
}

// Image copies the image into an opaque standard image.
func (p *RGB) Image() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, p.W, p.H))
	for i, j := 0, 0; i < len(p.Pix); i, j = i+3, j+4 {
		d := m.Pix[j : j+4 : j+4]
		d[0], d[1], d[2], d[3] = p.Pix[i], p.Pix[i+1], p.Pix[i+2], 255
	}
	return m
}

// Mirror turns left and right round, in place.
func (p *RGB) Mirror() {
	for y := range p.H {
		row := p.Pix[3*y*p.W:][:3*p.W]
		for a, b := 0, len(row)-3; a < b; a, b = a+3, b-3 {
			row[a], row[a+1], row[a+2], row[b], row[b+1], row[b+2] = row[b], row[b+1], row[b+2], row[a], row[a+1], row[a+2]
		}
	}
}

// Plane is one number per cell over an image, row by row from the top left:
// how cluttered or exciting it is there, for example. Cell (x, y) covers the
// rectangle [x/W, (x+1)/W) x [y/H, (y+1)/H) of the image.
type Plane struct {
	W, H int
	V    []float32 // len W*H
}

// NewPlane returns a plane of zeros.
func NewPlane(w, h int) *Plane { return &Plane{W: w, H: h, V: make([]float32, w*h)} }
