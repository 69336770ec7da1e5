package webm

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
)

// TestBrokenUploads: what is no video says what it is and what to do.
func TestBrokenUploads(t *testing.T) {
	vp9 := el(idTracks, videoTrack("V_VP9"))
	parts := [][]byte{file(infoOf(), vp9, ten()), cluster(400, 0, 40), cluster(800, 0, 40)}
	whole := bytes.Join(parts, nil)
	text := base64.StdEncoding.EncodeToString(whole)
	utf := []byte(strings.ToValidUTF8(string(whole), "\uFFFD"))
	var latin []byte
	for _, c := range whole {
		latin = append(latin, string(rune(c))...)
	}
	tests := map[string]struct {
		b        []byte
		what, do string
	}{
		"later piece":            {parts[1], "a later piece of a WebM recording", "first one first"},
		"begins in a block":      {append([]byte{7, 8, 9, 0, 0, 0, 1, 2}, parts[1]...), "a later piece of a WebM recording", "first one first"},
		"begins with a block":    {simple(1, 40), "a later piece of a WebM recording", "first one first"},
		"pieces out of order":    {bytes.Join([][]byte{parts[1], parts[0], parts[2]}, nil), "in the wrong order", "first one first"},
		"first byte missing":     {whole[1:], "first bytes are missing", "very first byte"},
		"ten bytes missing":      {whole[5:], "first bytes are missing", "very first byte"},
		"bytes before":           {append([]byte("\r\n\x00\x00"), whole...), "behind 4 bytes", "the file itself"},
		"web form":               {append([]byte("------WebKitFormBoundaryabc\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"), whole...), "web form", "not a form"},
		"web form, lines of \\n": {append([]byte("--x\ncontent-type: video/webm\n\n"), whole...), "web form", "not a form"},
		"data URL":               {[]byte("data:video/webm;base64," + text), "data: URL", "decode the Base64"},
		"data URL, quoted":       {[]byte(`"data:video/webm;codecs=vp9;base64,` + text + `"`), "data: URL", "decode the Base64"},
		"error page":             {[]byte("\n<!doctype HTML>\n<title>404</title>"), "a web page (HTML)", "downloaded from"},
		"error page, comment":    {[]byte("\xEF\xBB\xBF<!-- a --> <!-- b -->\n<HTML lang=en>"), "a web page (HTML)", "downloaded from"},
		"error message":          {[]byte("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>"), "XML", "downloaded from"},
		"Base64":                 {[]byte(text), "Base64", "decode"},
		"Base64 of something":    {[]byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("saccade"), 30))), "Base64", "decode"},
		"hexadecimal":            {[]byte(hex.EncodeToString(whole)), "hexadecimal", "decode"},
		"an object's text":       {[]byte("[object Blob]"), "JavaScript", "Blob itself"},
		"JSON":                   {[]byte(`{"error":"not found"}`), "JSON", "the file itself"},
		"any text":               {[]byte("undefined"), `begins with "undefined"`, "the file itself"},
		"bytes as UTF-8":         {utf, "as if they were text", "not as a string"},
		"bytes as Latin-1":       {latin, "as if they were text", "not as a string"},
		"a ZIP":                  {[]byte("PK\x03\x04........"), "ZIP", "unpack"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := scanBytes(tc.b)
			if !saccade.IsCode(err, saccade.CodeInvalidInput) || !strings.Contains(err.Error(), tc.what) || !strings.Contains(err.Error(), tc.do) {
				t.Errorf("got %v", err)
			}
		})
	}
}
