package movie

import (
	"slices"
	"sort"
	"time"

	"github.com/saccade-dev/saccade/internal/webm/spacing"
)

// sample is when a frame is shown, and for how long, in units of the track.
type sample struct {
	at    int64
	delta int64
}

// samples are those of a track whose bytes are there, in the order of the file.
type samples struct {
	all     []sample
	decoded int64 // when the next one is decoded
}

// count is how many samples there are, up to the limit.
func (s *samples) count() int { return len(s.all) }

// add adds a sample; offset is that of its time of display.
func (s *samples) add(delta, offset int64) {
	s.all = append(s.all, sample{s.decoded + offset, delta})
	s.decoded = min(s.decoded+delta, 1<<61)
}

// runs reads a table of runs: how many, and what they have.
type runs struct {
	b    []byte
	left uint32
	v    uint32
}

func newRuns(table []byte) *runs { return &runs{b: after(table, 8)} }

// next returns the value of the next sample; false behind the last run.
func (r *runs) next() (uint32, bool) {
	for r.left == 0 {
		if len(r.b) < 8 {
			return 0, false
		}
		r.left, r.v = u32(r.b), u32(r.b[4:])
		r.b = r.b[8:]
	}
	r.left--
	return r.v, true
}

// parseSamples reads the table of a track that is not fragmented, up to the first
// sample that lies behind the end of the file.
func parseSamples(table []byte, size int64) samples {
	var s samples
	sizes := find(table, "stsz")
	one, n := u32(after(sizes, 4)), int64(u32(after(sizes, 8)))
	each := after(sizes, 12)
	if one == 0 {
		n = min(n, int64(len(each)/4))
	}
	deltas, offsets := newRuns(find(table, "stts")), newRuns(find(table, "ctts"))
	places := newPlaces(table)
	for i := int64(0); i < n && len(s.all) < maxFrames; i++ {
		length := int64(one)
		if one == 0 {
			length = int64(u32(each[4*i:]))
		}
		delta, ok := deltas.next()
		at, known := places.next(length)
		if !ok || !known || at+length > size {
			break
		}
		offset, _ := offsets.next()
		s.add(int64(delta), int64(int32(offset)))
	}
	return s
}

// places says where samples lie.
type places struct {
	offsets []byte // of chunks
	width   int    // bytes of an offset
	runs    []byte // first chunk, samples a chunk, description
	chunk   int    // from 0, of the next sample
	left    uint32 // samples of the chunk
	at      int64
}

func newPlaces(table []byte) *places {
	p := &places{runs: after(find(table, "stsc"), 8), chunk: -1, width: 4}
	if o := find(table, "stco"); o != nil {
		p.offsets = after(o, 8)
	} else {
		p.offsets, p.width = after(find(table, "co64"), 8), 8
	}
	return p
}

// next returns where the next sample of a length lies; false if the table does not say.
func (p *places) next(length int64) (int64, bool) {
	for p.left == 0 {
		if p.chunk++; (p.chunk+1)*p.width > len(p.offsets) || len(p.runs) < 12 {
			return 0, false
		}
		for len(p.runs) >= 24 && int64(u32(p.runs[12:])) <= int64(p.chunk)+1 {
			p.runs = p.runs[12:]
		}
		p.at = int64(bigEndian(p.offsets[p.chunk*p.width:], p.width) & (1<<61 - 1))
		p.left = u32(p.runs[4:])
	}
	p.left--
	at := p.at
	p.at += length
	return at, true
}

// display is when the frames of a track are shown.
type display struct {
	times   []time.Duration // in order
	end     time.Duration   // of the last one
	spacing time.Duration   // of a typical one
}

