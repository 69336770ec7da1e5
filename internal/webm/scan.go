package webm

import (
	"bytes"
	"io"
	"math"
	"time"

	"github.com/saccade-dev/saccade"
)

// Scan reads the structure of a file of size bytes and seeks over everything
// else. Errors that are the file's fault are *[saccade.Error]:
// CodeInvalidInput when it is not WebM, has no video track or a codec other
// than VP8, VP9 and AV1; CodeUnreadableVideo when it is damaged beyond use or
// encrypted. Other errors come from r.
//
// A file that merely ends early is accepted as long as it holds a complete
// frame; Info.Truncated tells.
func Scan(r io.ReaderAt, size int64) (Info, error) {
	s := scanner{win: window{r: r, size: size, buf: make([]byte, windowSize)}, scale: 1e6}
	if err := s.docType(); err != nil {
		return Info{}, err
	}
	for s.pos < size && s.win.err == nil {
		if !s.step() {
			break
		}
	}
	if s.win.err != nil {
		return Info{}, s.win.err
	}
	return s.info()
}

const (
	windowSize = 1 << 10
	// maxTracks bounds the track list: real ones have some hundred bytes.
	maxTracks = 1 << 20
	// maxElement bounds a believable element that reaches past the end: a
	// larger size is noise, not truncation.
	maxElement = 32 << 20
)

// scanner is the state of one walk. The tree is walked flat: masters are
// entered by stepping over their header, so that their own sizes, which lie in
// truncated files and are unknown in recordings, are never needed.
type scanner struct {
	win       window
	pos       int64
	scale     uint64 // ns per tick
	declared  float64
	durAt     int64 // position of the Duration's payload; 0 = none
	durLen    int
	tracks    []track
	video     *track
	audio     uint64 // its track number
	hasAudio  bool
	cluster   uint64 // its timestamp, in ticks
	stats     stats
	truncated bool
	lost      int64 // bytes that are no structure we know
}

// docType requires the EBML header of a WebM file.
func (s *scanner) docType() error {
	head := s.win.bytes(0, 512)
	if s.win.err != nil {
		return s.win.err
	}
	e, ok := parseElement(head)
	if !ok || e.id != idEBML {
		what := sniff(head)
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: it is %s. Please upload WebM (VP8, VP9 or AV1).", what)
	}
	if e.size == unknownSize || e.size > int64(len(head)-e.head) {
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: its EBML header is broken.")
	}
	doc := "matroska" // the standard's default
	children(head[e.head:int64(e.head)+e.size], func(id uint32, p []byte) {
		if id == idDocType {
			doc = trimZeros(p)
		}
	})
	if doc != "webm" {
		return saccade.Errorf(saccade.CodeInvalidInput, "The file is not a WebM video: its document type is %q. Please convert it to WebM; renaming does not.", doc)
	}
	s.pos = int64(e.head) + e.size
	return nil
}

// step handles the element at pos. It reports false at the end.
func (s *scanner) step() bool {
	e, ok := parseElement(s.win.bytes(s.pos, maxHeader))
	if !ok || !known(e.id) || (e.size == unknownSize && !entered(e.id)) {
		if !ok && s.win.size-s.pos < maxHeader {
			s.truncated = true
			return false
		}
		return s.resync()
	}
	body := s.pos + int64(e.head)
	cut := e.size > s.win.size-body
	if cut && !entered(e.id) && e.size > maxElement {
		return s.resync()
	}
	s.truncated = s.truncated || cut
	if entered(e.id) {
		s.pos = body
		return true
	}
	if cut {
		return false
	}
	s.pos = body + e.size
	s.visit(e, body)
	return true
}

// visit reads a complete element.
func (s *scanner) visit(e element, body int64) {
	switch e.id {
	case idInfo:
		s.readInfo(body, e.size)
	case idTracks:
		if s.tracks == nil && e.size <= maxTracks {
			s.choose(parseTracks(s.win.read(body, int(e.size))))
		}
	case idTimestamp:
		s.cluster = parseUint(s.win.bytes(body, int(min(e.size, 8))))
	case idSimpleBlock:
		s.block(body, e.size, -1)
	case idBlockGroup:
		s.group(body, e.size)
	}
}

