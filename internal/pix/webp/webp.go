// Package webp reads WebP images, which nobody is sent unasked.
//
// The contract: what [Decode] returns is upright and on a ground that shows it, as what
// [pix.Decode] returns; its limits and the code of its errors are the same. Sizes are
// judged from the headers, before memory is taken for pixels. An animation is refused.
package webp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/draw"
	"io"
	"math"

	"golang.org/x/image/webp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Is reports whether a file begins like a WebP.
func Is(b []byte) bool {
	return len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
}

// Decode reads an untrusted WebP, lossy or lossless, with transparency or without. Every
// error is a *saccade.Error with CodeUnreadableImage.
func Decode(b []byte) (*image.NRGBA, error) {
	if _, err := Size(b); err != nil {
		return nil, err
	}
	m, err := webp.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, damaged(err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(img, img.Rect, fullRange(m), m.Bounds().Min, draw.Src)
	turn := 1
	_ = chunks(b, func(name string, body []byte) bool {
		if name == "EXIF" {
			turn = pix.Orientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		}
		return name != "EXIF"
	})
	return pix.OnGround(pix.Upright(img, turn)), nil
}

// Size returns width and height of a WebP as it is stored, from its headers alone.
// It has a size in its head and one in its frame: the larger of each counts, since the
// decoder makes room for both. The errors are those of [Decode].
func Size(b []byte) (image.Point, error) {
	if !Is(b) {
		_, err := pix.Size(b) // which names what else it is
		if err != nil && !bytes.HasPrefix(b, []byte("\x89PNG")) && !bytes.HasPrefix(b, []byte("\xff\xd8\xff")) {
			return image.Point{}, err
		}
		return image.Point{}, unreadable("This is no WebP, as input.format says, but a PNG or JPEG. Leave the format out.")
	}
	var size image.Point
	var frame []byte
	animated := false
	err := chunks(b, func(name string, body []byte) bool {
		switch name {
		case "ANIM", "ANMF":
			animated = true
		case "VP8X":
			animated = animated || len(body) > 0 && body[0]&2 != 0
		case "VP8 ", "VP8L":
			frame = binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+8+len(body)))
			frame = binary.LittleEndian.AppendUint32(append(append(frame, "WEBP"...), name...), uint32(len(body)))
			frame = append(frame, body[:min(len(body), 64)]...) // alone, it is a file of its own
		}
		return !animated && frame == nil
	})
	switch {
	case animated:
		return size, unreadable("This WebP is an animation. Send one of its frames, or the whole as a video: WebM, or a GIF with input.format.")
	case frame == nil && err == nil:
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return size, damaged(err)
	}
	for _, file := range [][]byte{b, frame} {
		head, err := webp.DecodeConfig(bytes.NewReader(file))
		if err != nil {
			return size, damaged(err)
		}
		size = image.Pt(max(size.X, head.Width), max(size.Y, head.Height))
	}
	return size, pix.CheckSize(size.X, size.Y)
}

// chunks calls see for every chunk, until it says that it has seen enough. The
// error says that the file ends within one.
func chunks(b []byte, see func(name string, body []byte) bool) error {
	for at := 12; at+8 <= len(b); {
		n := int(binary.LittleEndian.Uint32(b[at+4:]))
		if n > len(b)-at-8 {
			return io.ErrUnexpectedEOF
		}
		if !see(string(b[at:at+4]), b[at+8:at+8+n]) {
			return nil
		}
		at += 8 + n + n&1
	}
	return nil
}

// damaged is the error for a file that its decoder cannot read.
func damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return unreadable("The WebP is cut off: the file ends before the image is complete. Send the whole file.").With(err)
	}
	return unreadable("The WebP is damaged and cannot be read. Save or export it again.").With(err)
}

func unreadable(format string, args ...any) *saccade.Error {
	return saccade.Errorf(saccade.CodeUnreadableImage, format, args...)
}

// fullRange spreads the samples of a lossy WebP, which run from 16 to 235 and 240, over
// all values, as images of the standard library have them.
func fullRange(m image.Image) image.Image {
	y, _ := m.(*image.YCbCr)
	if a, ok := m.(*image.NYCbCrA); ok {
		y = &a.YCbCr
	}
	if y == nil {
		return m
	}
	spread(y.Y, 16, 0, 255.0/219)
	spread(y.Cb, 128, 128, 255.0/224)
	spread(y.Cr, 128, 128, 255.0/224)
	return m
}

// spread moves samples from one zero to another and multiplies their distance from it.
func spread(b []byte, from, to int, factor float64) {
	var table [256]byte
	for i := range table {
		table[i] = byte(min(max(math.Round(float64(i-from)*factor)+float64(to), 0), 255))
	}
	for i, v := range b {
		b[i] = table[v]
	}
}
