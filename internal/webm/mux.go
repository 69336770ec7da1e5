package webm

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/saccade-dev/saccade/internal/codec"
	"github.com/saccade-dev/saccade/internal/webm/dealt"
)

// SeekableWriter is what [Mux] writes to, from its beginning.
type SeekableWriter interface {
	io.Writer
	io.WriterAt
}

// Parts are what a WebM file is put together from.
type Parts struct {
	Video   Source          // a finished VP9 file; only its first track is used
	More    []Source        // other files as Video, to which the video's frames were dealt
	Dealt   dealt.Order     // of the frames in Video and More, each segment beginning with a key frame; no files: all are in Video
	Start   time.Duration   // added to the video's times
	Repeats []time.Duration // ascending times at which the frame before is shown once more
	Audio   *Source         // its audio track is copied, block by block; nil: silent
	Delay   time.Duration   // added to the audio's times
	End     time.Duration   // when the last frame ends: the declared Duration
}

// errCoded is in the chain of errors about a file that is not as expected.
var errCoded = errors.New("webm: the encoder's file cannot be used")

// Mux puts a WebM file together: the video with all its frames, the frames that are
// repeated, and the audio. A repeated frame is a frame of its own, one byte
// long (VP9 bitstream specification 0.6, section 6.2, show_existing_frame),
// which costs neither encoder nor decoder anything; with repeats the video must
// be in profile 0 without alpha. Audio keeps its packets, CodecDelay and
// DiscardPadding, and all blocks stand in the order of their times. Clusters
// and index are made anew, for a few seconds and for the key frames. Files
// to which the video was not dealt as Dealt says are an error.
func Mux(ctx context.Context, dst SeekableWriter, f Parts) error {
	m := muxer{dst: dst, parts: f}
	if err := m.index(ctx); err != nil {
		return err
	}
	if err := m.repeat(); err != nil {
		return err
	}
	return m.write()
}

// muxer is the state of one output.
type muxer struct {
	parts  Parts
	tracks [kinds]*track
	blocks []piece // later in the order of their times
	dst    SeekableWriter
	at     int64 // bytes written
	cues   []cue
}

// piece is one block of the output, or a frame that is repeated.
type piece struct {
	packet
	from   *packets
	at     time.Duration
	key    bool
	repeat []byte // the whole element of a repeated frame
}

// cue is an entry of the index.
type cue struct {
	time    time.Duration
	cluster int64 // position in the segment
}

