package webm

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"time"
)

// Output is what [Stay] writes to, from its beginning.
type Output interface {
	io.Writer
	io.WriterAt
}

// errStay is the complaint about a file that cannot be extended.
var errStay = errors.New("webm: pictures of this file cannot stay")

// Stay copies a finished VP9 file of size bytes and lets pictures stay: at
// each of the times, which must ascend, the picture shown before is shown once
// more. That is a frame of its own, one byte long (VP9 bitstream specification
// 0.6, section 6.2, show_existing_frame), which costs neither encoder nor
// decoder anything. Sound and all other blocks are kept, in the order of their
// times even where the muxer let the sound run ahead; clusters and index are
// made anew, for the same few seconds and the same key frames.
//
// The file must be one that ffmpeg's muxer wrote to disk, in milliseconds, with
// one VP9 track in profile 0 without alpha; errors say what is different.
func Stay(dst Output, src io.ReaderAt, size int64, times []time.Duration) error {
	s := stayer{scanner: scanner{win: window{r: src, size: size, buf: make([]byte, windowSize)}, scale: 1e6}, dst: dst}
	if err := s.docType(); err != nil {
		return err
	}
	if err := s.index(); err != nil {
		return err
	}
	if err := s.insert(times); err != nil {
		return err
	}
	return s.write()
}

// stayer is the state of one copy.
type stayer struct {
	scanner
	head   []span  // what is copied as it is: the EBML header, then parts of the segment
	blocks []piece // in the order of the file, later of time
	dst    Output
	at     int64 // bytes written
	cues   []cue
}

// span is a stretch of the source file.
type span struct {
	id      uint32
	at, len int64
}

// piece is one SimpleBlock or BlockGroup of the source, or a picture that stays.
type piece struct {
	span
	time  time.Duration
	rel   int64 // where in the span the relative time stands
	video bool
	key   bool
	again []byte // the whole element of a picture that stays
}

// cue is an entry of the index.
type cue struct {
	time    time.Duration
	cluster int64 // position in the segment
}

// index lists the parts of the file, from the end of the EBML header on.
func (s *stayer) index() error {
	s.head = append(s.head, span{idEBML, 0, s.pos})
	for s.pos < s.win.size {
		e, ok := parseElement(s.win.bytes(s.pos, maxHeader))
		if !ok || !known(e.id) {
			return fmt.Errorf("%w: no element at byte %d", errStay, s.pos)
		}
		if entered(e.id) {
			s.pos += int64(e.head)
			continue
		}
		if e.size == unknownSize || e.size > s.win.size-s.pos-int64(e.head) {
			return fmt.Errorf("%w: it ends within the element at byte %d", errStay, s.pos)
		}
		part := span{e.id, s.pos, int64(e.head) + e.size}
		s.pos += part.len
		switch e.id {
		case idSimpleBlock, idBlockGroup:
			if err := s.note(part, int64(e.head)); err != nil {
				return err
			}
		case idInfo, idTracks:
			s.head = append(s.head, part)
			fallthrough
		case idTimestamp:
			s.visit(e, part.at+int64(e.head))
		}
	}
	if s.win.err != nil {
		return s.win.err
	}
	if s.video == nil || s.video.codec != "V_VP9" || s.video.alpha || s.scale != 1e6 {
		return fmt.Errorf("%w: no plain VP9 track in milliseconds", errStay)
	}
	return nil
}

// note lists a block whose payload begins behind head bytes.
func (s *stayer) note(part span, head int64) error {
	b := piece{span: part, rel: head}
	if part.id == idBlockGroup {
		e, ok := parseElement(s.win.bytes(part.at+head, maxHeader))
		if !ok || e.id != idBlock {
			return fmt.Errorf("%w: a group without a block at byte %d", errStay, part.at)
		}
		b.rel += int64(e.head)
	}
	p := s.win.bytes(part.at+b.rel, 12)
	number, n, ok := parseSize(p)
	if !ok || len(p) < n+4 || b.rel+int64(n)+4 > part.len {
		return fmt.Errorf("%w: a block without a header at byte %d", errStay, part.at)
	}
	b.rel += int64(n)
	b.time = time.Duration(int64(s.cluster)+int64(int16(binary.BigEndian.Uint16(p[n:])))) * time.Millisecond
	b.video = s.video != nil && uint64(number) == s.video.number
	b.key = b.video && part.id == idSimpleBlock && p[n+2]&0x80 != 0
	s.blocks = append(s.blocks, b)
	return nil
}

// insert puts the blocks in order and the pictures that stay among them.
func (s *stayer) insert(times []time.Duration) error {
	slices.SortStableFunc(s.blocks, func(a, b piece) int { return cmp.Compare(a.time, b.time) })
	out := make([]piece, 0, len(s.blocks)+len(times))
	slot := -1 // where the decoder keeps the picture shown last
	for rest := s.blocks; len(rest)+len(times) > 0; {
		if len(rest) == 0 || len(times) > 0 && times[0] < rest[0].time {
			if slot < 0 || s.video.number > 126 {
				return fmt.Errorf("%w: none is shown before %v", errStay, times[0])
			}
			out, times = append(out, s.again(times[0], slot)), times[1:]
			continue
		}
		b := rest[0]
		if b.video { // the payload: time and flags take three bytes
			var err error
			if slot, err = slotOf(s.win.bytes(b.at+b.rel+3, 3)); err != nil {
				return fmt.Errorf("%w (at %v)", err, b.time)
			}
		}
		out, rest = append(out, b), rest[1:]
	}
	s.blocks = out
	return nil
}

