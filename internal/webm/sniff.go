package webm

import (
	"bytes"
	"unicode/utf8"
)

// signatures are the beginnings of files that people mistake for WebM.
var signatures = []struct {
	offset int
	magic  string
	name   string
}{
	{4, "ftyp", "an MP4 or QuickTime file"},
	{4, "moov", "a QuickTime file"},
	{4, "mdat", "a QuickTime file"},
	{0, "#EXTM3U", "an HLS playlist"},
	{8, "AVI ", "an AVI file"},
	{8, "WAVE", "a WAV sound file"},
	{8, "WEBP", "a WebP picture"},
	{0, "OggS", "an Ogg file"},
	{0, "GIF8", "a GIF picture"},
	{0, "\x89PNG", "a PNG picture"},
	{0, "\xFF\xD8\xFF", "a JPEG picture"},
	{0, "FLV\x01", "a Flash video"},
	{0, "DKIF", "an IVF file"},
	{0, "YUV4MPEG2", "a Y4M file"},
	{0, "\x00\x00\x01\xBA", "an MPEG program stream"},
	{0, "\x30\x26\xB2\x75", "a Windows Media file"},
	{0, "ID3", "an MP3 sound file"},
	{0, "fLaC", "a FLAC sound file"},
	{0, "%PDF", "a PDF document"},
	{0, "PK\x03\x04", "a ZIP archive"},
	{0, "\x1F\x8B", "a gzip archive"},
	{0, "<!DOCTYPE html", "a web page"},
	{0, "<html", "a web page"},
	{0, "<?xml", "an XML document"},
	{0, "{", "a JSON text"},
}

// sniff names what a file that is not EBML seems to be; head is its beginning.
func sniff(head []byte) string {
	if len(head) == 0 {
		return "empty"
	}
	for _, s := range signatures {
		if len(head) > s.offset && bytes.HasPrefix(head[s.offset:], []byte(s.magic)) {
			return s.name
		}
	}
	if len(head) > 376 && head[0] == 0x47 && head[188] == 0x47 && head[376] == 0x47 {
		return "an MPEG transport stream"
	}
	if utf8.Valid(head[:max(0, len(head)-3)]) && !bytes.ContainsRune(head, 0) {
		return "a text"
	}
	return "something unknown"
}
