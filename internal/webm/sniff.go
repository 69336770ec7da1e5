package webm

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/saccade-dev/saccade"
)

// foreign is what a file seems to be that is not WebM, and what to do about it.
type foreign struct{ what, do string }

// Advice that several kinds share.
const (
	doUpload  = "Please upload WebM (VP8, VP9 or AV1)."
	doJoin    = "Please join all pieces of the recording, the first one first, and upload the whole."
	doBytes   = "Please upload the bytes of the file itself."
	doAddress = "Please check where the file was downloaded from, and upload the video."
)

// signatures are the beginnings of files that people mistake for WebM.
var signatures = []struct {
	offset int
	magic  string
	foreign
}{
	{4, "ftyp", foreign{what: "an MP4 or QuickTime file"}},
	{4, "moov", foreign{what: "a QuickTime file"}},
	{4, "mdat", foreign{what: "a QuickTime file"}},
	{0, "#EXTM3U", foreign{what: "an HLS playlist"}},
	{8, "AVI ", foreign{what: "an AVI file"}},
	{8, "WAVE", foreign{what: "a WAV audio file"}},
	{8, "WEBP", foreign{what: "a WebP image"}},
	{0, "OggS", foreign{what: "an Ogg file"}},
	{0, "GIF8", foreign{what: "a GIF image"}},
	{0, "\x89PNG", foreign{what: "a PNG image"}},
	{0, "\xFF\xD8\xFF", foreign{what: "a JPEG image"}},
	{0, "FLV\x01", foreign{what: "a Flash video"}},
	{0, "DKIF", foreign{what: "an IVF file"}},
	{0, "YUV4MPEG2", foreign{what: "a Y4M file"}},
	{0, "\x00\x00\x01\xBA", foreign{what: "an MPEG program stream"}},
	{0, "\x30\x26\xB2\x75", foreign{what: "a Windows Media file"}},
	{0, "ID3", foreign{what: "an MP3 audio file"}},
	{0, "fLaC", foreign{what: "a FLAC audio file"}},
	{0, "%PDF", foreign{what: "a PDF document"}},
	{0, "PK\x03\x04", foreign{"a ZIP archive", "Please unpack it and upload the WebM video (VP8, VP9 or AV1)."}},
	{0, "\x1F\x8B", foreign{"a gzip archive", "Please unpack it and upload the WebM video (VP8, VP9 or AV1)."}},
}

// texts are the beginnings of texts, in lower case and without space before them.
var texts = []struct {
	prefix string
	foreign
}{
	{"data:", foreign{"a data: URL", "Please decode the Base64 behind its comma and upload the bytes."}},
	{"blob:", foreign{"the text of a blob: URL", doBytes}},
	{"<!doctype html", foreign{"a web page (HTML), perhaps the error page of a server", doAddress}},
	{"<html", foreign{"a web page (HTML), perhaps the error page of a server", doAddress}},
	{"<head", foreign{"a web page (HTML), perhaps the error page of a server", doAddress}},
	{"<body", foreign{"a web page (HTML), perhaps the error page of a server", doAddress}},
	{"<?xml", foreign{"an XML document, perhaps the error message of a server", doAddress}},
	{"<error", foreign{"an XML document, perhaps the error message of a server", doAddress}},
	{"http/1.", foreign{"the answer of a web server with its header", doBytes}},
	{"[object ", foreign{"the text that JavaScript makes of an object", "Please upload the Blob itself, not its text."}},
	{"{", foreign{"a JSON text", doBytes}},
	{"gkxfo", foreign{"the Base64 text of a WebM video", "Please decode it and upload the bytes."}},
	{"1a45dfa3", foreign{"the hexadecimal text of a WebM video", "Please decode it and upload the bytes."}},
}

// sniffSize is how much of a file is searched for the beginning of a recording.
const sniffSize = 16 << 20

// docType requires the EBML header of a WebM file and moves behind it.
func (p *packets) docType() error {
	head := p.win.bytes(0, 512)
	if p.win.err != nil {
		return p.win.err
	}
	e, ok := parseElement(head)
	if !ok || e.id != idEBML {
		f := p.sniff(bytes.Clone(head))
		if p.err() != nil {
			return p.err()
		}
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: it is %s. %s", f.what, f.do)
	}
	if bytes.HasPrefix(head[4:], []byte("\xEF\xBF\xBD")) {
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: it is %s. %s", mangled.what, mangled.do)
	}
	if e.size == unknownSize || e.size > int64(len(head)-e.head) {
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: its EBML header is broken.")
	}
	doc := "matroska" // the standard's default
	children(head[e.head:int64(e.head)+e.size], func(id uint32, v []byte) {
		if id == idDocType {
			doc = trimZeros(v)
		}
	})
	if doc != "webm" {
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: its document type is %q. Please convert it to WebM; renaming does not.", doc)
	}
	p.pos = int64(e.head) + e.size
	return nil
}

// mangled is a file whose bytes were taken for text on their way.
var mangled = foreign{"one whose bytes were converted as if they were text (UTF-8)", "Please upload the bytes unchanged, not as a string."}

