package webm

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// The element identifiers that matter here, marker bits included.
const (
	idEBML               = 0x1A45DFA3
	idDocType            = 0x4282
	idSegment            = 0x18538067
	idInfo               = 0x1549A966
	idTimestampScale     = 0x2AD7B1
	idDuration           = 0x4489
	idTracks             = 0x1654AE6B
	idTrackEntry         = 0xAE
	idTrackNumber        = 0xD7
	idTrackUID           = 0x73C5
	idTrackType          = 0x83
	idFlagLacing         = 0x9C
	idCodecID            = 0x86
	idCodecPrivate       = 0x63A2
	idCodecDelay         = 0x56AA
	idSeekPreRoll        = 0x56BB
	idAudio              = 0xE1
	idTrackTimeScale     = 0x23314F
	idTrackOffset        = 0x537F
	idMuxingApp          = 0x4D80
	idWritingApp         = 0x5741
	idDocTypeVersion     = 0x4287
	idDocTypeReadVersion = 0x4285
	idDefaultDuration    = 0x23E383
	idEncodings          = 0x6D80
	idEncoding           = 0x6240
	idEncryption         = 0x5035
	idVideo              = 0xE0
	idPixelWidth         = 0xB0
	idPixelHeight        = 0xBA
	idDisplayWidth       = 0x54B0
	idDisplayHeight      = 0x54BA
	idDisplayUnit        = 0x54B2
	idAlphaMode          = 0x53C0
	idFourCC             = 0x2EB524
	idColor              = 0x55B0
	idMatrix             = 0x55B1
	idRange              = 0x55B9
	idTransfer           = 0x55BA
	idPrimaries          = 0x55BB
	idProjection         = 0x7670
	idPoseRoll           = 0x7675
	idCluster            = 0x1F43B675
	idTimestamp          = 0xE7
	idSimpleBlock        = 0xA3
	idEncryptedBlock     = 0xAF
	idPosition           = 0xA7
	idPrevSize           = 0xAB
	idSilentTracks       = 0x5854
	idBlockGroup         = 0xA0
	idBlock              = 0xA1
	idBlockDuration      = 0x9B
	idBlockAdditions     = 0x75A1
	idBlockMore          = 0xA6
	idBlockAddID         = 0xEE
	idBlockAdditional    = 0xA5
	idCues               = 0x1C53BB6B
	idCuePoint           = 0xBB
	idCueTime            = 0xB3
	idCueTrackPositions  = 0xB7
	idCueTrack           = 0xF7
	idCueClusterPosition = 0xF1
	idTags               = 0x1254C367
	idSeekHead           = 0x114D9B74
	idSeek               = 0x4DBB
	idSeekID             = 0x53AB
	idSeekPosition       = 0x53AC
	idChapters           = 0x1043A770
	idAttachments        = 0x1941A469
	idVoid               = 0xEC
	idCRC32              = 0xBF
)

// unknownSize marks a master element that ends where the next one of its level
// begins: all data bits of the size set, whatever its length.
const unknownSize = -1

// maxHeader is the longest element header: 4 bytes of id, 8 of size.
const maxHeader = 12

// element is one element header.
type element struct {
	id   uint32
	size int64 // of the payload; unknownSize
	head int   // bytes of the header itself
}

// parseElement reads an element header from the start of b. It fails when b is
// too short or does not begin with a valid header.
func parseElement(b []byte) (element, bool) {
	if len(b) == 0 || b[0] < 0x10 {
		return element{}, false
	}
	n := bits.LeadingZeros8(b[0]) + 1
	if len(b) <= n {
		return element{}, false
	}
	var id uint32
	for _, c := range b[:n] {
		id = id<<8 | uint32(c)
	}
	size, m, ok := parseSize(b[n:])
	return element{id: id, size: size, head: n + m}, ok
}

// parseSize reads a variable-length size and returns its length in bytes.
func parseSize(b []byte) (size int64, n int, ok bool) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0, false
	}
	n = bits.LeadingZeros8(b[0]) + 1
	if len(b) < n {
		return 0, 0, false
	}
	v := uint64(b[0]) & (1<<(8-n) - 1)
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	if v == 1<<(7*n)-1 {
		return unknownSize, n, true
	}
	return int64(v), n, true
}

// parseUint reads a big-endian unsigned integer of up to eight bytes.
func parseUint(b []byte) uint64 {
	var v uint64
	for _, c := range b[:min(len(b), 8)] {
		v = v<<8 | uint64(c)
	}
	return v
}

// parseFloat reads a float element; 0 for a length that is not one.
func parseFloat(b []byte) float64 {
	switch len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}

// children calls visit for every child of a master's payload, as far as it is
// well-formed. Children that reach past the end are cut there.
func children(b []byte, visit func(id uint32, payload []byte)) {
	for len(b) > 0 {
		e, ok := parseElement(b)
		if !ok {
			return
		}
		b = b[e.head:]
		n := int64(len(b))
		if e.size != unknownSize {
			n = min(n, e.size)
		}
		visit(e.id, b[:n])
		b = b[n:]
	}
}

// appendElement appends an element whose size takes one byte if it can.
func appendElement(dst []byte, id uint32, payload []byte) []byte {
	return append(appendHeader(dst, id, int64(len(payload))), payload...)
}

// appendHeader appends the header of an element with size bytes of payload.
func appendHeader(dst []byte, id uint32, size int64) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		if id>>shift != 0 {
			dst = append(dst, byte(id>>shift))
		}
	}
	switch {
	case size == unknownSize:
		return append(dst, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
	case size < 0x7F:
		return append(dst, 0x80|byte(size))
	}
	return binary.BigEndian.AppendUint64(dst, 1<<56|uint64(size))
}

// appendUint appends an unsigned integer element.
func appendUint(dst []byte, id uint32, v uint64) []byte {
	n := max(1, (bits.Len64(v)+7)/8)
	dst = appendHeader(dst, id, int64(n))
	for i := n - 1; i >= 0; i-- {
		dst = append(dst, byte(v>>(8*i)))
	}
	return dst
}
