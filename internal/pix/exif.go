package pix

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation reads the EXIF orientation (1..8) of a PNG or JPEG; 1 (upright)
// when there is none or it makes no sense.
func orientation(b []byte, format string) int {
	if format == FormatPNG {
		return Orientation(pngExif(b))
	}
	o := 1
	jpegSegments(b, func(marker byte, body []byte, after int) int {
		if marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			o = Orientation(body[6:])
			return stop
		}
		if marker == 0xda { // the pixels follow
			return stop
		}
		return after
	})
	return o
}

// pngExif finds the body of the eXIf chunk; nil without one.
func pngExif(b []byte) (exif []byte) {
	pngChunks(b, func(kind string, body, _ []byte) bool {
		if kind == "eXIf" {
			exif = body
		}
		return exif == nil
	})
	return exif
}

// Orientation reads the EXIF orientation (1..8; 1 if there is none): tag 0x0112 of the first directory of a TIFF header.
func Orientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(b[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	entries := int(order.Uint16(b[at:]))
	for dir := b[at+2:]; entries > 0 && len(dir) >= 12; entries, dir = entries-1, dir[12:] {
		if order.Uint16(dir) != 0x0112 || order.Uint16(dir[2:]) != 3 {
			continue
		}
		if o := int(order.Uint16(dir[8:])); o >= 1 && o <= 8 {
			return o
		}
		return 1
	}
	return 1
}

// Upright undoes an EXIF orientation (1..8): 2 to 4 mirror and turn in place,
// 5 to 8 swap width and height too. 1 and anything else return m itself.
func Upright(m *image.NRGBA, orientation int) *image.NRGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	dw, dh := w, h
	if orientation >= 5 {
		dw, dh = h, w
	}
	dst := image.NewNRGBA(image.Rect(0, 0, dw, dh))
	for y := range h {
		src := m.Pix[y*m.Stride:][:4*w]
		for x := range w {
			dx, dy := place(orientation, image.Pt(x, y), image.Pt(w, h))
			copy(dst.Pix[dy*dst.Stride+4*dx:][:4], src[4*x:4*x+4])
		}
	}
	return dst
}

// place returns where a stored pixel of an image of the given size is shown.
func place(orientation int, p, size image.Point) (x, y int) {
	right, down := size.X-1-p.X, size.Y-1-p.Y
	switch orientation {
	case 2:
		return right, p.Y
	case 3:
		return right, down
	case 4:
		return p.X, down
	case 5:
		return p.Y, p.X
	case 6:
		return down, p.X
	case 7:
		return down, right
	case 8:
		return p.Y, right
	}
	return p.X, p.Y
}