// known reports whether the id may stand where step looks. Anything else is
// damage: its size must not be believed.
func known(id uint32) bool {
	switch id {
	case idSegment, idInfo, idTracks, idCluster, idTimestamp, idSimpleBlock, idBlockGroup, idCues, idTags,
		idSeekHead, idChapters, idAttachments, idVoid, idCRC32, 0xAB /* PrevSize */, 0xA7, /* Position */
		0x5854 /* SilentTracks */, 0xAF /* EncryptedBlock */ :
		return true
	}
	return false
}

// entered reports whether step walks into the element.
func entered(id uint32) bool { return id == idSegment || id == idCluster }

// resync looks for the next cluster after damage.
func (s *scanner) resync() bool {
	const chunk = 256 << 10
	magic := []byte{0x1F, 0x43, 0xB6, 0x75}
	for at := s.pos + 1; at < s.win.size; at += chunk - 3 {
		b := s.win.read(at, int(min(chunk, s.win.size-at)))
		if i := bytes.Index(b, magic); i >= 0 {
			s.lost += at + int64(i) - s.pos
			s.pos = at + int64(i)
			return true
		}
	}
	s.lost += s.win.size - s.pos
	return false
}

// readInfo reads the segment's Info element.
func (s *scanner) readInfo(body, size int64) {
	b := s.win.read(body, int(min(size, 64<<10)))
	children(b, func(id uint32, p []byte) {
		switch id {
		case idTimestampScale:
			if v := parseUint(p); v > 0 && v <= uint64(time.Hour) {
				s.scale = v
			}
		case idDuration:
			s.declared = parseFloat(p)
			// p is a slice of b: what is left of it tells where p began.
			s.durAt, s.durLen = body+int64(cap(b)-cap(p)), len(p)
		}
	})
}

// choose picks the first track of each kind, as the decoder does.
func (s *scanner) choose(tracks []track) {
	s.tracks = tracks
	for i := range tracks {
		switch t := &tracks[i]; {
		case t.kind == kindVideo && s.video == nil:
			s.video = t
		case t.kind == kindAudio && !s.hasAudio:
			s.hasAudio, s.audio = true, t.number
		}
	}
}

// time turns ticks into a time; what does not fit becomes the latest time.
func (s *scanner) time(ticks float64) time.Duration {
	v := ticks * float64(s.scale)
	if math.IsNaN(v) || v >= math.MaxInt64/4 {
		return math.MaxInt64 / 4
	}
	return time.Duration(max(v, -math.MaxInt64/4))
}

// group reads a BlockGroup: the block and, behind it, its duration.
func (s *scanner) group(body, size int64) {
	end := body + size
	var at, n int64 = 0, -1
	dur := time.Duration(-1)
	for body < end {
		e, ok := parseElement(s.win.bytes(body, maxHeader))
		body += int64(e.head)
		if !ok || e.size == unknownSize || e.size > end-body {
			break
		}
		switch e.id {
		case idBlock:
			at, n = body, e.size
		case idBlockDuration:
			dur = s.time(float64(parseUint(s.win.bytes(body, int(min(e.size, 8))))))
		}
		body += e.size
	}
	if n >= 0 {
		s.block(at, n, dur)
	}
}

// block counts one complete block; dur < 0 means: not told.
func (s *scanner) block(body, size int64, dur time.Duration) {
	b := s.win.bytes(body, int(min(size, 24)))
	number, n, ok := parseSize(b)
	if !ok || len(b) < n+4 {
		return
	}
	rel := int16(uint16(b[n])<<8 | uint16(b[n+1]))
	pts := s.time(float64(s.cluster) + float64(rel))
	switch {
	case s.video != nil && uint64(number) == s.video.number:
		lacing := b[n+2]&0x06 != 0
		frames := 1
		if lacing {
			frames += int(b[n+3])
		}
		if !lacing && !s.video.encoded && s.hidden(b[n+3:], body+size) {
			return
		}
		s.stats.add(pts, dur, frames, s.video.def)
	case s.hasAudio && uint64(number) == s.audio:
		s.stats.audioEnd = max(s.stats.audioEnd, pts)
	}
}

