package webm

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/codec"
)

// Scan reads the structure of a file of size bytes, once and forward only, and
// seeks over everything else. Errors that are the file's fault are
// *[saccade.Error]: CodeInvalidInput when it is not WebM, has no video track,
// a codec that WebM has not, or too many frames; CodeUnreadableVideo when it is
// damaged beyond use or encrypted. Other errors come from r, or from ctx.
//
// A file that merely ends early is accepted as long as it holds a complete
// frame; Info.Truncated says so.
func Scan(ctx context.Context, r io.ReaderAt, size int64) (Info, error) {
	s, err := scanTracks(ctx, r, size, Ordinals{})
	if err != nil {
		return Info{}, err
	}
	if o, other := s.used(); other { // the first track of a kind is empty, another is not
		if s, err = scanTracks(ctx, r, size, o); err != nil {
			return Info{}, err
		}
	}
	return s.info()
}

// ScanAudio is Scan for a file that we wrote that holds audio alone: of the Info only
// what concerns audio is filled in.
func ScanAudio(ctx context.Context, r io.ReaderAt, size int64) (Info, error) {
	s, err := scanTracks(ctx, r, size, Ordinals{})
	if err != nil {
		return Info{}, err
	}
	a := s.picked(audio)
	if a == nil || s.heard == 0 {
		return Info{}, fmt.Errorf("%w: it holds no audio", errCoded)
	}
	shift := -min(s.clock.early, 0)
	return Info{HasAudio: true, AudioCodec: a.codec, AudioEnd: s.lastEnd + shift, Shift: shift}, nil
}

// maxPackets bounds the packets of audio in a file: 1,000 a second for a minute.
const maxPackets = 60_000

// scanner gathers what a walk over the packets shows.
type scanner struct {
	*packets
	lastDur time.Duration // of the block of the last frame; < 0: not declared
	heard   int           // packets of audio
	alpha   bool          // a frame carries transparency
	first   codec.Size    // size of the first frame; zero: unknown
	sizes   []SizeChange
	lastEnd time.Duration // of audio
}

func scanTracks(ctx context.Context, r io.ReaderAt, size int64, o Ordinals) (*scanner, error) {
	s := &scanner{packets: newPackets(ctx, r, size, o), lastDur: -1}
	if err := s.docType(); err != nil {
		return nil, err
	}
	for {
		k, ok := s.next()
		if !ok {
			break
		}
		if k.kind == audio {
			s.heard++
			s.lastEnd = max(s.lastEnd, k.time)
			continue
		}
		s.see(k)
	}
	if s.err() != nil {
		return nil, s.err()
	}
	return s, s.clock.err
}

// see takes note of a block of video.
func (s *scanner) see(k packet) {
	s.alpha = s.alpha || k.alpha
	if k.frames == 0 {
		return
	}
	s.lastDur = k.dur
	size := s.codec.Size
	switch {
	case size == codec.Size{}:
	case s.first == codec.Size{}:
		s.first = size
		s.sizes = append(s.sizes, SizeChange{k.time, size.W, size.H})
	case len(s.sizes) < maxFrames:
		if last := s.sizes[len(s.sizes)-1]; last.Width != size.W || last.Height != size.H {
			s.sizes = append(s.sizes, SizeChange{k.time, size.W, size.H})
		}
	}
}

// used returns the first track of each kind that has blocks, and reports
// whether one of them is not the one that was read.
func (s *scanner) used() (o Ordinals, other bool) {
	pick := s.pick
	for k := range kinds {
		if s.pick[k] < len(s.count[k]) && s.count[k][s.pick[k]] > 0 {
			continue
		}
		for i, n := range s.count[k] {
			if n > 0 {
				pick[k], other = i, true
				break
			}
		}
	}
	return Ordinals{Video: pick[video], Audio: pick[audio]}, other
}

// picked is the track that was read in the first part of the file.
func (s *scanner) picked(k kind) *track {
	for _, t := range s.packets.first {
		if t.class() == k && t.place == s.pick[k] {
			return t
		}
	}
	return nil
}

// codecNames are the codecs of WebM's videos, and what they are called here.
var codecNames = map[string]string{codec.VP8: "vp8", codec.VP9: "vp9", codec.AV1: "av1"}

