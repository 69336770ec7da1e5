package planes

import (
	"encoding/binary"
	"image"
)

// ToLimited turns full-range samples (0..255) into limited range (luma
// 16..235, chroma 16..240) in place. Browsers' recorders write full range, so
// this is the common case: it is a multiplication by 220/256 (225/256; exactly it
// would be 219.86 and 224.88) that is off by at most one step.
func ToLimited(img *image.YCbCr) {
	scaleSamples(img.Y, 220, 16*256+90)
	scaleSamples(img.Cb, 225, 128*256-128*225+120)
	scaleSamples(img.Cr, 225, 128*256-128*225+120)
}

// scaleSamples replaces every v by (v*mul + add) >> 8; 255*mul + add must fit 16 bits.
func scaleSamples(b []byte, mul, add uint16) {
	scaleWords(b[scaleBlocks(b, mul, add):], uint64(mul), uint64(add))
}

// scaleWords is scaleSamples in plain Go: eight samples at a time in one register.
func scaleWords(b []byte, mul, add uint64) {
	const lanes = 0x0001000100010001
	const low = 0x00FF00FF00FF00FF
	bias := add * lanes
	n := len(b) &^ 7
	for i := 0; i < n; i += 8 {
		v := binary.LittleEndian.Uint64(b[i:])
		even := ((v&low)*mul + bias) >> 8 & low
		odd := ((v>>8&low)*mul + bias) & (low << 8)
		binary.LittleEndian.PutUint64(b[i:], even|odd)
	}
	for i := n; i < len(b); i++ {
		b[i] = byte((uint64(b[i])*mul + add) >> 8)
	}
}
