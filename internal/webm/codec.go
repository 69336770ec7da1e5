package webm

import "encoding/binary"

// maxFrameHeader is how much of a frame is looked at: the sequence header of
// AV1 needs most.
const maxFrameHeader = 40

// dim is the size of a frame in pixels; zero is unknown.
type dim struct{ w, h int }

// frameParser reads the beginnings of frames: whether they are shown, how large
// they are, and whether spatial layers share a block. It never decodes one.
type frameParser struct {
	codec  string
	size   dim    // of the latest frame that is shown
	refs   [8]dim // VP9: of the frames that later ones refer to
	layers bool   // VP9: a superframe with several frames that are shown
	head   [maxFrameHeader]byte
}

// reset begins another stream; what was seen of layers stays.
func (f *frameParser) reset(codec string) { *f = frameParser{codec: codec, layers: f.layers} }

// shown returns how many frames a block shows: 1, or 0 when it holds only a
// frame for reference, such as the alternate reference of VP8. head is the
// beginning of the payload; it is not valid behind another read of win.
func (f *frameParser) shown(win *window, head []byte, k packet) int {
	if len(head) == 0 {
		return 0
	}
	switch f.codec {
	case codecVP8:
		return f.vp8(head)
	case codecVP9:
		return f.vp9(win, f.head[:copy(f.head[:], head)], k)
	case codecAV1:
		f.av1(head)
	}
	return 1
}

// vp8 reads a frame tag and, in key frames, the size (RFC 6386, section 9.1).
func (f *frameParser) vp8(b []byte) int {
	if b[0]&0x01 == 0 && len(b) >= 10 && b[3] == 0x9D && b[4] == 0x01 && b[5] == 0x2A {
		f.size = dim{int(binary.LittleEndian.Uint16(b[6:]) & 0x3FFF), int(binary.LittleEndian.Uint16(b[8:]) & 0x3FFF)}
	}
	return int(b[0] >> 4 & 1)
}

// vp9 reads the frames of a block: one, or a superframe with an index at its
// end (VP9 bitstream specification 0.6, annex B).
func (f *frameParser) vp9(win *window, head []byte, k packet) int {
	sizes := superframe(win, k)
	if len(sizes) < 2 {
		if shown, ok := f.vp9Frame(head); ok && !shown {
			return 0
		}
		return 1 // a damaged frame is the decoder's business
	}
	shown, at := 0, k.data
	for i, n := range sizes {
		if i > 0 {
			head = win.bytes(at, min(n, maxFrameHeader))
		}
		if s, ok := f.vp9Frame(head[:min(n, len(head))]); ok && s {
			shown++
		}
		at += int64(n)
	}
	f.layers = f.layers || shown > 1
	return min(shown, 1)
}

// superframe returns the sizes of the frames that the index of a superframe
// lists; none where there is no index.
func superframe(win *window, k packet) []int {
	mark := win.bytes(k.end-1, 1)
	if len(mark) == 0 || mark[0]&0xE0 != 0xC0 || k.end-1 < k.data {
		return nil
	}
	frames, width := int(mark[0]&7)+1, int(mark[0]>>3&3)+1
	length := int64(2 + frames*width)
	if length > k.end-k.data {
		return nil
	}
	m, b := mark[0], win.bytes(k.end-length, int(length))
	if int64(len(b)) != length || b[0] != m {
		return nil
	}
	sizes, rest := make([]int, 0, frames), k.end-k.data-length
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
func (f *frameParser) vp9Frame(b []byte) (shown, ok bool) {
	r := bitReader{b: b}
	if r.bits(2) != 2 {
		return false, false
	}
	profile := r.bits(1) | r.bits(1)<<1
	if profile == 3 {
		r.bits(1)
	}
	if r.bits(1) == 1 { // show_existing_frame
		f.size = f.refs[r.bits(3)]
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
		f.size = size
	}
	return shown, true
}

// vp9Size returns the size of a frame and which references it replaces.
func (f *frameParser) vp9Size(r *bitReader, profile int, key, shown, resilient bool) (size dim, refresh int) {
	intra := false
	if !key {
		intra = !shown && r.bits(1) == 1
		if !resilient {
			r.bits(2)
		}
	}
	explicit := func() dim { return dim{r.bits(16) + 1, r.bits(16) + 1} }
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
func (f *frameParser) av1(b []byte) {
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
				f.size = d
			}
		}
		return
	}
}

// av1Sequence returns the largest size of a sequence's frames.
func av1Sequence(b []byte) (dim, bool) {
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
	d := dim{r.bits(w) + 1, r.bits(h) + 1}
	return d, r.ok()
}

// bitReader reads bits, the highest first; zeros behind the end.
type bitReader struct {
	b   []byte
	pos int
}

// bits returns the next n bits; of more than 32, the last ones.
func (r *bitReader) bits(n int) int {
	v := 0
	for range n {
		v <<= 1
		if i := r.pos >> 3; i < len(r.b) {
			v |= int(r.b[i]>>(7-r.pos&7)) & 1
		}
		v &= 1<<32 - 1
		r.pos++
	}
	return v
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
