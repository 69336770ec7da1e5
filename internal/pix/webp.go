package pix

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/draw"
	"io"
	"math"

	"golang.org/x/image/webp"
)

// FormatWebP is what [DecodeWebP] reads, which [Decode] does not.
const FormatWebP = "webp"

// IsWebP reports whether a file begins like a WebP.
func IsWebP(b []byte) bool {
	return len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
}

// DecodeWebP reads an untrusted WebP, lossy or lossless, with transparency or without,
// as [Decode] reads other images: upright, on a ground that shows it, and with its
// errors and limits. A WebP that is an animation is refused.
func DecodeWebP(b []byte) (*image.NRGBA, error) {
	if _, err := WebPSize(b); err != nil {
		return nil, err
	}
	m, err := webp.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, webpError(err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(img, img.Rect, fullRange(m), m.Bounds().Min, draw.Src)
	turn := 1
	_ = webpChunks(b, func(name string, body []byte) bool {
		if name == "EXIF" {
			turn = tiffOrientation(bytes.TrimPrefix(body, []byte("Exif\x00\x00")))
		}
		return name != "EXIF"
	})
	return onGround(Upright(img, turn)), nil
}

// WebPSize returns width and height of a WebP as it is stored, from its headers alone.
// It has a size in its head and one in its frame: the larger of each counts, since the
// decoder makes room for both. The errors are those of [DecodeWebP].
func WebPSize(b []byte) (image.Point, error) {
	if !IsWebP(b) {
		if _, err := sniff(b); err != nil {
			return image.Point{}, err
		}
		return image.Point{}, unreadable("This is no WebP, as input.format says, but a PNG or JPEG. Leave the format out.")
	}
	var size image.Point
	var frame []byte
	animated := false
	err := webpChunks(b, func(name string, body []byte) bool {
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
		err = errEarlyEnd
	}
	if err != nil {
		return size, webpError(err)
	}
	for _, file := range [][]byte{b, frame} {
		head, err := webp.DecodeConfig(bytes.NewReader(file))
		if err != nil {
			return size, webpError(err)
		}
		size = image.Pt(max(size.X, head.Width), max(size.Y, head.Height))
	}
	return size, checkSize(size.X, size.Y)
}

// webpChunks calls see for every chunk, until it says that it has seen enough. The
// error says that the file ends within one.
func webpChunks(b []byte, see func(name string, body []byte) bool) error {
	for at := 12; at+8 <= len(b); {
		n := int(binary.LittleEndian.Uint32(b[at+4:]))
		if n > len(b)-at-8 {
			return errEarlyEnd
		}
		if !see(string(b[at:at+4]), b[at+8:at+8+n]) {
			return nil
		}
		at += 8 + n + n&1
	}
	return nil
}

func webpError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = errEarlyEnd
	}
	return decodeError("WebP", err, 0)
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
