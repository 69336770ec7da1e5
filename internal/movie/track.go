package movie

import (
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// track is one track of a movie.
type track struct {
	id         uint32
	handler    string // "vide", "soun"
	scale      uint32 // units of time a second
	movieScale uint32 // of the edits' durations
	code       string // of the codec
	width      int
	height     int
	depth      uint16 // bits a pixel; 32: with alpha
	aspectNum  uint64
	aspectDen  uint64
	turned     bool // by a quarter
	color      webm.Color
	encrypted  bool
	outside    bool // samples lie in another file
	edits      []edit
	table      []byte // of the samples
	samples
	defaultDelta uint32 // of fragments
}

// edit is an entry of an edit list.
type edit struct {
	duration uint64 // in units of the movie; 0: to the end
	start    int64  // in units of the track; below 0: nothing is shown
}

// codecs are the names of video codecs in the boxes, and here.
var codecs = map[string]string{
	"avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc", "dvh1": "hevc", "dvhe": "hevc", "av01": "av1", "vp09": "vp9", "mp4v": "mpeg4",
}

// movCodecs are those of QuickTime beside them.
var movCodecs = map[string]string{
	"apch": "prores", "apcn": "prores", "apcs": "prores", "apco": "prores", "ap4h": "prores", "ap4x": "prores",
	"jpeg": "mjpeg", "mjpa": "mjpeg", "rle ": "qtrle", "png ": "png",
}

// codecOf returns the name of a codec; "" for one that the format does not have here.
func codecOf(code string, format saccade.Format) string {
	if name := codecs[code]; name != "" || format != saccade.FormatMOV {
		return name
	}
	return movCodecs[code]
}

func codecList(format saccade.Format) string {
	if format == saccade.FormatMOV {
		return "H.264, H.265, ProRes, Motion JPEG, Animation or PNG"
	}
	return "H.264, H.265, AV1 or VP9"
}

// alpha reports whether frames may be transparent.
func (t *track) alpha() bool {
	switch codecOf(t.code, saccade.FormatMOV) {
	case "prores", "qtrle", "png":
		return t.depth == 32
	}
	return false
}

// parseTrack reads a track, its samples excepted.
func parseTrack(b []byte, movieScale uint32) *track {
	t := &track{movieScale: movieScale, aspectNum: 1, aspectDen: 1}
	t.header(find(b, "tkhd"))
	media := find(b, "mdia")
	if h := find(media, "hdlr"); len(h) >= 12 {
		t.handler = string(h[8:12])
	}
	if h := find(media, "mdhd"); len(h) > 0 && h[0] == 1 {
		t.scale = u32(after(h, 20))
	} else {
		t.scale = u32(after(h, 12))
	}
	info := find(media, "minf")
	t.outside = external(find(info, "dinf", "dref"))
	t.table = find(info, "stbl")
	t.description(find(t.table, "stsd"))
	t.edits = parseEdits(find(b, "edts", "elst"))
	return t
}

// header reads the track's number, and whether its matrix turns it by a quarter.
func (t *track) header(b []byte) {
	skip := 12 // version, flags, two dates of 4 bytes
	if len(b) > 0 && b[0] == 1 {
		skip = 20
	}
	t.id = u32(after(b, skip))
	matrix := after(b, skip+28)
	if len(b) > 0 && b[0] == 1 {
		matrix = after(b, skip+32)
	}
	size := func(at int) float64 { return math.Abs(float64(int32(u32(after(matrix, at))))) }
	t.turned = size(4) > size(0) // b against a, of (a b u, c d v, x y w)
}

// external reports whether a table of references names another file.
func external(dref []byte) bool {
	for _, ref := range boxes(after(dref, 8)) {
		if len(ref.body) < 4 || ref.body[3]&1 == 0 {
			return true
		}
	}
	return false
}

// description reads what the samples are.
func (t *track) description(stsd []byte) {
	entries := boxes(after(stsd, 8))
	if len(entries) == 0 {
		return
	}
	e := entries[0]
	t.code = e.kind
	t.encrypted = e.kind == "encv" || e.kind == "enca" || e.kind == "drmi" || e.kind == "drms"
	if t.handler != "vide" || len(e.body) < 78 {
		return
	}
	t.width, t.height, t.depth = int(u16(e.body[24:])), int(u16(e.body[26:])), u16(e.body[74:])
	if p := find(e.body[78:], "pasp"); len(p) >= 8 && u32(p) > 0 && u32(p[4:]) > 0 {
		t.aspectNum, t.aspectDen = uint64(u32(p)), uint64(u32(p[4:]))
	}
	if c := find(e.body[78:], "colr"); len(c) >= 10 && (string(c[:4]) == "nclx" || string(c[:4]) == "nclc") {
		t.color = webm.Color{Primaries: int(u16(c[4:])), Transfer: int(u16(c[6:])), Matrix: int(u16(c[8:])), Range: webm.RangeLimited}
		if len(c) > 10 && c[10]&0x80 != 0 {
			t.color.Range = webm.RangeFull
		}
	}
}

// maxEdits is how many edits are read.
const maxEdits = 1000

func parseEdits(b []byte) []edit {
	var all []edit
	wide := len(b) > 0 && b[0] == 1
	step := 12
	if wide {
		step = 20
	}
	n := min(int(u32(after(b, 4))), maxEdits)
	for e := after(b, 8); len(e) >= step && len(all) < n; e = e[step:] {
		if wide {
			all = append(all, edit{u64(e), int64(u64(e[8:]))})
		} else {
			all = append(all, edit{uint64(u32(e)), int64(int32(u32(e[4:])))})
		}
	}
	return all
}
