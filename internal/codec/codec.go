// Package codec reads the beginnings of VP8, VP9 and AV1 frames: whether they
// are shown, how large they are, whether spatial layers share a block, and of VP9 which
// frames add nothing to those before and where a decoder keeps them. It never decodes a frame, and trusts
// nothing.
package codec

import "encoding/binary"

// Names of the codecs, as Matroska has them.
const (
	VP8 = "V_VP8"
	VP9 = "V_VP9"
	AV1 = "V_AV1"
)

// MaxHeader is how many bytes of a frame are looked at: the sequence header of
// AV1 needs most.
const MaxHeader = 40

// Size is the width and height of a frame in pixels; zero is unknown.
type Size struct{ W, H int }

// Block is where the frame, or superframe, of a block lies: the bytes from At
// to End.
type Block struct{ At, End int64 }

// Read returns up to n bytes at a position, fewer at the end; they are valid
// until the next call.
type Read func(at int64, n int) []byte

// Parser reads the frames of one stream after the other, in order.
type Parser struct {
	Size   Size // of the latest frame that is shown
	Layers bool // VP9: there was a superframe with several frames that are shown

	codec string
	refs  [8]Size // VP9: of the frames that later ones refer to
	head  [MaxHeader]byte
}

// Reset begins another stream; what was seen of layers stays.
func (f *Parser) Reset(codec string) { *f = Parser{codec: codec, Layers: f.Layers} }

// Shown returns how many frames a block shows: 1, or 0 when it holds only a
// frame for reference, such as the alternate reference of VP8. head is the
// beginning of the payload, MaxHeader bytes if there are so many; it need not be
// valid behind a call of read.
func (f *Parser) Shown(read Read, head []byte, k Block) int {
	if len(head) == 0 {
		return 0
	}
	switch f.codec {
	case VP8:
		return f.vp8(head)
	case VP9:
		return f.vp9(read, f.head[:copy(f.head[:], head)], k)
	case AV1:
		f.av1(head)
	}
	return 1
}

// vp8 reads a frame tag and, in key frames, the size (RFC 6386, section 9.1).
func (f *Parser) vp8(b []byte) int {
	if b[0]&0x01 == 0 && len(b) >= 10 && b[3] == 0x9D && b[4] == 0x01 && b[5] == 0x2A {
		f.Size = Size{int(binary.LittleEndian.Uint16(b[6:]) & 0x3FFF), int(binary.LittleEndian.Uint16(b[8:]) & 0x3FFF)}
	}
	return int(b[0] >> 4 & 1)
}

// vp9 reads the frames of a block: one, or a superframe with an index at its
// end (VP9 bitstream specification 0.6, annex B).
func (f *Parser) vp9(read Read, head []byte, k Block) int {
	sizes := superframe(read, k)
	if len(sizes) < 2 {
		if shown, ok := f.vp9Frame(head); ok && !shown {
			return 0
		}
		return 1 // a damaged frame is the decoder's business
	}
	shown, at := 0, k.At
	for i, n := range sizes {
		if i > 0 {
			head = read(at, min(n, MaxHeader))
		}
		if s, ok := f.vp9Frame(head[:min(n, len(head))]); ok && s {
			shown++
		}
		at += int64(n)
	}
	f.Layers = f.Layers || shown > 1
	return min(shown, 1)
}

// superframe returns the sizes of the frames that the index of a superframe
// lists; none where there is no index.
func superframe(read Read, k Block) []int {
	mark := read(k.End-1, 1)
	if len(mark) == 0 || mark[0]&0xE0 != 0xC0 || k.End-1 < k.At {
		return nil
	}
	frames, width := int(mark[0]&7)+1, int(mark[0]>>3&3)+1
	length := int64(2 + frames*width)
	if length > k.End-k.At {
		return nil
	}
	m, b := mark[0], read(k.End-length, int(length))
	if int64(len(b)) != length || b[0] != m {
		return nil
	}
	sizes, rest := make([]int, 0, frames), k.End-k.At-length
	for b = b[1:]; len(sizes) < frames; b = b[width:] {
		n := 0
		for i := range width {
			n |= int(b[i]) << (8 * i)
		}
		if int64(n) > rest || n == 0 {
			return nil
		}
		sizes, rest = append(sizes, n), rest-int64(n)
	}
	return sizes
}