// index lists the blocks of all sources.
func (m *muxer) index(ctx context.Context) error {
	if n, want := len(m.parts.More)+1, max(1, m.parts.Dealt.Files); n != want {
		return fmt.Errorf("%w: %d files, want %d", errCoded, n, want)
	}
	for file, src := range append([]Source{m.parts.Video}, m.parts.More...) {
		if err := m.indexVideo(newPackets(ctx, src.R, src.Size, Ordinals{}), file); err != nil {
			return err
		}
	}
	if a := m.parts.Audio; a != nil {
		p := newPackets(ctx, a.R, a.Size, a.Info.Tracks)
		for {
			k, ok := p.next()
			if !ok {
				break
			}
			if k.kind == audio {
				m.add(piece{packet: k, from: p, at: k.time + a.Info.Shift + m.parts.Delay})
			}
		}
		if err := p.err(); err != nil {
			return err
		}
	}
	slices.SortStableFunc(m.blocks, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
	return nil
}

// indexVideo lists the blocks of one of the video's files.
func (m *muxer) indexVideo(p *packets, file int) error {
	if err := p.docType(); err != nil {
		return fmt.Errorf("%w: %w", errCoded, err)
	}
	var track *track
	var times []time.Duration
	first, wasDealt := len(m.blocks), m.parts.Dealt.Files > 0
	for {
		k, ok := p.next()
		if !ok {
			break
		}
		if k.kind != video {
			continue
		}
		b := p.win.Bytes(k.data, 1)
		key := len(b) == 1 && codec.VP9Key(b[0])
		if wasDealt && (k.frames != 1 || k.alpha || !key && m.parts.Dealt.Begins(file, len(times))) {
			return fmt.Errorf("%w: frame %d of file %d cannot have been dealt", errCoded, len(times), file)
		}
		m.add(piece{packet: k, from: p, key: key})
		track, times = k.track, append(times, k.time)
	}
	if err := errors.Join(p.err(), p.clock.err); err != nil {
		return err
	}
	if track == nil || track.codec != codec.VP9 || p.truncated || p.lost > 0 {
		return fmt.Errorf("%w: it holds no whole VP9 track", errCoded)
	}
	if wasDealt {
		if err := m.parts.Dealt.Place(file, times); err != nil {
			return fmt.Errorf("%w: file %d: %w", errCoded, file, err)
		}
	}
	for i, t := range times {
		m.blocks[first+i].at = t + m.parts.Start
	}
	return nil
}

func (m *muxer) add(b piece) {
	if m.tracks[b.kind] == nil {
		m.tracks[b.kind] = b.track
	}
	m.blocks = append(m.blocks, b)
}

// repeat puts the repeated frames among the blocks.
func (m *muxer) repeat() error {
	times := m.parts.Repeats
	if len(times) == 0 {
		return nil
	}
	if m.tracks[video].alpha {
		return fmt.Errorf("%w: frames with alpha cannot be repeated", errCoded)
	}
	out := make([]piece, 0, len(m.blocks)+len(times))
	slot := -1 // where the decoder keeps the frame shown last
	for rest := m.blocks; len(rest)+len(times) > 0; {
		if len(rest) == 0 || len(times) > 0 && times[0] < rest[0].at {
			if slot < 0 {
				return fmt.Errorf("%w: no frame is shown before %v", errCoded, times[0])
			}
			out, times = append(out, repeatFrame(times[0], slot)), times[1:]
			continue
		}
		b := rest[0]
		if b.kind == video {
			var err error
			if slot, err = codec.VP9Slot(b.from.win.Bytes(b.data, int(min(codec.VP9HeadSize, b.end-b.data)))); err != nil {
				return fmt.Errorf("%w: %w (at %v)", errCoded, err, b.at)
			}
		}
		out, rest = append(out, b), rest[1:]
	}
	m.blocks = out
	return nil
}

// repeatFrame is the frame in a slot, shown once more.
func repeatFrame(at time.Duration, slot int) piece {
	return piece{at: at, repeat: appendElement(nil, idSimpleBlock, []byte{0x80 | videoNumber, 0, 0, 0, codec.VP9Repeat(slot)})}
}

// Numbers of the output's tracks.
const (
	videoNumber = 1
	audioNumber = 2
)

// Limits of a cluster; a block's time is relative to it by at most 32 s.
const (
	clusterTime = 5 * time.Second
	clusterSize = 5 << 20
)

const (
	segmentHead = 12 // bytes of a segment's header
	seekSize    = 68 // of the element that says where Info, Tracks and Cues are
)

// write writes the whole file.
func (m *muxer) write() error {
	head := appendElement(nil, idEBML, slices.Concat(appendElement(nil, idDocType, []byte("webm")),
		appendUint(nil, idDocTypeVersion, 4), appendUint(nil, idDocTypeReadVersion, 2)))
	segment := int64(len(head))
	start := segment + segmentHead                             // positions count from here
	head = append(head, make([]byte, segmentHead+seekSize)...) // filled in below
	index := map[uint32]int64{idInfo: int64(len(head)) - start}
	head = m.appendInfo(head)
	index[idTracks] = int64(len(head)) - start
	if err := m.put(m.appendTracks(head)); err != nil {
		return err
	}
	if err := m.clusters(start); err != nil {
		return err
	}
	index[idCues] = m.at - start
	if err := m.put(m.cueList()); err != nil {
		return err
	}
	patch := appendHeader(nil, idSegment, max(m.at-start, 0x7F))
	var seeks []byte
	for _, id := range []uint32{idInfo, idTracks, idCues} {
		entry := appendElement(nil, idSeekID, binary.BigEndian.AppendUint32(nil, id))
		entry = appendElement(entry, idSeekPosition, binary.BigEndian.AppendUint64(nil, uint64(index[id])))
		seeks = appendElement(seeks, idSeek, entry)
	}
	_, err := m.dst.WriteAt(appendElement(patch, idSeekHead, seeks), segment)
	return err
}

func (m *muxer) put(b []byte) error {
	n, err := m.dst.Write(b)
	m.at += int64(n)
	return err
}

// appendInfo appends the segment's Info.
func (m *muxer) appendInfo(b []byte) []byte {
	info := appendUint(nil, idTimestampScale, 1e6)
	info = appendElement(info, idMuxingApp, []byte("saccade"))
	info = appendElement(info, idWritingApp, []byte("saccade"))
	d := math.Float64bits(float64(m.parts.End) / float64(time.Millisecond))
	info = appendElement(info, idDuration, binary.BigEndian.AppendUint64(nil, d))
	return appendElement(b, idInfo, info)
}

// appendTracks appends the track list: the encoder's own entry, and of the
// audio's, which is a stranger's, what a decoder needs.
func (m *muxer) appendTracks(b []byte) []byte {
	list := appendElement(nil, idTrackEntry, plainTrack(m.tracks[video]))
	if t := m.tracks[audio]; t != nil {
		entry := appendUint(nil, idTrackNumber, audioNumber)
		entry = appendUint(entry, idTrackUID, audioNumber)
		entry = appendUint(entry, idFlagLacing, 0)
		children(t.raw, func(id uint32, v []byte) {
			switch id {
			case idTrackType, idCodecID, idCodecPrivate, idCodecDelay, idSeekPreRoll, idDefaultDuration, idAudio:
				entry = appendElement(entry, id, v)
			}
		})
		list = appendElement(list, idTrackEntry, entry)
	}
	return appendElement(b, idTracks, list)
}

// clusters writes all blocks. A cluster begins with every key frame, and when
// the one before is long enough.
func (m *muxer) clusters(start int64) error {
	var body []byte
	var base time.Duration
	flush := func() error {
		if len(body) == 0 {
			return nil
		}
		err := m.put(append(appendHeader(nil, idCluster, int64(len(body))), body...))
		body = body[:0]
		return err
	}
	for _, b := range m.blocks {
		if b.key || len(body) > clusterSize || b.at-base > clusterTime {
			if err := flush(); err != nil {
				return err
			}
		}
		if b.key {
			m.cues = append(m.cues, cue{b.at, m.at - start})
		}
		if len(body) == 0 {
			base = max(b.at, 0)
			body = appendUint(body, idTimestamp, uint64(base/time.Millisecond))
		}
		var err error
		if body, err = m.appendPiece(body, b, (b.at-base)/time.Millisecond); err != nil {
			return err
		}
	}
	return flush()
}

// appendPiece appends a block at a time relative to its cluster, in milliseconds.
func (m *muxer) appendPiece(body []byte, b piece, rel time.Duration) (_ []byte, err error) {
	at := len(body)
	frame := int64(1)
	switch {
	case b.repeat != nil:
		body = append(body, b.repeat...)
	case b.kind == audio:
		frame = b.end - b.data
		body, err = b.from.appendBlock(body, b.packet, audioNumber, AllPlanes)
	default:
		frame = b.end - b.data
		body, err = b.from.appendBlock(body, b.packet, videoNumber, AllPlanes)
	}
	if err != nil {
		return body, err
	}
	if rel < math.MinInt16 {
		return body, fmt.Errorf("%w: a block at %v", errCoded, b.at)
	}
	head := body[at:]
	if b.repeat == nil && b.whole.id == idBlockGroup { // the block is the group's first child
		e, _ := parseElement(head)
		head = head[e.head:]
	}
	e, _ := parseElement(head)
	if e.size != frame+4 {
		return body, fmt.Errorf("%w: a block of %d bytes, want %d", errCoded, e.size, frame+4)
	}
	binary.BigEndian.PutUint16(head[e.head+1:], uint16(rel))
	return body, nil
}

// cueList is the index by key frames.
func (m *muxer) cueList() []byte {
	var points []byte
	for _, c := range m.cues {
		place := appendUint(nil, idCueTrack, videoNumber)
		place = appendUint(place, idCueClusterPosition, uint64(c.cluster))
		point := appendUint(nil, idCueTime, uint64(max(c.time, 0)/time.Millisecond))
		points = appendElement(points, idCuePoint, appendElement(point, idCueTrackPositions, place))
	}
	return appendElement(nil, idCues, points)
}
