// Package sniff says what files seem to be that people send in place of a WebM
// video, by their beginnings, and what to do about it.
package sniff

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// File is what a file seems to be that is not WebM, and what to do about it.
type File struct {
	What string // "an MP4 or QuickTime file"
	Do   string // a sentence; "": to upload WebM
}

// Advice that several kinds share.
const (
	DoUpload  = "Please upload WebM (VP8, VP9 or AV1)."
	DoJoin    = "Please join all pieces of the recording, the first one first, and upload the whole."
	DoBytes   = "Please upload the bytes of the file itself."
	doName    = "Please upload WebM (VP8, VP9 or AV1), or name the format by input.format: "
	doImage   = "Please upload WebM (VP8, VP9 or AV1), or convert this to PNG or JPEG and have it analyzed as an image."
	doAddress = "Please check where the file was downloaded from, and upload the video."
)

// signatures are the beginnings of files that people mistake for WebM.
var signatures = []struct {
	offset int
	magic  string
	File
}{
	{4, "ftypavi", File{"an AVIF image", doImage}},
	{4, "ftyphei", File{"a HEIC image", doImage}},
	{4, "ftyphev", File{"a HEIC image", doImage}},
	{4, "ftypmif1", File{"a HEIF image", doImage}},
	{4, "ftyp", File{"an MP4 or QuickTime file", doName + "mp4 or mov."}},
	{4, "moov", File{"a QuickTime file", doName + "mov."}},
	{4, "mdat", File{"a QuickTime file", doName + "mov."}},
	{0, "#EXTM3U", File{What: "an HLS playlist"}},
	{8, "AVI ", File{What: "an AVI file"}},
	{8, "WAVE", File{What: "a WAV audio file"}},
	{8, "WEBP", File{What: "a WebP image"}},
	{0, "OggS", File{What: "an Ogg file"}},
	{0, "GIF8", File{"a GIF image", doName + "gif."}},
	{0, "\x89PNG", File{What: "a PNG image"}},
	{0, "\xFF\xD8\xFF", File{What: "a JPEG image"}},
	{0, "II*\x00", File{"a TIFF or raw image", doImage}},
	{0, "MM\x00*", File{"a TIFF or raw image", doImage}},
	{0, "8BPS", File{"a Photoshop image", doImage}},
	{4, "jP  ", File{"a JPEG 2000 image", doImage}},
	{4, "JXL ", File{"a JPEG XL image", doImage}},
	{0, "\xFF\x0A", File{"a JPEG XL image", doImage}},
	{0, "\x00\x00\x01\x00", File{"an icon (ICO)", doImage}},
	{0, "FLV\x01", File{What: "a Flash video"}},
	{0, "DKIF", File{What: "an IVF file"}},
	{0, "YUV4MPEG2", File{What: "a Y4M file"}},
	{0, "\x00\x00\x01\xBA", File{What: "an MPEG program stream"}},
	{0, "\x30\x26\xB2\x75", File{What: "a Windows Media file"}},
	{0, "ID3", File{What: "an MP3 audio file"}},
	{0, "fLaC", File{What: "a FLAC audio file"}},
	{0, "%PDF", File{What: "a PDF document"}},
	{0, "PK\x03\x04", File{"a ZIP archive", "Please unpack it and upload the WebM video (VP8, VP9 or AV1)."}},
	{0, "\x1F\x8B", File{"a gzip archive", "Please unpack it and upload the WebM video (VP8, VP9 or AV1)."}},
}

