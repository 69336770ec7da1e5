package pix

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Limits of [Decode]. They are judged from the header, before any memory is
// taken for pixels.
const (
	MaxPixels = 50_000_000
	MaxSide   = 20_000
	maxScans  = 250 // of a progressive JPEG; a real one has about ten
)

// The formats that [Decode] names.
const (
	FormatPNG  = "png"
	FormatJPEG = "jpeg"
)

// Decode reads an untrusted PNG (any colour type and depth, interlaced or not)
// or JPEG (baseline or progressive; grey, YCbCr, CMYK) and turns it upright as
// its EXIF orientation says. It answers the pixels, origin (0, 0), and the
// format. Every error is a *saccade.Error with CodeUnreadableImage; pictures
// beyond MaxPixels or MaxSide are refused from their header alone.
func Decode(b []byte) (*image.NRGBA, string, error) {
	format, err := sniff(b)
	if err != nil {
		return nil, "", err
	}
	if err := checkHeader(b, format); err != nil {
		return nil, format, err
	}
	var img image.Image
	if format == FormatPNG {
		img, err = png.Decode(bytes.NewReader(b))
	} else {
		img, err = jpeg.Decode(bytes.NewReader(b))
	}
	if err != nil {
		return nil, format, decodeError(format, err)
	}
	return Upright(toNRGBA(img), orientation(b, format)), format, nil
}

// unreadable makes the error of a file that is not a picture for us.
func unreadable(format string, args ...any) *saccade.Error {
	return saccade.Errorf(saccade.CodeUnreadableImage, format, args...).About("input.content")
}

// foreign lists what people send instead, by the first bytes.
var foreign = []struct {
	at           int
	magic, named string
}{
	{0, "GIF8", "a GIF"}, {8, "WEBP", "a WebP"}, {4, "ftypavif", "an AVIF"}, {4, "ftyphei", "a HEIC"},
	{4, "ftypmif1", "a HEIF"}, {0, "BM", "a BMP"}, {0, "II*\x00", "a TIFF"}, {0, "MM\x00*", "a TIFF"},
	{0, "%PDF", "a PDF"}, {0, "<svg", "an SVG"}, {0, "<?xml", "an XML or SVG"}, {0, "<!DOCTYPE", "an HTML"},
	{0, "<html", "an HTML"}, {0, "\x1a\x45\xdf\xa3", "a WebM or Matroska"},
}

// sniff tells the format by the first bytes.
func sniff(b []byte) (string, error) {
	switch {
	case len(b) == 0:
		return "", unreadable("The image is empty. Send the bytes of a PNG or JPEG file.")
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return FormatPNG, nil
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return FormatJPEG, nil
	}
	for _, f := range foreign {
		if len(b) > f.at && bytes.HasPrefix(b[f.at:], []byte(f.magic)) {
			return "", unreadable("This is %s file. Convert it to PNG or JPEG and send that.", f.named)
		}
	}
	return "", unreadable("This is neither a PNG nor a JPEG file. Send the image as PNG or JPEG.")
}

// checkHeader refuses what would take too much memory or time.
func checkHeader(b []byte, format string) error {
	var c image.Config
	var err error
	if format == FormatPNG {
		c, err = png.DecodeConfig(bytes.NewReader(b))
	} else {
		c, err = jpeg.DecodeConfig(bytes.NewReader(b))
	}
	if err != nil {
		return decodeError(format, err)
	}
	switch {
	case c.Width <= 0 || c.Height <= 0:
		return unreadable("The image has no pixels.")
	case c.Width > MaxSide || c.Height > MaxSide:
		return unreadable("The image is %d x %d pixels; no side may exceed %d. Scale it down or cut it into parts.", c.Width, c.Height, MaxSide)
	case c.Width*c.Height > MaxPixels:
		return unreadable("The image is %d x %d pixels; at most %d million are possible. Scale it down.", c.Width, c.Height, MaxPixels/1_000_000)
	case format == FormatJPEG && jpegScans(b) > maxScans:
		return unreadable("This JPEG holds more than %d scans, which no ordinary program writes. Save it again as a plain JPEG or PNG.", maxScans)
	}
	return nil
}

// decodeError turns a decoder's error into one that says what to do.
func decodeError(format string, err error) error {
	name := map[string]string{FormatPNG: "PNG", FormatJPEG: "JPEG"}[format]
	var pu png.UnsupportedError
	var ju jpeg.UnsupportedError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		strings.HasSuffix(err.Error(), io.ErrUnexpectedEOF.Error()): // png tells it in words
		return unreadable("The %s is cut off: the file ends before the picture is complete. Send the whole file.", name).With(err)
	case errors.As(err, &pu) || errors.As(err, &ju):
		return unreadable("This is a rare kind of %s that we cannot read. Save it again as an ordinary 8-bit PNG or JPEG.", name).With(err)
	}
	return unreadable("The %s is damaged and cannot be read. Save or export it again.", name).With(err)
}

// toNRGBA copies a decoded picture, as cheaply as its type allows.
func toNRGBA(src image.Image) *image.NRGBA {
	b := src.Bounds()
	switch s := src.(type) {
	case *image.NRGBA:
		return s
	case *image.Paletted:
		return fromPalette(s)
	case *image.NRGBA64:
		dst := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		for i := range dst.Pix {
			dst.Pix[i] = s.Pix[2*i] // big endian: the high byte
		}
		return dst
	}
	// Everything else that our decoders yield is opaque, where RGBA and NRGBA
	// are the same bytes.
	page := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(page, page.Rect, src, b.Min, draw.Src)
	return &image.NRGBA{Pix: page.Pix, Stride: page.Stride, Rect: page.Rect}
}

func fromPalette(s *image.Paletted) *image.NRGBA {
	var table [256][4]byte
	for i, c := range s.Palette {
		n := color.NRGBAModel.Convert(c).(color.NRGBA)
		table[i] = [4]byte{n.R, n.G, n.B, n.A}
	}
	w, h := s.Rect.Dx(), s.Rect.Dy()
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x, v := range s.Pix[y*s.Stride:][:w] {
			copy(dst.Pix[y*dst.Stride+4*x:][:4], table[v][:])
		}
	}
	return dst
}
