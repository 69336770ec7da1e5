package webm

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"time"

	"github.com/saccade-dev/saccade/internal/codec"
)

// kind of a track whose packets are read.
type kind int

const (
	video kind = iota
	audio
	kinds
)

// packet is one block of a chosen track.
type packet struct {
	kind   kind
	track  *track
	time   time.Duration // on the timeline of the whole file, in whole milliseconds
	dur    time.Duration // < 0: not declared
	frames int           // that are shown
	whole  node          // the SimpleBlock or BlockGroup
	head   int64         // where the block's payload begins: its track number
	data   int64         // where the frame begins
	end    int64         // where the block ends
	flags  byte          // of the block
	alpha  bool          // it carries transparency beside the frame
}

// packets reads the packets of two tracks in the order of the file. Files that
// were joined are read as one: every part has tracks and times of its own, and
// the timeline goes on from one to the next.
type packets struct {
	walker
	pick     [kinds]int // which track of its kind, from 0
	scale    uint64     // ns per tick
	declared float64    // Duration of the last part, in ticks; 0: unknown
	single   bool       // declared had four bytes only
	tracks   []*track   // of the part
	first    []*track   // of the first part
	codecs   [kinds]string
	chosen   [kinds]*track
	count    [kinds][]int // blocks of each track, by its place among its kind
	cluster  uint64       // timestamp, in ticks
	rel      int64        // of the block before in this cluster, unwrapped
	fresh    bool         // no block yet in this cluster
	at       int64        // where this cluster begins
	repeated bool         // it was there before
	starts   starts       // of the clusters of the part
	clock    clock
	codec    codec.Parser
	read     codec.Read // of win
}

// Ordinals says which track of each kind is used, from 0 in the order of the file.
type Ordinals struct{ Video, Audio int }

func newPackets(ctx context.Context, r io.ReaderAt, size int64, o Ordinals) *packets {
	p := &packets{walker: newWalker(ctx, r, size), pick: [kinds]int{o.Video, o.Audio}, scale: 1e6, fresh: true}
	p.count, p.read = [kinds][]int{{}, {}}, p.win.Bytes
	return p
}

// next returns the next packet of the chosen tracks. It reports false at the
// end, and when the walk or the clock has failed.
func (p *packets) next() (packet, bool) {
	for p.clock.err == nil {
		n, ok := p.walker.next()
		if !ok {
			return packet{}, false
		}
		switch n.id {
		case idEBML, idSegment:
			p.newPart()
		case idInfo:
			p.readInfo(n)
		case idTracks:
			p.readTracks(n)
		case idCluster:
			p.fresh, p.at, p.repeated = true, n.at, false
		case idTimestamp:
			p.cluster = parseUint(p.win.Bytes(n.body, int(min(n.end-n.body, 8))))
			p.repeated = p.starts.again(&p.win, p.cluster, p.at)
		case idSimpleBlock, idBlockGroup:
			if p.repeated {
				continue
			}
			if k, ok := p.block(n); ok {
				return k, p.clock.err == nil
			}
		}
	}
	return packet{}, false
}

// newPart begins another file that was joined to the one before.
func (p *packets) newPart() {
	if p.clock.empty() {
		return
	}
	p.clock.newPart(p.ticks(p.declared))
	p.scale, p.declared, p.tracks, p.chosen, p.cluster = 1e6, 0, nil, [kinds]*track{}, 0
	p.repeated, p.starts.at = false, nil
}

// readInfo reads the segment's Info element.
func (p *packets) readInfo(n node) {
	b := p.win.Read(n.body, int(min(n.end-n.body, 64<<10)))
	children(b, func(id uint32, v []byte) {
		switch id {
		case idTimestampScale:
			if v := parseUint(v); v > 0 && v <= uint64(time.Hour) {
				p.scale = v
			}
		case idDuration:
			p.declared, p.single = parseFloat(v), len(v) == 4
			if !(p.declared > 0) || math.IsInf(p.declared, 0) {
				p.declared = 0
			}
		}
	})
}

