package webm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Source is a file that [Scan] has judged, for reading its packets.
type Source struct {
	R    io.ReaderAt
	Size int64 // bytes
	Info Info  // what Scan said of it
}

// Planes are what CopyVideo takes of frames that carry transparency.
type Planes int

// All of a frame, its colors, or its transparency, coded as the luma of a frame of its own.
const (
	AllPlanes Planes = iota
	ColorPlanes
	AlphaPlane
)

// CopyVideo writes the video track alone, as a plain Matroska stream for the
// decoder: one track, times as Info has them but counted from Info.FirstPTS,
// each block in a cluster of its own, and nothing that Scan has not understood.
// For AlphaPlane, frames without transparency are left out. Errors come from w,
// from the source and from ctx.
func (s Source) CopyVideo(ctx context.Context, w io.Writer, of Planes) error {
	return s.copy(ctx, w, copying{kind: video, of: of, start: s.Info.FirstPTS})
}

// CopyAlpha is CopyVideo for AlphaPlane and the frames that keep, which gets them coded,
// one after the other, says; it must not hold on to them.
func (s Source) CopyAlpha(ctx context.Context, w io.Writer, keep func(coded []byte) bool) error {
	return s.copy(ctx, w, copying{kind: video, of: AlphaPlane, start: s.Info.FirstPTS, keep: keep})
}

// CopyColors is CopyVideo for ColorPlanes. Frames of the same codec come before, in the
// same track: at 0, 1 and so on milliseconds, and the colors as many milliseconds later.
func (s Source) CopyColors(ctx context.Context, w io.Writer, before [][]byte) error {
	shift := time.Duration(len(before)) * time.Millisecond
	return s.copy(ctx, w, copying{kind: video, of: ColorPlanes, start: s.Info.FirstPTS - shift, before: before})
}

// First returns the planes of the first frame, coded; alpha is nil where it has none.
// io.EOF means that there is no frame.
func (s Source) First(ctx context.Context) (color, alpha []byte, err error) {
	p := newPackets(ctx, s.R, s.Size, s.Info.Tracks)
	for {
		k, ok := p.next()
		if !ok {
			return nil, nil, errors.Join(p.err(), io.EOF)
		}
		if k.kind == video {
			whole, err := p.appendBytes(nil, k.whole.body, k.whole.end)
			if err != nil {
				return nil, nil, err
			}
			if k.alpha {
				alpha = alphaOf(whole)
			}
			return whole[k.data-k.whole.body : k.end-k.whole.body], alpha, nil
		}
	}
}

// CopyAudio is CopyVideo for the audio track; times count from start.
func (s Source) CopyAudio(ctx context.Context, w io.Writer, start time.Duration) error {
	return s.copy(ctx, w, copying{kind: audio, start: start})
}

// copying says what is copied, and from when times count.
type copying struct {
	kind   kind
	of     Planes
	start  time.Duration
	keep   func(alpha []byte) bool // nil: all
	before [][]byte                // frames that come first, a millisecond each
}

// keeps reports whether a packet is copied.
func (c *copying) keeps(p *packets, k packet) (bool, error) {
	if k.kind != c.kind || c.of == AlphaPlane && !k.alpha {
		return false, nil
	}
	if c.keep == nil {
		return true, nil
	}
	whole, err := p.appendBytes(nil, k.whole.body, k.whole.end)
	return err == nil && c.keep(alphaOf(whole)), err
}

// AudioStart returns the time of the first packet of audio. io.EOF means that
// there is none.
func (s Source) AudioStart(ctx context.Context) (time.Duration, error) {
	p := newPackets(ctx, s.R, s.Size, s.Info.Tracks)
	for {
		k, ok := p.next()
		if !ok {
			return 0, errors.Join(p.err(), io.EOF)
		}
		if k.kind == audio {
			return k.time + s.Info.Shift, nil
		}
	}
}