// shown applies the edits to the samples: what lies outside of them is not shown.
func (t *track) shown() display {
	order := slices.Clone(t.all)
	slices.SortStableFunc(order, func(a, b sample) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	edits := t.edits
	if len(edits) == 0 {
		edits = []edit{{}}
	}
	var d display
	var offset int64
	for _, e := range edits {
		length := t.units(e.duration)
		if e.start < 0 {
			offset = min(offset+length, 1<<61)
			continue
		}
		d.play(order, e.start, length, offset, t.scale)
		offset = min(offset+length, 1<<61)
	}
	var steps spacing.Histogram
	for i := 1; i < len(d.times); i++ {
		steps.Add(d.times[i] - d.times[i-1])
	}
	if d.spacing = steps.Typical(); len(d.times) == 1 {
		d.spacing = min(max(d.end-d.times[0], time.Millisecond), time.Second)
	}
	return d
}

// units turns a duration in units of the movie into those of the track.
func (t *track) units(n uint64) int64 {
	if t.movieScale == 0 {
		return 0
	}
	return int64(min(float64(n)*float64(t.scale)/float64(t.movieScale)+0.5, 1<<60))
}

// play shows what lies from a start on for a length, 0 for all, at an offset.
func (d *display) play(order []sample, start, length, offset int64, scale uint32) {
	first := sort.Search(len(order), func(i int) bool { return order[i].at >= start })
	for _, s := range order[first:] {
		if length > 0 && s.at >= start+length || len(d.times) >= maxFrames {
			break
		}
		at := max(ticks(s.at-start+offset, scale), 0)
		end := s.at - start + s.delta
		if length > 0 {
			end = min(end, length)
		}
		d.times, d.end = append(d.times, at), max(d.end, ticks(end+offset, scale))
	}
}

// end is when the track ends.
func (t *track) end() time.Duration {
	var edited uint64
	for _, e := range t.edits {
		if edited += e.duration; e.duration == 0 || edited > 1<<60 {
			edited = 0
			break
		}
	}
	if edited > 0 {
		return ticks(t.units(edited), t.scale)
	}
	return ticks(t.decoded, t.scale)
}

// readFragment adds the samples of a fragment to the tracks.
func (f *reader) readFragment(kind string, at, size int64) error {
	if kind != "moof" || size > maxFragment {
		return nil
	}
	b, err := f.read(at, size)
	if err != nil {
		return err
	}
	for _, x := range boxes(b) {
		if x.kind != "traf" {
			continue
		}
		head := find(x.body, "tfhd")
		for _, t := range []*track{f.video, f.audio} {
			if t != nil && t.id == u32(after(head, 4)) {
				t.fragment(head, x.body)
			}
		}
	}
	return nil
}

// fragment adds the samples of one fragment; head is its header.
func (t *track) fragment(head, body []byte) {
	flags, rest, delta := u32(head), after(head, 8), t.defaultDelta
	if flags&1 != 0 { // where its data lies
		rest = after(rest, 8)
	}
	if flags&2 != 0 { // its description
		rest = after(rest, 4)
	}
	if flags&8 != 0 {
		delta = u32(rest)
	}
	if b := find(body, "tfdt"); len(b) > 0 && b[0] == 1 {
		t.decoded = int64(u64(after(b, 4)) & (1<<61 - 1))
	} else if b != nil {
		t.decoded = int64(u32(after(b, 4)))
	}
	for _, x := range boxes(body) {
		if x.kind == "trun" {
			t.run(x.body, delta)
		}
	}
}

// run adds the samples of a run.
func (t *track) run(b []byte, delta uint32) {
	flags, n := u32(b), u32(after(b, 4))
	rest := after(b, 8)
	for _, skip := range []uint32{1, 4} { // where its data lies, flags of its first sample
		if flags&skip != 0 {
			rest = after(rest, 4)
		}
	}
	for range n {
		if len(t.all) >= maxFrames {
			return
		}
		own, offset, end := delta, int32(0), false
		for _, field := range []uint32{0x100, 0x200, 0x400, 0x800} {
			if flags&field == 0 {
				continue
			}
			if end = end || len(rest) < 4; end {
				return
			}
			switch field {
			case 0x100:
				own = u32(rest)
			case 0x800:
				offset = int32(u32(rest))
			}
			rest = rest[4:]
		}
		t.add(int64(own), int64(offset))
	}
}
