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
		return tiffOrientation(pngExif(b))
	}
	o := 1
	jpegSegments(b, func(marker byte, body []byte) bool {
		if marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			o = tiffOrientation(body[6:])
			return false
		}
		return marker != 0xda // the pixels follow
	})
	return o
}

// jpegSegments calls f for each marker segment in the file's order, with its
// body, until f says false. The entropy-coded data after a scan is skipped.
func jpegSegments(b []byte, f func(marker byte, body []byte) bool) {
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xff {
			next := bytes.IndexByte(b[i:], 0xff)
			if next < 0 {
				return
			}
			i += next
			continue
		}
		marker := b[i+1]
		switch {
		case marker == 0xff:
			i++
			continue
		case marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd9: // no body
			i += 2
			continue
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		end := i + 2 + n
		if n < 2 || end > len(b) {
			return
		}
		if !f(marker, b[i+4:end]) {
			return
		}
		i = end
	}
}

// jpegScans counts the scans. Each one may visit every block of the picture
// again, so that a small file with thousands of them would keep us busy.
func jpegScans(b []byte) int {
	n := 0
	jpegSegments(b, func(marker byte, _ []byte) bool {
		if marker == 0xda {
			n++
		}
		return n <= maxScans
	})
	return n
}

// pngExif finds the body of the eXIf chunk; nil without one.
func pngExif(b []byte) []byte {
	for i := 8; i+8 <= len(b); {
		n := int64(binary.BigEndian.Uint32(b[i:]))
		end := int64(i) + 8 + n + 4 // length, type, body, checksum
		if end > int64(len(b)) {
			return nil
		}
		if string(b[i+4:i+8]) == "eXIf" {
			return b[i+8 : i+8+int(n)]
		}
		i = int(end)
	}
	return nil
}

// tiffOrientation reads tag 0x0112 of the first directory of a TIFF header.
func tiffOrientation(b []byte) int {
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

// place tells where a stored pixel of a picture of the given size is shown.
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