// refuse returns why the file cannot be used, if so.
func (s *scanner) refuse(v *track) error {
	unreadable := func(format string, args ...any) error {
		return saccade.Errorf(saccade.CodeUnreadableVideo, format, args...)
	}
	switch {
	case s.overrun:
		return unreadable("The WebM file is damaged: it consists of far more elements than a video has. Please record or export it again.")
	case s.packets.first == nil && (s.truncated || s.lost > 0):
		return unreadable("The WebM file is damaged: it ends before its first frame. Please record or export it again.")
	case v == nil && s.picked(audio) != nil:
		return saccade.Errorf(saccade.CodeInvalidInput, "The WebM file holds audio only; a video track is needed.")
	case v == nil:
		return saccade.Errorf(saccade.CodeInvalidInput, "The WebM file has no video track.")
	case codecNames[v.codec] == "":
		return saccade.Errorf(saccade.CodeInvalidInput, "The video's codec %q is not one of WebM's. Please encode it as VP8, VP9 or AV1.", v.codec)
	case v.encrypted:
		return unreadable("The video is encrypted. Please upload it without protection.")
	case v.w == 0 || v.h == 0:
		return unreadable("The WebM file is damaged: its frames have no size. Please record or export it again.")
	case 2*s.lost > s.win.Size:
		return unreadable("Most of the WebM file is damaged. Please record or export it again.")
	case s.clock.frames == 0:
		return unreadable("The WebM file holds no complete frame. Please record or export it again.")
	case s.heard > maxPackets:
		return saccade.Errorf(saccade.CodeInvalidInput, "The audio consists of more than %d packets. Please encode it as Opus, 20 ms a packet, or leave it out.", maxPackets)
	}
	return nil
}

// info sums up.
func (s *scanner) info() (Info, error) {
	v := s.picked(video)
	if err := s.refuse(v); err != nil {
		return Info{}, err
	}
	c := &s.clock
	i := Info{
		Codec: codecNames[v.codec], Width: v.w, Height: v.h, Rotation: v.rotation(), Color: v.color,
		Frames: c.frames, FirstPTS: c.first, LastPTS: c.last[video], Declared: s.end(),
		HasAlpha: v.alpha, Transparent: s.alpha && v.alpha && v.codec != codec.AV1, Layers: s.codec.Layers, Truncated: s.truncated, Shift: -min(c.early, 0),
		Tracks: Ordinals{Video: s.pick[video], Audio: s.pick[audio]},
	}
	i.AspectNum, i.AspectDen = v.pixelAspect()
	if a := s.picked(audio); a != nil {
		i.HasAudio, i.AudioCodec = true, a.codec
		if a.encoded {
			i.AudioCodec = "encoded " + a.codec
		}
		if err := checkAudio(a, s.heard); err != nil {
			return Info{}, err
		}
	}
	s.sizeOf(&i)
	s.ends(&i, v.def)
	i.shift(s.heard > 0)
	return i, nil
}

// end is the declared end of the last part, as a time of the file; 0: unknown.
func (s *scanner) end() time.Duration {
	if s.declared == 0 {
		return 0
	}
	d := s.ticks(s.declared)
	// Four bytes hold seven digits: no end of a recording that counts from 1970.
	if s.single && d > 3*time.Hour && s.clock.offset == 0 {
		return 0
	}
	return d
}

// sizeOf settles the size of the frames: the header's, unless the first frame
// has other proportions, as in a recording whose header was written before the
// stage was known.
func (s *scanner) sizeOf(i *Info) {
	f := s.first
	if f.W > 0 && f.H > 0 && !similar(f.W*i.Height, f.H*i.Width) {
		i.Width, i.Height, i.AspectNum, i.AspectDen = f.W, f.H, 1, 1
	}
	for _, c := range s.sizes {
		if c.Width != i.Width || c.Height != i.Height {
			i.Sizes = s.sizes
			return
		}
	}
}

// similar reports whether two numbers differ by less than 2 %.
func similar(a, b int) bool { return 50*max(a-b, b-a) < max(a, b) }

// longestTail is for how long a header may say that the last frame stays. One
// that says more means something else: the time of day, say.
const longestTail = 24 * time.Hour

// ends fills in what depends on the length of the last frame. The last frame
// stays until the Duration that the header declares, or until the audio ends,
// where that is clearly later than the end of the frame itself.
func (s *scanner) ends(i *Info, def time.Duration) {
	i.Frame = s.clock.spacing.Typical()
	if def > 0 && (i.Frames == 1 || (def < 4*i.Frame && i.Frame < 4*def)) {
		i.Frame = def
	}
	own := i.LastPTS + i.Frame // the last frame's own end
	if s.lastDur > 0 {
		own = i.LastPTS + s.lastDur
	}
	i.End = own
	declared := i.Declared
	if declared > 0 {
		declared = min(declared+s.clock.offset, latest)
	}
	if declared <= i.LastPTS && i.FirstPTS > 0 && i.Declared > 0 { // counted from the first frame
		declared = min(i.FirstPTS+i.Declared, latest)
	}
	slack := i.Frame + audioSlack // the audio's own overhang
	switch {
	case i.Truncated || i.Declared == 0 || declared <= i.LastPTS || declared-i.LastPTS > longestTail:
	case s.heard > 0:
		if declared > own+slack {
			i.End = declared
		}
	case declared > own, s.lastDur <= 0 && declared-i.LastPTS >= i.Frame/2:
		i.End = declared
	}
	if s.heard > 0 {
		i.AudioEnd = s.lastEnd
		if end := s.lastEnd + packetTime; end > i.End+slack {
			i.End = end
		}
	}
	i.Duration = i.End - i.FirstPTS
}