// sniff says what a file that does not begin with EBML seems to be.
func (p *packets) sniff(head []byte) foreign {
	if len(head) == 0 {
		return foreign{"empty", doUpload}
	}
	f, ok := sniffText(head)
	for _, s := range signatures {
		if !ok && len(head) > s.offset && bytes.HasPrefix(head[s.offset:], []byte(s.magic)) {
			f, ok = s.foreign, true
		}
	}
	if !ok && len(head) > 376 && head[0] == 0x47 && head[188] == 0x47 && head[376] == 0x47 {
		f, ok = foreign{what: "an MPEG transport stream"}, true
	}
	if !ok {
		f, ok = p.sniffPieces(head)
	}
	if !ok {
		f.what = "something unknown"
		if plain(head) {
			f = sniffWords(head)
		}
	}
	if f.do == "" {
		f.do = doUpload
	}
	return f
}

// form matches the beginning of a web form: a line of a boundary, then a header.
var form = regexp.MustCompile(`^--[^\r\n]{1,200}\r?\n(?i:content-)`)

// sniffText recognizes texts by their beginning.
func sniffText(head []byte) (foreign, bool) {
	if form.Match(head) {
		return foreign{"a web form (multipart/form-data) around a file", "Please send the bytes of the file itself as the body of the PUT, not a form."}, true
	}
	if bytes.HasPrefix(head, []byte("\x1A\x45\xC3\x9F\xC2\xA3")) || bytes.HasPrefix(head, []byte("\x1A\x45\xEF\xBF\xBD")) {
		return mangled, true
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
	for _, t := range texts {
		if bytes.HasPrefix(low, []byte(t.prefix)) {
			return t.foreign, true
		}
	}
	return foreign{}, false
}

// sniffWords describes a text that nothing else is known of.
func sniffWords(head []byte) foreign {
	line := strings.Join(strings.Fields(string(head[:min(len(head), 200)])), " ")
	if len(head) >= 64 && !strings.ContainsFunc(line, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+/=-_", r)
	}) {
		return foreign{"a Base64 text", "Please decode it and upload the bytes."}
	}
	if r := []rune(line); len(r) > 40 {
		line = string(r[:40]) + "…"
	}
	return foreign{fmt.Sprintf("a text that begins with %q", line), doBytes}
}

// plain reports whether the bytes are a text.
func plain(head []byte) bool {
	return utf8.Valid(head[:max(0, len(head)-3)]) && !bytes.ContainsRune(head, 0)
}

// sniffPieces recognizes a recording that lacks its beginning.
func (p *packets) sniffPieces(head []byte) (foreign, bool) {
	if i := bytes.Index(head[:min(len(head), 64)], []byte("\x42\x82\x84webm")); i >= 0 && !bytes.Contains(head[:i], []byte{0x1A, 0x45, 0xDF, 0xA3}) {
		return foreign{"a WebM file whose first bytes are missing", "Please upload it from its very first byte."}, true
	}
	size := min(p.win.size, sniffSize)
	search := window{r: p.win.r, size: size, buf: make([]byte, searchSize)}
	start := search.find(0, []byte{0x1A, 0x45, 0xDF, 0xA3})
	piece := search
	piece.at, piece.n = 0, 0
	cluster := int64(0)
	for ok := false; !ok && cluster < size && cmp.Or(search.err, piece.err) == nil && p.more(); {
		if cluster = piece.find(cluster, []byte{0x1F, 0x43, 0xB6, 0x75}); cluster >= size {
			break
		}
		if ok = p.clusterAt(cluster); !ok {
			cluster++
		}
	}
	p.search.err = cmp.Or(p.search.err, search.err, piece.err)
	switch {
	case cluster < start && start < size:
		return foreign{"made of pieces of a WebM recording in the wrong order: the first one, which holds the header, is not at the beginning", doJoin}, true
	case start < min(size, 64<<10):
		return foreign{fmt.Sprintf("a WebM file behind %d bytes that do not belong to it", start), doBytes}, true
	case start < size:
		return foreign{"made of pieces of a WebM recording in the wrong order: the first one, which holds the header, is not at the beginning", doJoin}, true
	case cluster < size:
		return foreign{"a later piece of a WebM recording, without the beginning, which holds the header", doJoin}, true
	case blockAt(head):
		return foreign{"a later piece of a WebM recording, without the beginning, which holds the header", doJoin}, true
	}
	return foreign{}, false
}

// clusterAt reports whether a cluster begins at pos: its time stamp comes first.
func (p *packets) clusterAt(pos int64) bool {
	b := p.win.bytes(pos, 2*maxHeader)
	e, ok := parseElement(b)
	if !ok || e.id != idCluster {
		return false
	}
	in, ok := parseElement(b[e.head:])
	return ok && (in.id == idTimestamp || in.id == idCRC32)
}

// blockAt reports whether head begins with a block of a low track number.
func blockAt(head []byte) bool {
	e, ok := parseElement(head)
	if !ok || e.size < 5 || e.size > maxElement || e.id != idSimpleBlock && e.id != idBlockGroup || len(head) < e.head+4 {
		return false
	}
	b := head[e.head:]
	if e.id == idBlockGroup {
		in, ok := parseElement(b)
		return ok && in.id == idBlock
	}
	return b[0] > 0x80 && b[0] < 0x90 && b[3]&0x70 == 0
}