// vp9Frame reads an uncompressed header up to the frame's size (section 6.2)
// and reports whether the frame is shown.
func (f *Parser) vp9Frame(b []byte) (shown, ok bool) {
	r := bitReader{b: b}
	if r.bits(2) != 2 {
		return false, false
	}
	profile := r.bits(1) | r.bits(1)<<1
	if profile == 3 {
		r.bits(1)
	}
	if r.bits(1) == 1 { // show_existing_frame
		f.Size = f.refs[r.bits(3)]
		return true, r.ok()
	}
	key := r.bits(1) == 0
	shown = r.bits(1) == 1
	resilient := r.bits(1) == 1
	if !r.ok() {
		return shown, false
	}
	size, refresh := f.vp9Size(&r, profile, key, shown, resilient)
	if !r.ok() {
		return shown, true
	}
	for i := range f.refs {
		if refresh>>i&1 == 1 {
			f.refs[i] = size
		}
	}
	if shown {
		f.Size = size
	}
	return shown, true
}

// vp9Size returns the size of a frame and which references it replaces.
func (f *Parser) vp9Size(r *bitReader, profile int, key, shown, resilient bool) (size Size, refresh int) {
	intra := false
	if !key {
		intra = !shown && r.bits(1) == 1
		if !resilient {
			r.bits(2)
		}
	}
	explicit := func() Size { return Size{r.bits(16) + 1, r.bits(16) + 1} }
	switch {
	case key:
		r.bits(24)
		vp9Color(r, profile)
		return explicit(), 0xFF
	case intra:
		r.bits(24)
		if profile > 0 {
			vp9Color(r, profile)
		}
		refresh = r.bits(8)
		return explicit(), refresh
	}
	refresh = r.bits(8)
	var refs [3]int
	for i := range refs {
		refs[i] = r.bits(3)
		r.bits(1)
	}
	for _, ref := range refs {
		if r.bits(1) == 1 {
			return f.refs[ref], refresh
		}
	}
	return explicit(), refresh
}

// vp9Color reads over color_config.
func vp9Color(r *bitReader, profile int) {
	if profile >= 2 {
		r.bits(1)
	}
	const rgb = 7
	space, odd := r.bits(3), profile == 1 || profile == 3
	switch {
	case space != rgb && odd:
		r.bits(4)
	case space != rgb || odd:
		r.bits(1)
	}
}

// av1 reads the sequence header at the start of a block, if there is one
// (AV1 bitstream specification, section 5.5).
func (f *Parser) av1(b []byte) {
	for len(b) > 2 {
		const delimiter, sequence = 2, 1
		kind, extended, sized := b[0]>>3&15, b[0]>>2&1, b[0]>>1&1 == 1
		b = b[1+extended:]
		n := len(b)
		if sized {
			if n = int(b[0] & 0x7F); b[0]&0x80 != 0 {
				return // longer than any sequence header
			}
			b = b[1:]
		}
		switch kind {
		case delimiter:
			b = b[min(n, len(b)):]
			continue
		case sequence:
			if d, ok := av1Sequence(b[:min(n, len(b))]); ok {
				f.Size = d
			}
		}
		return
	}
}

// av1Sequence returns the largest size of a sequence's frames.
func av1Sequence(b []byte) (Size, bool) {
	r := bitReader{b: b}
	r.bits(4)           // seq_profile, still_picture
	if r.bits(1) == 1 { // reduced_still_picture_header
		r.bits(5)
	} else {
		delay, model := 0, false
		if r.bits(1) == 1 { // timing_info_present_flag
			r.bits(64)
			if r.bits(1) == 1 {
				r.uvlc()
			}
			if model = r.bits(1) == 1; model {
				delay = r.bits(5) + 1
				r.bits(42)
			}
		}
		display := r.bits(1) == 1
		for range r.bits(5) + 1 {
			r.bits(12)
			if r.bits(5) > 7 {
				r.bits(1)
			}
			if model && r.bits(1) == 1 {
				r.bits(2*delay + 1)
			}
			if display && r.bits(1) == 1 {
				r.bits(4)
			}
		}
	}
	w, h := r.bits(4)+1, r.bits(4)+1
	d := Size{r.bits(w) + 1, r.bits(h) + 1}
	return d, r.ok()
}

// bitReader reads bits, the highest first; zeros behind the end.
type bitReader struct {
	b   []byte
	pos int
}

// bits returns the next n bits; of more than 32, the last ones.
func (r *bitReader) bits(n int) int {
	if n > 32 {
		r.pos, n = r.pos+n-32, 32
	}
	var v uint64
	if i := r.pos >> 3; i+8 <= len(r.b) {
		v = binary.BigEndian.Uint64(r.b[i:])
	} else {
		for k := range 8 {
			if v <<= 8; i+k < len(r.b) {
				v |= uint64(r.b[i+k])
			}
		}
	}
	v = v << (r.pos & 7) >> (64 - n)
	r.pos += n
	return int(v)
}

// uvlc reads over a number of variable length.
func (r *bitReader) uvlc() {
	zeros := 0
	for r.ok() && r.bits(1) == 0 {
		zeros++
	}
	r.bits(min(zeros, 32))
}

// ok reports whether no bit behind the end was read.
func (r *bitReader) ok() bool { return r.pos <= 8*len(r.b) }