func (s Source) copy(ctx context.Context, w io.Writer, c copying) error {
	p := newPackets(ctx, s.R, s.Size, s.Info.Tracks)
	var out []byte
	begun := false
	for {
		k, ok := p.next()
		if !ok {
			return p.err()
		}
		if ok, err := c.keeps(p, k); err != nil {
			return err
		} else if !ok {
			continue
		}
		out = out[:0]
		if !begun {
			out, begun = streamStart(out, plainTrack(k.track)), true
			for i, frame := range c.before {
				out = appendHeader(out, idCluster, unknownSize)
				out = appendUint(out, idTimestamp, uint64(i))
				out = appendElement(out, idSimpleBlock, append([]byte{0x81, 0, 0, 0}, frame...))
			}
		}
		at := max(k.time+s.Info.Shift-c.start, 0)
		out = appendHeader(out, idCluster, unknownSize)
		out = appendUint(out, idTimestamp, uint64(at/time.Millisecond))
		var err error
		if out, err = p.appendBlock(out, k, 1, c.of); err != nil {
			return err
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
}

// streamStart appends all that comes before the clusters of a Matroska stream
// of one track, in milliseconds.
func streamStart(b, track []byte) []byte {
	b = appendElement(b, idEBML, appendElement(nil, idDocType, []byte("matroska")))
	b = appendHeader(b, idSegment, unknownSize)
	b = appendElement(b, idInfo, appendUint(nil, idTimestampScale, 1e6))
	return appendElement(b, idTracks, appendElement(nil, idTrackEntry, track))
}

// plainTrack is a track entry with number 1 and without what would change the
// times of its blocks once more.
func plainTrack(t *track) []byte {
	b := appendUint(nil, idTrackNumber, 1)
	children(t.raw, func(id uint32, v []byte) {
		switch id {
		case idTrackNumber, idTrackTimeScale, idTrackOffset:
		default:
			b = appendElement(b, id, v)
		}
	})
	return b
}

// appendBlock appends planes of the packet as a SimpleBlock or BlockGroup of the track with
// the number, at the time of its cluster: its relative time is zero.
func (p *packets) appendBlock(b []byte, k packet, number byte, of Planes) ([]byte, error) {
	head := []byte{0x80 | number, 0, 0, k.flags}
	if k.whole.id == idSimpleBlock {
		b = append(appendHeader(b, idSimpleBlock, k.end-k.data+4), head...)
		return p.appendBytes(b, k.data, k.end)
	}
	whole, err := p.appendBytes(nil, k.whole.body, k.whole.end)
	if err != nil {
		return b, err
	}
	frame := whole[k.data-k.whole.body : k.end-k.whole.body]
	if of == AlphaPlane {
		frame = alphaOf(whole)
	}
	group := appendElement(nil, idBlock, append(head, frame...)) // the block comes first
	children(whole, func(id uint32, v []byte) {
		switch {
		case id == idBlock, id == idBlockAdditions && of != AllPlanes:
		case id == idBlockDuration:
			group = appendUint(group, id, uint64(max(k.dur, 0)/time.Millisecond))
		default:
			group = appendElement(group, id, v)
		}
	})
	return appendElement(b, idBlockGroup, group), nil
}

// alphaOf returns the coded transparency in a BlockGroup: the addition 1.
func alphaOf(group []byte) (alpha []byte) {
	var number uint64
	var data []byte
	var visit func(id uint32, v []byte)
	visit = func(id uint32, v []byte) {
		switch id {
		case idBlockAdditions:
			children(v, visit)
		case idBlockMore:
			number, data = 1, nil
			if children(v, visit); number == 1 {
				alpha = data
			}
		case idBlockAddID:
			number = parseUint(v)
		case idBlockAdditional:
			data = v
		}
	}
	children(group, visit)
	return alpha
}

// appendBytes appends a stretch of the file.
func (p *packets) appendBytes(b []byte, from, to int64) ([]byte, error) {
	at := len(b)
	b = append(b, make([]byte, to-from)...)
	if n := p.win.Fill(b[at:], from); int64(n) != to-from {
		return b, errors.Join(fmt.Errorf("webm: %d of %d bytes at %d", n, to-from, from), p.win.Err)
	}
	return b, nil
}
