package pix

import (
	"bytes"
	"strings"
)

// foreign lists what people send instead, by the first bytes, the special ones
// first.
var foreign = []struct {
	at           int
	magic, named string
}{
	{0, "GIF8", "a GIF"}, {8, "WEBP", "a WebP"}, {0, "RIFF", "a RIFF (WAV, AVI)"},
	{4, "ftypavi", "an AVIF"}, {4, "ftyphei", "a HEIC"}, {4, "ftyphev", "a HEIC"}, {4, "ftypmif1", "a HEIF"}, {4, "ftypmsf1", "a HEIF"},
	{4, "ftypcrx", "a camera's raw (CR3)"}, {4, "ftypqt", "a QuickTime video"}, {4, "ftyp", "an MP4 video"},
	{0, "\xff\x0a", "a JPEG XL"}, {4, "JXL ", "a JPEG XL"}, {4, "jP  ", "a JPEG 2000"}, {0, "\xff\x4f\xff\x51", "a JPEG 2000"},
	{0, "II\xbc", "a JPEG XR"}, {0, "BM", "a BMP"}, {0, "II*\x00", "a TIFF or raw"}, {0, "MM\x00*", "a TIFF or raw"}, {0, "II+\x00", "a TIFF"}, {0, "MM\x00+", "a TIFF"},
	{0, "\x00\x00\x01\x00", "an ICO (icon)"}, {0, "\x00\x00\x02\x00", "a CUR (cursor)"}, {0, "8BPS", "a Photoshop"}, {0, "qoif", "a QOI"},
	{0, "DDS ", "a DDS"}, {0, "\x76\x2f\x31\x01", "an OpenEXR"}, {0, "\xd7\xcd\xc6\x9a", "a WMF"}, {0, "\x8aMNG", "an MNG"}, {0, "\x8bJNG", "a JNG"},
	{0, "%PDF", "a PDF"}, {0, "%!PS", "a PostScript"}, {0, "\x1a\x45\xdf\xa3", "a WebM or Matroska"}, {0, "\x1f\x8b", "a gzip"}, {0, "PK\x03\x04", "a ZIP"},
	{0, "gimp xcf", "a GIMP"}, {0, "P6", "a PPM"}, {0, "P5", "a PGM"},
}

// sniff returns the format by the first bytes.
func sniff(b []byte) (string, error) {
	switch {
	case len(bytes.TrimLeft(b, "\x00 \t\r\n")) == 0:
		return "", unreadable("The image is empty. Send the bytes of a PNG or JPEG file.")
	case bytes.HasPrefix(b, []byte(pngSignature)):
		return FormatPNG, nil
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return FormatJPEG, nil
	case bytes.HasPrefix(b, []byte("\x89PNG")) || bytes.HasPrefix(b, []byte("\x09PNG")):
		return "", unreadable("This PNG was damaged on its way: line ends in it were changed as if it were text. Send it as binary data.")
	case bytes.HasPrefix(b, []byte("\xef\xbf\xbdPNG")) || bytes.HasPrefix(b, []byte("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd")):
		return "", unreadable("This image was damaged on its way: its bytes were read as UTF-8 text. Send it as binary data, in Base64 where that is asked for.")
	}
	for _, f := range foreign {
		if len(b) > f.at && bytes.HasPrefix(b[f.at:], []byte(f.magic)) {
			if f.magic == "WEBP" {
				return "", unreadable("This is a WebP file. Convert it to PNG or JPEG and send that, or name the format: input.format is webp.")
			}
			return "", unreadable("This is %s file. Convert it to PNG or JPEG and send that.", f.named)
		}
	}
	if named := sniffText(b); named != "" {
		return "", unreadable("This is %s. Send the bytes of a PNG or JPEG file.", named)
	}
	return "", unreadable("This is neither a PNG nor a JPEG file. Send the image as PNG or JPEG.")
}

// sniffText names what is written in text, which may begin with spaces, a byte
// order mark and comments; "" for none of it.
func sniffText(b []byte) string {
	s := string(bytes.ReplaceAll(b[:min(len(b), 64<<10)], []byte{0}, nil)) // UTF-16 has zeros
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		s = strings.TrimPrefix(s, mark)
	}
	s = strings.ToLower(strings.TrimSpace(s))
	if strings.HasPrefix(s, "data:") {
		return "a data: URL inside of another encoding"
	}
	if !strings.HasPrefix(s, "<") {
		return sniffPlain(s)
	}
	xml := false
	for strings.HasPrefix(s, "<!") || strings.HasPrefix(s, "<?") {
		end := ">"
		switch {
		case strings.HasPrefix(s, "<!--"):
			end = "-->"
		case strings.HasPrefix(s, "<!doctype html"):
			return "an HTML file (a page, or a site's error message)"
		case strings.HasPrefix(s, "<!doctype svg"):
			return "an SVG file: draw it as a PNG"
		case strings.HasPrefix(s, "<!doctype") && strings.Contains(s[:min(len(s), 4096)], "["):
			end = "]>"
		}
		xml = xml || strings.HasPrefix(s, "<?xml")
		_, rest, ok := strings.Cut(s, end)
		if !ok {
			break
		}
		s = strings.TrimSpace(rest)
	}
	switch {
	case strings.HasPrefix(s, "<svg") || strings.Contains(s[:min(len(s), 256)], ":svg "):
		return "an SVG file: draw it as a PNG"
	case strings.HasPrefix(s, "<html") || strings.HasPrefix(s, "<head") || strings.HasPrefix(s, "<body"):
		return "an HTML file (a page, or a site's error message)"
	case xml || s != "" && s[0] == '<':
		return "an XML file, often a storage's error message"
	}
	return ""
}

// sniffPlain names text without markup.
func sniffPlain(s string) string {
	switch {
	case strings.HasPrefix(s, "{") || strings.HasPrefix(s, "["):
		return "JSON"
	case strings.HasPrefix(s, "ivborw0kggo") || strings.HasPrefix(s, "/9j/"):
		return "an image in Base64, encoded once more"
	case strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://"):
		return "an address, not the image that is there"
	}
	return ""
}
