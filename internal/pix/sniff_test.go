package pix

import (
	"strings"
	"testing"
	"unicode/utf16"
)

func TestForeignFormatsAreNamed(t *testing.T) {
	wide := func(s string) string {
		out := "\xff\xfe"
		for _, u := range utf16.Encode([]rune(s)) {
			out += string([]byte{byte(u), byte(u >> 8)})
		}
		return out
	}
	box := func(brand string) string { return "\x00\x00\x00\x20ftyp" + brand + "\x00\x00\x00\x00mif1" }
	for content, want := range map[string]string{
		"": "empty", "\x00\x00\x00\x00": "empty", "\n\n": "empty",
		"GIF87a...": "a GIF", "RIFF\x01\x02\x03\x04WEBPVP8L": "a WebP", "RIFF\x01\x02\x03\x04WAVE": "RIFF",
		box("heic"): "HEIC", box("heix"): "HEIC", box("hevc"): "HEIC", box("mif1"): "HEIF", box("msf1"): "HEIF", box("avif"): "AVIF", box("avis"): "AVIF",
		box("isom"): "MP4", box("qt  "): "QuickTime", box("crx "): "CR3",
		"\xff\x0a\x01": "JPEG XL", "\x00\x00\x00\x0cJXL \r\n\x87\n": "JPEG XL", "\x00\x00\x00\x0cjP  \r\n\x87\n": "JPEG 2000", "\xff\x4f\xff\x51\x00": "JPEG 2000",
		"BM\x00\x00": "BMP", "II*\x00": "TIFF", "MM\x00*": "TIFF", "\x00\x00\x01\x00\x01": "ICO", "8BPS": "Photoshop", "%PDF-1.7": "PDF", "%!PS-Adobe": "PostScript",
		"PK\x03\x04": "ZIP", "\x1f\x8b\x08": "gzip", "\x1a\x45\xdf\xa3": "WebM",
		"<svg xmlns=x>": "SVG", "<!-- made by hand -->\n<svg>": "SVG", "\xef\xbb\xbf<?xml version='1.0'?><!-- a --><!-- b -->\n<svg>": "SVG",
		"<?xml version='1.0'?><!DOCTYPE svg PUBLIC 'x' 'y'><svg>": "SVG", "<!DOCTYPE x [<!ENTITY a 'b'>]><svg>": "SVG", "  \n<svg:svg xmlns:svg=x>": "SVG", wide("<!-- x --><svg>"): "SVG",
		"<!doctype html><p>": "HTML", "<HTML><body>": "HTML", "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>": "storage",
		`{"error":1}`: "JSON", "iVBORw0KGgoAAAANSUhEUg": "Base64", "/9j/4AAQSkZJRg": "Base64", "data:image/png;base64,iVBOR": "data: URL", "https://example.com/a.png": "an address",
		"\x89PNG\n\x1a\n": "line ends", "\xef\xbf\xbdPNG\r\n": "UTF-8", "hello there": "neither",
	} {
		_, err := sniff([]byte(content))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", content, err, want)
		}
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("<!DOCTYPE x [<!-- ]><svg>"))
	f.Add([]byte("\x00\x00\x00\x20ftypheic"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if format, err := sniff(b); err == nil && format != FormatPNG && format != FormatJPEG {
			t.Fatalf("format %q", format)
		}
	})
}
