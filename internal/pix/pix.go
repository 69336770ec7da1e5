// Package pix holds pixels: 8-bit RGB pictures, how they are read from PNG and
// JPEG safely, scaled, and turned from and into other colour spaces.
//
// It is the common ground of the rooms that look at pictures (attention,
// score), draw them (render) and move them (ffmpeg), and knows none of them.
package pix

// RGB is a picture of W x H pixels, 8 bits a channel, sRGB, row by row from
// the top left: pixel (x, y) is Pix[3*(y*W+x):][:3]. It has no transparency.
type RGB struct {
	W, H int
	Pix  []byte // len 3*W*H
}

// New returns a black picture.
func New(w, h int) *RGB { return &RGB{W: w, H: h, Pix: make([]byte, 3*w*h)} }