// texts are the beginnings of texts, in lower case and without space before them.
var texts = []struct {
	prefix string
	File
}{
	{"data:", File{"a data: URL", "Please decode the Base64 behind its comma and upload the bytes."}},
	{"blob:", File{"the text of a blob: URL", DoBytes}},
	{"<!doctype html", File{"a web page (HTML), perhaps the error page of a server", doAddress}},
	{"<html", File{"a web page (HTML), perhaps the error page of a server", doAddress}},
	{"<head", File{"a web page (HTML), perhaps the error page of a server", doAddress}},
	{"<body", File{"a web page (HTML), perhaps the error page of a server", doAddress}},
	{"<?xml", File{"an XML document, perhaps the error message of a server", doAddress}},
	{"<error", File{"an XML document, perhaps the error message of a server", doAddress}},
	{"http/1.", File{"the answer of a web server with its header", DoBytes}},
	{"[object ", File{"the text that JavaScript makes of an object", "Please upload the Blob itself, not its text."}},
	{"{", File{"a JSON text", DoBytes}},
	{"gkxfo", File{"the Base64 text of a WebM video", "Please decode it and upload the bytes."}},
	{"1a45dfa3", File{"the hexadecimal text of a WebM video", "Please decode it and upload the bytes."}},
}

// Mangled is a file whose bytes were taken for text on their way.
var Mangled = File{"one whose bytes were converted as if they were text (UTF-8)", "Please upload the bytes unchanged, not as a string."}

// Beginning returns what a file seems to be that begins with head: a text, or a
// format with a signature. It reports false for one that it does not know.
func Beginning(head []byte) (File, bool) {
	if f, ok := text(head); ok {
		return f, true
	}
	for _, s := range signatures {
		if len(head) > s.offset && bytes.HasPrefix(head[s.offset:], []byte(s.magic)) {
			return s.File, true
		}
	}
	if len(head) > 376 && head[0] == 0x47 && head[188] == 0x47 && head[376] == 0x47 {
		return File{What: "an MPEG transport stream"}, true
	}
	if len(head) > 9 && bytes.HasPrefix(head, []byte("BM")) && bytes.Equal(head[6:10], make([]byte, 4)) { // a reserved field
		return File{"a BMP image", doImage}, true
	}
	return File{}, false
}

// Unknown returns what to call a file that Beginning does not know: an empty
// one, a text by its first words, or something unknown.
func Unknown(head []byte) File {
	switch {
	case len(head) == 0:
		return File{What: "empty"}
	case utf8.Valid(head[:max(0, len(head)-3)]) && !bytes.ContainsRune(head, 0):
		return words(head)
	}
	return File{What: "something unknown"}
}

// form matches the beginning of a web form: a line of a boundary, then a header.
var form = regexp.MustCompile(`^--[^\r\n]{1,200}\r?\n(?i:content-)`)

// text recognizes texts by their beginning.
func text(head []byte) (File, bool) {
	if form.Match(head) {
		return File{"a web form (multipart/form-data) around a file", "Please send the bytes of the file itself as the body of the PUT, not a form."}, true
	}
	if bytes.HasPrefix(head, []byte("\x1A\x45\xC3\x9F\xC2\xA3")) || bytes.HasPrefix(head, []byte("\x1A\x45\xEF\xBF\xBD")) {
		return Mangled, true
	}
	b := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")), " \t\r\n\"'")
	for bytes.HasPrefix(b, []byte("<!--")) {
		_, rest, ok := bytes.Cut(b, []byte("-->"))
		if !ok {
			break
		}
		b = bytes.TrimLeft(rest, " \t\r\n")
	}
	low := bytes.ToLower(b[:min(len(b), 32)])
	if bytes.HasPrefix(low, []byte("<svg")) || bytes.HasPrefix(low, []byte("<?xml")) && bytes.Contains(b[:min(len(b), 1024)], []byte("<svg")) {
		return File{"an SVG image", "Please draw it as a PNG and have it analyzed as an image."}, true
	}
	for _, t := range texts {
		if bytes.HasPrefix(low, []byte(t.prefix)) {
			return t.File, true
		}
	}
	return File{}, false
}

// words describes a text that nothing else is known of.
func words(head []byte) File {
	line := strings.Join(strings.Fields(string(head[:min(len(head), 200)])), " ")
	if len(head) >= 64 && !strings.ContainsFunc(line, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+/=-_", r)
	}) {
		return File{"a Base64 text", "Please decode it and upload the bytes."}
	}
	if r := []rune(line); len(r) > 40 {
		line = string(r[:40]) + "…"
	}
	return File{fmt.Sprintf("a text that begins with %q", line), DoBytes}
}
