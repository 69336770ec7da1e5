package sniff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade/internal/sniff"
)

func ExampleBeginning() {
	f, ok := sniff.Beginning([]byte("data:video/webm;base64,GkXfo59ChoEBQveBAULygQRC"))
	fmt.Println(ok, f.What)
	fmt.Println(f.Do)
	// Output:
	// true a data: URL
	// Please decode the Base64 behind its comma and upload the bytes.
}

func TestUnknown(t *testing.T) {
	for head, want := range map[string]string{
		"":                           "empty",
		"undefined":                  `a text that begins with "undefined"`,
		strings.Repeat("word ", 100): `a text that begins with "word word`,
		strings.Repeat("QUJD", 40):   "a Base64 text",
		"\x00\x01\x02":               "something unknown",
	} {
		if f := sniff.Unknown([]byte(head)); !strings.HasPrefix(f.What, want) {
			t.Errorf("%.20q: %q, want %q", head, f.What, want)
		}
	}
}

// TestStillImages: designers send the files of their tools; each is named.
func TestStillImages(t *testing.T) {
	for head, want := range map[string]string{
		"BM6\xee\x02\x00\x00\x00\x00\x006\x00\x00\x00":                          "a BMP image",
		"II*\x00\x08\x00\x00\x00":                                               "a TIFF or raw image",
		"MM\x00*\x00\x00\x00\x08":                                               "a TIFF or raw image",
		"8BPS\x00\x01":                                                          "a Photoshop image",
		"\x00\x00\x00\x0cjP  \r\n\x87\n":                                        "a JPEG 2000 image",
		"\x00\x00\x00\x0cJXL \r\n\x87\n":                                        "a JPEG XL image",
		"\xff\x0a\xfa\x1f":                                                      "a JPEG XL image",
		"\x00\x00\x01\x00\x01\x00@@":                                            "an icon (ICO)",
		"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00":                              "an AVIF image",
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00":                              "a HEIC image",
		"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00":                              "a HEIF image",
		`<svg xmlns="http://www.w3.org/2000/svg" width="10"/>`:                  "an SVG image",
		"<?xml version=\"1.0\"?>\n<!-- made by a tool -->\n<svg width=\"10\"/>": "an SVG image",
	} {
		f, ok := sniff.Beginning([]byte(head))
		if !ok || f.What != want || !strings.Contains(f.Do, "as an image") {
			t.Errorf("%q: %+v, want %q", head, f, want)
		}
	}
	if f, ok := sniff.Beginning([]byte("BMW builds cars, and this is a text about them")); ok {
		t.Errorf("a text is %+v", f)
	}
}

func FuzzBeginning(f *testing.F) {
	for _, s := range []string{"", "--x\r\nContent-Type: a\r\n", "<!-- a --><html>", "\x00\x00\x00\x20ftypisom", "GkXfo"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		if file, ok := sniff.Beginning(head); ok && file.What == "" {
			t.Error("known, but without a name")
		}
		if file := sniff.Unknown(head); file.What == "" {
			t.Error("no name")
		}
	})
}