// again is the picture in a slot, shown once more.
func (s *stayer) again(at time.Duration, slot int) piece {
	// marker 10, profile 0, show_existing_frame, and the slot
	e := appendElement(nil, idSimpleBlock, []byte{0x80 | byte(s.video.number), 0, 0, 0, 0x88 | byte(slot)})
	return piece{span: span{idSimpleBlock, 0, int64(len(e))}, time: at, rel: 3, again: e}
}

// slotOf reads from the start of a VP9 frame in which of its eight places the
// decoder keeps the picture (section 6.2 of the specification).
func slotOf(frame []byte) (int, error) {
	const existing, inter, shown, resilient = 0x08, 0x04, 0x02, 0x01
	switch {
	case len(frame) < 1 || frame[0]&0xF0 != 0x80:
		return 0, fmt.Errorf("%w: a frame that is not VP9 of profile 0", errStay)
	case frame[0]&existing != 0:
		return int(frame[0] & 7), nil
	case len(frame) < 3 || frame[0]&shown == 0:
		return 0, fmt.Errorf("%w: a frame that is not shown", errStay)
	case frame[0]&inter == 0: // a key frame fills all places
		return 0, nil
	}
	refresh := frame[1]
	if frame[0]&resilient == 0 { // two bits of reset_frame_context come first
		refresh = frame[1]<<2 | frame[2]>>6
	}
	if refresh == 0 {
		return 0, fmt.Errorf("%w: a frame that is not kept", errStay)
	}
	return bits.TrailingZeros8(refresh), nil
}

// Limits of a cluster; a block's time is relative to it by at most 32 s.
const (
	clusterTime = 5 * time.Second
	clusterSize = 5 << 20
)

const (
	segmentHead = 12 // bytes of a segment's header
	seekSize    = 68 // of the element that tells where Info, Tracks and Cues are
)

// write writes the whole file.
func (s *stayer) write() error {
	segment := s.head[0].len
	start := segment + segmentHead // positions count from here
	index := map[uint32]int64{}
	for _, part := range s.head {
		index[part.id] = s.at - start
		if err := s.put(s.win.read(part.at, int(part.len))); err != nil {
			return err
		}
		if part.id == idEBML { // the segment begins; filled in below
			if err := s.put(make([]byte, segmentHead+seekSize)); err != nil {
				return err
			}
		}
	}
	if err := s.clusters(start); err != nil {
		return err
	}
	index[idCues] = s.at - start
	if err := s.put(s.cueList()); err != nil {
		return err
	}
	head := appendHeader(nil, idSegment, max(s.at-start, 0x7F))
	var seeks []byte
	for _, id := range []uint32{idInfo, idTracks, idCues} {
		entry := appendElement(nil, idSeekID, binary.BigEndian.AppendUint32(nil, id))
		entry = appendElement(entry, idSeekPosition, binary.BigEndian.AppendUint64(nil, uint64(index[id])))
		seeks = appendElement(seeks, idSeek, entry)
	}
	_, err := s.dst.WriteAt(appendElement(head, idSeekHead, seeks), segment)
	return errors.Join(err, s.win.err)
}

func (s *stayer) put(b []byte) error {
	n, err := s.dst.Write(b)
	s.at += int64(n)
	return err
}

// clusters writes all blocks. A cluster begins with every key frame, and when
// the one before is long enough.
func (s *stayer) clusters(start int64) error {
	var body []byte
	var base time.Duration
	flush := func() error {
		if len(body) == 0 {
			return nil
		}
		err := s.put(append(appendHeader(nil, idCluster, int64(len(body))), body...))
		body = body[:0]
		return err
	}
	for _, b := range s.blocks {
		if b.key || len(body) > clusterSize || b.time-base > clusterTime {
			if err := flush(); err != nil {
				return err
			}
		}
		if b.key {
			s.cues = append(s.cues, cue{b.time, s.at - start})
		}
		if len(body) == 0 {
			base = max(b.time, 0)
			body = appendUint(body, idTimestamp, uint64(base/time.Millisecond))
		}
		e := b.again
		if e == nil {
			e = s.win.read(b.at, int(b.len))
		}
		rel := (b.time - base) / time.Millisecond
		if int64(len(e)) != b.len || rel < math.MinInt16 {
			return fmt.Errorf("%w: blocks out of order at %v", errStay, b.time)
		}
		binary.BigEndian.PutUint16(e[b.rel:], uint16(rel))
		body = append(body, e...)
	}
	return flush()
}

// cueList is the index by key frames.
func (s *stayer) cueList() []byte {
	var points []byte
	for _, c := range s.cues {
		place := appendUint(nil, idCueTrack, s.video.number)
		place = appendUint(place, idCueClusterPosition, uint64(c.cluster))
		point := appendUint(nil, idCueTime, uint64(max(c.time, 0)/time.Millisecond))
		points = appendElement(points, idCuePoint, appendElement(point, idCueTrackPositions, place))
	}
	return appendElement(nil, idCues, points)
}
