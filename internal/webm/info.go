package webm

import (
	"sort"
	"time"

	"github.com/saccade-dev/saccade"
)

// Info is what a container says of its video. All times are those of the
// file's blocks, rounded to milliseconds; a video need not start at zero. They
// differ from the blocks' own only where these are of no use: a first stamp
// below zero moves all times up by Shift, and what goes back in time is moved
// behind what came before.
type Info struct {
	Format        saccade.Format // "": WebM; else package movie judged the file, and ffmpeg reads it itself
	Codec         string         // "vp8", "vp9" or "av1"; other formats have others
	Width, Height int            // in pixels, before Rotation
	Rotation      int            // clockwise turn to show it upright: 0, 90, 180, 270
	AspectNum     uint64         // pixel aspect ratio, 1:1 for square pixels
	AspectDen     uint64
	Color         Color         // as the container declares it; the codec may know better
	Frames        int           // visible frames whose blocks are complete
	FirstPTS      time.Duration // of the first frame
	LastPTS       time.Duration // of the last frame
	End           time.Duration // when the last frame ends: as declared, or estimated
	Duration      time.Duration // End - FirstPTS
	Frame         time.Duration // duration of a typical frame, at most a second
	Declared      time.Duration // the header's Duration; 0: none, or none that makes sense
	AudioEnd      time.Duration // time stamp of the last packet of audio; 0: none
	HasAudio      bool
	AudioCodec    string          // as Matroska names it: "A_OPUS", "A_PCM/FLOAT/IEEE"; "": silent
	HasAlpha      bool            // the track says that it may have transparency
	Transparent   bool            // frames carry transparency
	Layers        bool            // frames have several spatial layers (VP9 SVC)
	Truncated     bool            // the file ends within an element
	Sizes         []SizeChange    // sizes of the frames, where one is not Width x Height
	Shift         time.Duration   // added to all stamps, so that none is below zero
	Tracks        Ordinals        // which tracks are used
	Times         []time.Duration // of all frames, where the file's own are not used; nil: they are
}

// SizeChange says that from a time on frames have a size, before Rotation.
type SizeChange struct {
	At            time.Duration
	Width, Height int
}

// shift moves all times so that the earliest block is at zero.
func (i *Info) shift(audio bool) {
	d := i.Shift
	i.FirstPTS, i.LastPTS, i.End = i.FirstPTS+d, i.LastPTS+d, i.End+d
	if audio {
		i.AudioEnd += d
	}
	for k := range i.Sizes {
		i.Sizes[k].At += d
	}
}

// audioSlack is how much later than the frames the audio may end, beside
// one frame: the longest Opus packet.
const audioSlack = 60 * time.Millisecond

// MaxRate is the most frames that a second of video may have on average.
const MaxRate = 240

// maxFrames is the most frames of the longest video that the service takes.
const maxFrames = 60 * MaxRate

// CheckLimits refuses, with CodeInvalidInput, a video that is longer than the
// limit plus one frame, or has more than [MaxRate] frames for every second of
// the limit. Audio may overhang by one packet more.
func (i Info) CheckLimits(limit time.Duration) error {
	slack := limit + i.Frame + time.Millisecond
	if i.Duration > slack {
		return TooLong(i.Duration, limit)
	}
	if i.HasAudio && i.AudioEnd-i.FirstPTS > slack+audioSlack {
		return TooLong(i.AudioEnd-i.FirstPTS, limit)
	}
	if most := FrameLimit(limit); i.Frames > most {
		return TooManyFrames(most)
	}
	return nil
}

// FrameLimit is the most frames of a video where limit is the longest time.
func FrameLimit(limit time.Duration) int { return int(limit.Seconds() * MaxRate) }

// CheckPixels refuses, with CodeInvalidInput, frames of more than limit pixels.
func (i Info) CheckPixels(limit int) error {
	if i.Width*i.Height > limit {
		return TooBig(i.Width, i.Height, limit)
	}
	return nil
}

// Size is the width and height as shown, that is after Rotation.
func (i Info) Size() (w, h int) { return i.turned(i.Width, i.Height) }

func (i Info) turned(w, h int) (int, int) {
	if i.Rotation%180 != 0 {
		return h, w
	}
	return w, h
}

// SizeAt is the width and height, after Rotation, of the frame at a time.
func (i Info) SizeAt(t time.Duration) (w, h int) {
	w, h = i.Width, i.Height
	if n := sort.Search(len(i.Sizes), func(k int) bool { return i.Sizes[k].At > t }); n > 0 {
		w, h = i.Sizes[n-1].Width, i.Sizes[n-1].Height
	}
	return i.turned(w, h)
}

// TooLong is the error for a video of length is where limit is the most.
func TooLong(is, limit time.Duration) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput,
		"The video is %.3f s long; at most %g s are possible. Please cut it.", is.Seconds(), limit.Seconds())
}

// TooManyFrames is the error for a video of more than limit frames.
func TooManyFrames(limit int) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput,
		"The video has more than %d frames (%d for each second that is possible). Please export it at a lower frame rate.", limit, MaxRate)
}

// TooBig is the error for frames of w x h pixels where limit is the most.
func TooBig(w, h, limit int) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput,
		"The video's frames have %d x %d pixels; at most %d pixels in all are possible (4096 x 2304, say). Please scale it down.", w, h, limit)
}