// readTracks picks the tracks of a part. A second list, and an empty one, do
// not count.
func (p *packets) readTracks(n node) {
	if len(p.tracks) > 0 || n.end-n.body > maxTracks {
		return
	}
	var seen [kinds]int
	for _, t := range parseTracks(p.win.Read(n.body, int(n.end-n.body))) {
		k := t.class()
		if k == kinds {
			continue
		}
		t.place = seen[k]
		p.tracks = append(p.tracks, &t)
		if seen[k] == p.pick[k] {
			p.chosen[k] = &t
		}
		if seen[k]++; len(p.count[k]) < seen[k] {
			p.count[k] = append(p.count[k], 0)
		}
	}
	if p.first == nil {
		p.first = p.tracks
	}
	if t := p.chosen[video]; t != nil {
		p.codec.Reset(t.codec)
		if p.codecs[video] != "" && p.codecs[video] != t.codec {
			p.clock.err = mixedCodecs(p.codecs[video], t.codec)
		}
	}
	for k, t := range p.chosen {
		switch {
		case t == nil:
		case p.codecs[k] == "":
			p.codecs[k] = t.codec
		case p.codecs[k] != t.codec: // audio of another codec cannot go on in one track
			p.chosen[k] = nil
		}
	}
}

// ticks turns ticks into a time; what does not fit becomes the latest time.
func (p *packets) ticks(v float64) time.Duration {
	v *= float64(p.scale)
	if math.IsNaN(v) || v >= latest {
		return latest
	}
	return time.Duration(max(v, -latest))
}

// block reads a SimpleBlock or BlockGroup. It reports false for one that is no
// packet of a chosen track.
func (p *packets) block(n node) (packet, bool) {
	k := packet{whole: n, head: n.body, end: n.end, dur: -1}
	if n.id == idBlockGroup && !p.group(&k) {
		return k, false
	}
	b := p.win.Bytes(k.head, int(min(k.end-k.head, codec.MaxHeader+12)))
	number, w, ok := parseSize(b)
	if !ok || len(b) < w+4 {
		return k, false
	}
	rel := p.unwrap(int16(binary.BigEndian.Uint16(b[w:])))
	k.flags, k.data = b[w+2], k.head+int64(w)+3
	for _, t := range p.tracks {
		if t.number != uint64(number) {
			continue
		}
		k.track, k.kind = t, t.class()
		p.count[k.kind][t.place]++
		break
	}
	if k.track == nil || k.track != p.chosen[k.kind] {
		return k, false
	}
	k.frames = 1
	if k.flags&lacing != 0 {
		k.frames += int(b[w+3])
	} else if k.kind == video && !k.track.encoded {
		k.frames = p.codec.Shown(p.read, b[w+3:], codec.Block{At: k.data, End: k.end})
	}
	raw := p.ticks(float64(p.cluster) + float64(rel)).Round(time.Millisecond)
	k.time = p.clock.stamp(k, raw)
	return k, true
}

// lacing are the bits of a block's flags that say how several frames share it.
const lacing = 0x06

// group finds the block and what belongs to it in a BlockGroup.
func (p *packets) group(k *packet) bool {
	found := false
	for at := k.whole.body; at < k.whole.end && p.more(); {
		e, ok := parseElement(p.win.Bytes(at, maxHeader))
		body := at + int64(e.head)
		if !ok || e.size == unknownSize || e.size > k.whole.end-body {
			break
		}
		switch e.id {
		case idBlock:
			k.head, k.end, found = body, body+e.size, true
		case idBlockDuration:
			k.dur = p.ticks(float64(parseUint(p.win.Bytes(body, int(min(e.size, 8))))))
		case idBlockAdditions:
			k.alpha = true
		}
		at = body + e.size
	}
	return found
}

// unwrap returns the time of a block in its cluster. Blocks hold 16 bits of it,
// which wrap in clusters longer than 32 s that some writers make: the value is
// the one nearest to the block before, and not far below the cluster's own time.
func (p *packets) unwrap(v int16) int64 {
	const span, slack = 1 << 16, 5000
	rel := int64(v)
	if !p.fresh {
		for rel < p.rel-span/2 || rel < min(0, p.rel-slack) {
			rel += span
		}
	}
	p.rel, p.fresh = rel, false
	return rel
}
