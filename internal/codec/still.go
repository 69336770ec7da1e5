package codec

import "bytes"

// Kind is what Stills knows of a frame without decoding it.
type Kind int

// Kinds of frames.
const (
	Unknown Kind = iota // nothing is known
	Key                 // decoding can begin here; no frame behind it refers to one before
	Still               // see Stills
)

// Stills finds the frames of a VP9 stream that add nothing to those before: every block
// is predicted from frames since the last key frame, of the same size, and has no
// residual. Such a frame cannot leave the range of its references by more than what
// interpolation and the loop filter do, and not at all where all samples are 254 or 255
// (package ffmpeg's Opaque).
//
// It reads headers and block modes (VP9 bitstream specification 0.6, sections 6 and 9).
// What the calm frames of real-time encoders do not have is Unknown: residuals, intra
// blocks, new motion vectors, compound prediction, segments, probabilities that adapt
// to what was decoded. The zero value is ready; frames come in order.
type Stills struct {
	size     Size     // of the frames since the key frame
	lost     bool     // nothing is known until the next key frame
	contexts [4]probs // saved probabilities
	known    [4]bool  // and whether they are
	grid     grid
}

// probs are the probabilities that the modes of a calm frame are coded by.
type probs struct {
	skip      [3]uint8
	mode      [7][3]uint8
	filter    [4][2]uint8
	inter     [4]uint8
	single    [5][2]uint8
	partition [16][3]uint8
}

// defaultProbs hold after a key frame (section 10.5).
var defaultProbs = probs{
	skip:   [3]uint8{192, 128, 64},
	mode:   [7][3]uint8{{2, 173, 34}, {7, 145, 85}, {7, 166, 63}, {7, 94, 66}, {8, 64, 46}, {17, 81, 31}, {25, 29, 30}},
	filter: [4][2]uint8{{235, 162}, {36, 255}, {34, 3}, {149, 144}},
	inter:  [4]uint8{9, 102, 187, 225},
	single: [5][2]uint8{{33, 16}, {77, 74}, {142, 142}, {172, 170}, {238, 247}},
	partition: [16][3]uint8{
		{199, 122, 141}, {147, 63, 159}, {148, 133, 118}, {121, 104, 114},
		{174, 73, 87}, {92, 41, 83}, {82, 99, 50}, {53, 39, 39},
		{177, 58, 59}, {68, 26, 63}, {52, 79, 25}, {17, 14, 12},
		{222, 34, 30}, {72, 16, 44}, {58, 32, 12}, {10, 7, 6},
	},
}

// SameFormat reports whether two frames of VP9 are key frames of profile 0 (8 bits, 4:2:0)
// of the same size, so that frames after either can follow the other's: by the uncompressed
// header (section 6.2) from the start code to the height, without the tags of its colors.
func SameFormat(a, b []byte) bool {
	return plainKey(a) && plainKey(b) && bytes.Equal(a[1:4], b[1:4]) && (a[4]^b[4])&0xF == 0 && bytes.Equal(a[5:8], b[5:8]) && a[8]>>4 == b[8]>>4
}

// plainKey reports whether a frame is a key frame of profile 0, which is shown or not.
func plainKey(b []byte) bool { return len(b) > 8 && b[0]&0xFC == 0x80 }

// TagAs gives a frame the tags of the colors, matrix and range, of another one, where both are
// key frames of profile 0. They say what samples mean and change none.
func TagAs(frame, other []byte) {
	if plainKey(frame) && plainKey(other) {
		frame[4] = frame[4]&0xF | other[4]&0xF0
	}
}

// maxStill is the most pixels of a frame whose blocks are looked at.
const maxStill = 1 << 26

// switchable is the interpolation filter of frames whose blocks say their own.
const switchable = 4

// stillHead is what an uncompressed header says.
type stillHead struct {
	key     bool
	context int  // of the probabilities
	save    bool // the probabilities
	precise bool // motion vectors have more bits
	filter  int  // of interpolation, or switchable
	tiles   int  // log2 of the columns of tiles
	head    int  // bytes of the compressed header
	at      int  // where it begins
}

// Next says what the next frame is: the whole payload of a block.
func (s *Stills) Next(b []byte) Kind {
	h, ok := s.header(b)
	if !ok {
		s.lost = true
	}
	if h.key {
		s.lost = !ok
		if !ok {
			return Unknown
		}
	}
	if s.lost {
		return Unknown
	}
	p, understood := s.contexts[h.context], s.known[h.context]
	compressed := newBoolReader(b[h.at:][:h.head])
	p.update(&compressed, h)
	understood = understood && compressed.finished()
	if h.save {
		s.contexts[h.context], s.known[h.context] = p, understood
	}
	switch {
	case h.key:
		return Key
	case understood && s.grid.still(b[h.at+h.head:], &p, s.size, h):
		return Still
	}
	return Unknown
}

