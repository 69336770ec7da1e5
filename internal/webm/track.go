package webm

import (
	"math"
	"time"
)

// Color is how the samples of a video map to light: code points of ITU-T
// H.273, as the Matroska Color element holds them. 0 means: not declared.
type Color struct {
	Matrix    int // 1 BT.709, 5 and 6 BT.601
	Range     int // 1 limited (16..235), 2 full (0..255)
	Transfer  int
	Primaries int
}

// Code points that the project looks at.
const (
	MatrixBT709  = 1
	RangeLimited = 1
	RangeFull    = 2

	transferPQ  = 16 // SMPTE ST 2084
	transferHLG = 18 // ARIB STD-B67
)

// HighRange reports whether the samples are of high dynamic range: coded by PQ or by
// HLG, which shown as they are look flat and gray.
func (c Color) HighRange() bool { return c.Transfer == transferPQ || c.Transfer == transferHLG }

// BT709 reports whether the color matrix is the one of high definition.
// Unmarked video counts as BT.601, as decoders take it.
func (c Color) BT709() bool { return c.Matrix == MatrixBT709 }

// track is one TrackEntry.
type track struct {
	place     int    // among the tracks of its kind, from 0
	raw       []byte // payload of the element
	number    uint64
	kind      uint64 // 1 video, 2 audio
	codec     string
	private   []byte        // CodecPrivate
	def       time.Duration // DefaultDuration
	w, h      int
	dispW     uint64
	dispH     uint64
	dispUnit  uint64
	alpha     bool
	fourCC    string
	color     Color
	roll      float64 // degrees, counter-clockwise
	encoded   bool    // payloads are compressed or encrypted
	encrypted bool
}

// Types of tracks, as Matroska numbers them.
const (
	kindVideo = 1
	kindAudio = 2
)

// Names of the audio codecs of WebM, as Matroska has them.
const (
	codecOpus   = "A_OPUS"
	codecVorbis = "A_VORBIS"
)

// class returns the kind of the track; kinds for one that is neither video nor
// audio.
func (t *track) class() kind {
	switch t.kind {
	case kindVideo:
		return video
	case kindAudio:
		return audio
	}
	return kinds
}

// maxSide bounds a frame's side in pixels: what the codecs can express.
const maxSide = 1 << 16

// maxTrackCount is how many tracks of a list are looked at.
const maxTrackCount = 64

// parseTracks reads the payload of a Tracks element.
func parseTracks(b []byte) []track {
	var out []track
	children(b, func(id uint32, p []byte) {
		if id == idTrackEntry && len(out) < maxTrackCount {
			out = append(out, parseTrack(p))
		}
	})
	return out
}

func parseTrack(b []byte) track {
	t := track{raw: b}
	children(b, func(id uint32, p []byte) {
		switch id {
		case idTrackNumber:
			t.number = parseUint(p)
		case idTrackType:
			t.kind = parseUint(p)
		case idCodecID:
			t.codec = trimZeros(p)
		case idCodecPrivate:
			t.private = p
		case idDefaultDuration:
			if v := parseUint(p); v < uint64(time.Minute) {
				t.def = time.Duration(v)
			}
		case idVideo:
			t.parseVideo(p)
		case idEncodings:
			t.encoded = true
			children(p, func(id uint32, p []byte) {
				children(p, func(id uint32, _ []byte) { t.encrypted = t.encrypted || id == idEncryption })
			})
		}
	})
	return t
}

func (t *track) parseVideo(b []byte) {
	children(b, func(id uint32, p []byte) {
		switch id {
		case idPixelWidth:
			t.w = int(min(parseUint(p), maxSide))
		case idPixelHeight:
			t.h = int(min(parseUint(p), maxSide))
		case idDisplayWidth:
			t.dispW = parseUint(p)
		case idDisplayHeight:
			t.dispH = parseUint(p)
		case idDisplayUnit:
			t.dispUnit = parseUint(p)
		case idAlphaMode:
			t.alpha = parseUint(p) == 1
		case idFourCC:
			t.fourCC = string(p)
		case idColor:
			t.color = parseColor(p)
		case idProjection:
			children(p, func(id uint32, p []byte) {
				if id == idPoseRoll {
					t.roll = parseFloat(p)
				}
			})
		}
	})
}

func parseColor(b []byte) Color {
	var c Color
	children(b, func(id uint32, p []byte) {
		v := int(min(parseUint(p), 255))
		switch id {
		case idMatrix:
			c.Matrix = v
		case idRange:
			c.Range = v
		case idTransfer:
			c.Transfer = v
		case idPrimaries:
			c.Primaries = v
		}
	})
	// 2 says "unspecified" in H.273.
	for _, v := range []*int{&c.Matrix, &c.Transfer, &c.Primaries} {
		if *v == 2 {
			*v = 0
		}
	}
	return c
}

// rotation is the clockwise turn, in degrees, that shows the frame upright:
// 0, 90, 180 or 270. Other angles count as 0, as players do.
func (t *track) rotation() int {
	r := math.Mod(-t.roll, 360)
	if math.IsNaN(r) || r != math.Trunc(r) || int(r)%90 != 0 {
		return 0
	}
	return (int(r) + 360) % 360
}

// pixelAspect is the display's aspect over the frame's, as a fraction; 1:1
// when nothing sensible is declared.
func (t *track) pixelAspect() (num, den uint64) {
	if t.dispUnit > 3 || t.dispW == 0 || t.dispH == 0 || t.dispW > 1<<20 || t.dispH > 1<<20 || t.w == 0 || t.h == 0 {
		return 1, 1
	}
	num, den = t.dispW*uint64(t.h), t.dispH*uint64(t.w)
	g := gcd(num, den)
	return num / g, den / g
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func trimZeros(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
