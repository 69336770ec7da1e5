package pix

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"slices"

	"github.com/saccade-dev/saccade"
)

// Limits of [Decode]. They are judged from the header, before any memory is
// taken for pixels. An image at the limit needs 200 MB for its pixels, and no
// more than 550 MB at any moment of being read: a PNG of 16 bits is brought to 8
// row by row, a progressive JPEG of full chroma holds 6 bytes a pixel beside.
const (
	MaxPixels = 50_000_000
	MaxSide   = 20_000
)

// least is the part of an image that must be there: of one that is cut off or
// damaged browsers show what there is, but attention on what is left of a design
// is not attention on the design.
const least = 0.9

// stdPixels is up to which size a progressive JPEG is read by the standard
// library, which is faster and needs twice the memory.
const stdPixels = 4_000_000

// The formats that [Decode] names.
const (
	FormatPNG  = "png"
	FormatJPEG = "jpeg"
)

// Decode reads an untrusted PNG (any color type and depth, interlaced or not)
// or JPEG (sequential or progressive; gray, YCbCr, RGB, CMYK), turns it upright
// as its EXIF orientation says, and lays it on a ground that shows it where it is
// white on nothing. It returns the pixels, origin (0, 0), and the format.
//
// It is as forgiving as browsers: checksums, the order of chunks, surplus data,
// lost restart markers and a missing end do not matter, and an image of which
// at least nine tenths are there is read as far as it goes. Every error is a
// *saccade.Error with CodeUnreadableImage that says what to do; images beyond
// MaxPixels or MaxSide are refused from their header alone.
func Decode(b []byte) (*image.NRGBA, string, error) {
	format, err := sniff(b)
	if err != nil {
		return nil, "", err
	}
	read := readPNG
	if format == FormatJPEG {
		read = readJPEG
	}
	img, err := read(b)
	if err != nil {
		return nil, format, err
	}
	return OnGround(Upright(img, orientation(b, format))), format, nil
}

// Size returns width and height of a PNG or JPEG as it is stored, from its
// header alone. The errors are those of [Decode].
func Size(b []byte) (image.Point, error) {
	format, err := sniff(b)
	if err != nil {
		return image.Point{}, err
	}
	var size image.Point
	if format == FormatPNG {
		f, err := parsePNG(b)
		if err != nil {
			return size, decodeError("PNG", err, 0)
		}
		size = image.Pt(f.w, f.h)
	} else {
		f, err := parseJPEG(b, true)
		if err != nil {
			return size, decodeError("JPEG", err, 0)
		}
		size = image.Pt(f.w, f.h)
	}
	return size, CheckSize(size.X, size.Y)
}

// readPNG decodes a PNG.
func readPNG(b []byte) (*image.NRGBA, error) {
	f, err := parsePNG(b)
	if err != nil {
		return nil, decodeError("PNG", err, 0)
	}
	if err := CheckSize(f.w, f.h); err != nil {
		return nil, err
	}
	img, part, err := f.decode()
	switch {
	case err != nil && slices.ContainsFunc(f.data, pngData.wrong):
		return nil, decodeError("PNG", errDamaged, part)
	case err != nil && part < least:
		return nil, decodeError("PNG", err, part)
	}
	return img, nil
}

// readJPEG decodes a JPEG: by the standard library where it can, else as far as
// it goes.
func readJPEG(b []byte) (*image.NRGBA, error) {
	head, err := parseJPEG(b, true)
	if err != nil {
		return nil, decodeError("JPEG", err, 0)
	}
	if err := CheckSize(head.w, head.h); err != nil {
		return nil, err
	}
	scans := jpegScans(b)
	if scans > maxScans {
		return nil, unreadable("This JPEG holds more than %d scans, which no ordinary program writes. Save it again as a plain JPEG or PNG.", maxScans)
	}
	if scans == 1 || head.progressive && head.w*head.h <= stdPixels {
		if img, err := jpeg.Decode(bytes.NewReader(b)); err == nil {
			return toNRGBA(img), nil
		}
	}
	f, err := parseJPEG(b, false)
	if err != nil {
		return nil, decodeError("JPEG", err, 0)
	}
	img, part := f.decode()
	switch {
	case part >= least:
		return img, nil
	case f.damaged && bytes.HasSuffix(bytes.TrimRight(b, "\x00"), []byte("\xff\xd9")):
		return nil, decodeError("JPEG", errDamaged, part)
	}
	return nil, decodeError("JPEG", errEarlyEnd, part)
}