// header reads an uncompressed header (section 6.2). It reports false for what is not
// understood; key is right all the same.
func (s *Stills) header(b []byte) (h stillHead, ok bool) {
	if len(b) == 0 || b[len(b)-1]&0xE0 == 0xC0 { // perhaps a superframe
		return h, false
	}
	r := bitReader{b: b}
	if r.bits(4) != 8 || r.bits(1) == 1 { // profile 0, no repetition
		return h, false
	}
	h.key = r.bits(1) == 0
	if r.bits(1) == 0 { // it is not shown
		return h, false
	}
	resilient := r.bits(1) == 1
	refs := s.references(&r, &h, resilient)
	h.save = !resilient && r.bits(1) == 1
	if !resilient && r.bits(1) == 0 {
		return h, false // probabilities adapt
	}
	h.context = r.bits(2)
	if h.key || resilient {
		h.context = 0
		for i := range s.contexts {
			s.contexts[i], s.known[i] = defaultProbs, true
		}
	}
	return h, refs && s.rest(&r, &h) && h.at+h.head <= len(b) && h.head > 0
}

// references reads the part of the header that depends on the frame's type, and reports
// false for references of another size, or of which two can be combined.
func (s *Stills) references(r *bitReader, h *stillHead, resilient bool) bool {
	if h.key {
		sync := r.bits(24)
		vp9Color(r, 0)
		s.size = Size{r.bits(16) + 1, r.bits(16) + 1}
		if r.bits(1) == 1 { // the size to be shown
			r.bits(32)
		}
		return sync == 0x498342 && s.size.W*s.size.H <= maxStill
	}
	if !resilient {
		r.bits(2) // what intra frames reset
	}
	r.bits(8)
	signs := 0
	for range 3 {
		r.bits(3)
		signs += r.bits(1)
	}
	sized := false
	for range 3 {
		if sized = r.bits(1) == 1; sized {
			break
		}
	}
	if r.bits(1) == 1 {
		r.bits(32)
	}
	h.precise = r.bits(1) == 1
	if h.filter = switchable; r.bits(1) == 0 {
		h.filter = r.bits(2)
	}
	return sized && (signs == 0 || signs == 3)
}

// rest reads the header from the loop filter on.
func (s *Stills) rest(r *bitReader, h *stillHead) bool {
	r.bits(9)
	deltas := r.bits(1) == 1 // of the loop filter
	if deltas && r.bits(1) == 1 {
		for range 6 {
			if r.bits(1) == 1 {
				r.bits(7)
			}
		}
	}
	if r.bits(8) == 0 { // perhaps without losses
		return false
	}
	for range 3 {
		if r.bits(1) == 1 {
			r.bits(5)
		}
	}
	if r.bits(1) == 1 { // segments
		return false
	}
	blocks := (s.size.W + 63) / 64
	least, most := 0, 1
	for 64<<least < blocks {
		least++
	}
	for blocks>>most >= 4 {
		most++
	}
	for h.tiles = least; h.tiles < most-1 && r.bits(1) == 1; {
		h.tiles++
	}
	if r.bits(1) == 1 { // rows of tiles
		return false
	}
	h.head = r.bits(16)
	h.at = (r.pos + 7) / 8
	return r.ok()
}

// update reads a compressed header (section 6.3) as far as the modes need it.
func (p *probs) update(r *boolReader, h stillHead) {
	skip := func(n int) {
		for range n {
			r.update(new(uint8))
		}
	}
	largest := r.literal(2) // transform size
	if largest == 3 && r.literal(1) == 1 {
		skip(2*1 + 2*2 + 2*3)
	}
	for range largest + 1 {
		if r.literal(1) == 1 {
			skip(2 * 2 * (3 + 5*6) * 3) // coefficients
		}
	}
	all := func(v []uint8) {
		for i := range v {
			r.update(&v[i])
		}
	}
	all(p.skip[:])
	if h.key {
		return
	}
	for i := range p.mode {
		all(p.mode[i][:])
	}
	if h.filter == switchable {
		for i := range p.filter {
			all(p.filter[i][:])
		}
	}
	all(p.inter[:])
	for i := range p.single {
		all(p.single[i][:])
	}
	skip(4 * 9) // modes of intra blocks
	for i := range p.partition {
		all(p.partition[i][:])
	}
	motion := 3 + 2*(1+10+1+10) + 2*(2*3+3)
	if h.precise {
		motion += 2 * 2
	}
	for range motion {
		if r.bool(252) {
			r.literal(7)
		}
	}
}