// hidden reports whether a block holds only a frame that is never shown, such
// as VP8's alternate reference. head is the payload's beginning, end its end.
func (s *scanner) hidden(head []byte, end int64) bool {
	if len(head) == 0 {
		return true
	}
	switch s.video.codec {
	case "V_VP8":
		return head[0]&0x10 == 0
	case "V_VP9":
		// marker 10, profile, show_existing_frame, frame_type, show_frame;
		// profile 3 has one bit more. A superframe ends in a marker 110.
		const existing, shown = 0x08, 0x02
		if head[0]&0xC0 != 0x80 || head[0]&0x30 == 0x30 || head[0]&(existing|shown) != 0 {
			return false
		}
		last := s.win.bytes(end-1, 1)
		return len(last) == 1 && last[0]&0xE0 != 0xC0
	}
	return false
}

// info sums up.
func (s *scanner) info() (Info, error) {
	switch {
	case s.tracks == nil && (s.truncated || s.lost > 0):
		return Info{}, saccade.Errorf(saccade.CodeUnreadableVideo, "The WebM file is damaged: it ends before its first frame. Please record or export it again.")
	case s.video == nil && s.hasAudio:
		return Info{}, saccade.Errorf(saccade.CodeInvalidInput, "The WebM file holds sound only; a video track is needed.")
	case s.video == nil:
		return Info{}, saccade.Errorf(saccade.CodeInvalidInput, "The WebM file has no video track.")
	}
	codec, ok := map[string]string{"V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av1"}[s.video.codec]
	switch {
	case !ok:
		return Info{}, saccade.Errorf(saccade.CodeInvalidInput, "The video's codec %q is not one of WebM's. Please encode it as VP8, VP9 or AV1.", s.video.codec)
	case s.video.encrypted:
		return Info{}, saccade.Errorf(saccade.CodeUnreadableVideo, "The video is encrypted. Please upload it without protection.")
	case s.video.w == 0 || s.video.h == 0:
		return Info{}, saccade.Errorf(saccade.CodeUnreadableVideo, "The WebM file is damaged: its pictures have no size. Please record or export it again.")
	case 2*s.lost > s.win.size:
		return Info{}, saccade.Errorf(saccade.CodeUnreadableVideo, "Most of the WebM file is damaged. Please record or export it again.")
	case s.stats.frames == 0:
		return Info{}, saccade.Errorf(saccade.CodeUnreadableVideo, "The WebM file holds no complete frame. Please record or export it again.")
	}
	i := Info{
		Codec: codec, Width: s.video.w, Height: s.video.h, Rotation: s.video.rotation(), Colour: s.video.colour,
		Frames: s.stats.frames, FirstPTS: s.stats.first, LastPTS: s.stats.last, AudioEnd: s.stats.audioEnd,
		HasAudio: s.hasAudio, HasAlpha: s.video.alpha, Truncated: s.truncated,
	}
	i.AspectNum, i.AspectDen = s.video.pixelAspect()
	if s.declared > 0 {
		i.Declared = s.time(s.declared)
	}
	s.stats.end(&i, s.video.def)
	return i, nil
}

// stats are the running figures of the tracks.
type stats struct {
	frames      int
	first, last time.Duration
	lastDur     time.Duration // of the block at last; < 0: not told
	audioEnd    time.Duration
}

func (t *stats) add(pts, dur time.Duration, frames int, def time.Duration) {
	end := pts + time.Duration(frames-1)*def // laced frames follow one another
	if t.frames == 0 {
		t.first, t.last, t.lastDur = pts, end, dur
	}
	if end >= t.last {
		t.last, t.lastDur = end, dur
	}
	t.first = min(t.first, pts)
	t.frames += frames
}

// defaultFrame is the length of a lone frame of which nothing is told.
const defaultFrame = time.Second / 30

// end fills in what depends on the length of the last frame. A header's
// Duration is believed when it is the pictures' own (no sound, not truncated)
// and lies just behind the last frame; screen recordings hold it for long.
func (t *stats) end(i *Info, def time.Duration) {
	i.Frame = defaultFrame
	if t.frames > 1 && t.last > t.first {
		i.Frame = (t.last - t.first) / time.Duration(t.frames-1)
	}
	if def > 0 && (t.frames == 1 || (def < 4*i.Frame && i.Frame < 4*def)) {
		i.Frame = def
	}
	hold := i.Declared - t.last
	switch {
	case t.lastDur > 0:
		i.End = t.last + t.lastDur
	case !i.Truncated && !i.HasAudio && hold > 0 && hold <= max(time.Second, 4*i.Frame):
		i.End = i.Declared
	default:
		i.End = t.last + i.Frame
	}
	i.Duration = i.End - t.first
}