// jpegScans counts the scans, up to one more than the limit. Each one may visit
// every block of the image again, so that a small file with thousands of them
// would keep us busy.
func jpegScans(b []byte) int {
	n := 0
	jpegSegments(b, func(marker byte, _ []byte, after int) int {
		if marker == 0xda {
			n++
		}
		if n > maxScans {
			return stop
		}
		return after
	})
	return n
}

// unreadable makes the error of a file that is not an image for us.
func unreadable(format string, args ...any) *saccade.Error {
	return saccade.Errorf(saccade.CodeUnreadableImage, format, args...)
}

// CheckSize refuses, with CodeUnreadableImage, an image beyond [MaxPixels] or [MaxSide].
func CheckSize(w, h int) error {
	switch {
	case w > MaxSide || h > MaxSide:
		return unreadable("The image is %d x %d pixels; no side may exceed %d. Scale it down or cut it into parts.", w, h, MaxSide)
	case w*h > MaxPixels:
		return unreadable("The image is %d x %d pixels; at most %d million are possible. Scale it down.", w, h, MaxPixels/1_000_000)
	}
	return nil
}

// decodeError turns a decoder's error into one that says what to do. part is how
// much of the image was there.
func decodeError(name string, err error, part float64) error {
	switch {
	case errors.Is(err, errEarlyEnd) && part > 0:
		return unreadable("The %s is cut off: only %d %% of the image are there. Send the whole file.", name, int(100*part)).With(err)
	case errors.Is(err, errEarlyEnd):
		return unreadable("The %s is cut off: the file ends before the image is complete. Send the whole file.", name).With(err)
	case errors.Is(err, errRare):
		return unreadable("This is a rare kind of %s that we cannot read. Save it again as an ordinary 8-bit PNG or JPEG.", name).With(err)
	}
	return unreadable("The %s is damaged and cannot be read. Save or export it again.", name).With(err)
}

// toNRGBA copies a decoded image, which is opaque.
func toNRGBA(src image.Image) *image.NRGBA {
	b := src.Bounds()
	page := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(page, page.Rect, src, b.Min, draw.Src)
	return &image.NRGBA{Pix: page.Pix, Stride: page.Stride, Rect: page.Rect}
}

// The ground for what cannot be seen on white.
var darkGround = color.NRGBA{R: 32, G: 32, B: 32, A: 255}

const (
	transparentPart = 0.2 // of the image, from which it stands on its ground
	hiddenPart      = 0.5 // of what is not transparent, from which white does not do
	hiddenDiff      = 16  // of 255: less is not seen
)

// OnGround returns an image that shows on white as it is. One that is mostly
// white on nothing, a logo for dark pages, is laid on a dark ground in place.
func OnGround(m *image.NRGBA) *image.NRGBA {
	total, clear := m.Rect.Dx()*m.Rect.Dy(), 0
	for i := 3; i < len(m.Pix); i += 4 {
		if m.Pix[i] < hiddenDiff {
			clear++
		}
	}
	if float64(clear) < transparentPart*float64(total) {
		return m
	}
	white, dark := hiddenPixels(m, 255), hiddenPixels(m, int(darkGround.R))
	if float64(white) <= hiddenPart*float64(total-clear) || dark >= white {
		return m
	}
	for i := 0; i+4 <= len(m.Pix); i += 4 {
		p := m.Pix[i : i+4 : i+4]
		for c := range 3 {
			p[c] = byte(mix(p, c, int(darkGround.R)))
		}
		p[3] = 255
	}
	return m
}

// hiddenPixels counts the pixels that are there and cannot be seen on a gray
// ground.
func hiddenPixels(m *image.NRGBA, ground int) int {
	n := 0
	for i := 0; i+4 <= len(m.Pix); i += 4 {
		if p := m.Pix[i : i+4 : i+4]; p[3] >= hiddenDiff && hidden(p, ground) {
			n++
		}
	}
	return n
}

// hidden reports whether a pixel cannot be distinguished from a gray ground.
func hidden(p []byte, ground int) bool {
	for c := range 3 {
		if v := mix(p, c, ground); max(v-ground, ground-v) >= hiddenDiff {
			return false
		}
	}
	return true
}

// mix is one channel of a pixel laid on a gray ground.
func mix(p []byte, c, ground int) int {
	a := int(p[3])
	return (int(p[c])*a + ground*(255-a) + 127) / 255
}
