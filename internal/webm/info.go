package webm

import (
	"time"

	"github.com/saccade-dev/saccade"
)

// Info is what a container tells of its video. All times are the container's;
// a video need not start at zero.
type Info struct {
	Codec         string // "vp8", "vp9" or "av1"
	Width, Height int    // coded, in pixels, before Rotation
	Rotation      int    // clockwise turn to show it upright: 0, 90, 180, 270
	AspectNum     uint64 // pixel aspect ratio, 1:1 for square pixels
	AspectDen     uint64
	Colour        Colour        // as the container declares it; the codec may know better
	Frames        int           // visible frames whose blocks are complete
	FirstPTS      time.Duration // of the first frame
	LastPTS       time.Duration // of the last frame
	End           time.Duration // when the last frame ends, as told or estimated
	Duration      time.Duration // true length: End - FirstPTS
	Frame         time.Duration // duration of a typical frame
	Declared      time.Duration // the header's Duration; 0 = none
	AudioEnd      time.Duration // time stamp of the last block of sound; 0 = none
	HasAudio      bool
	HasAlpha      bool
	Truncated     bool // the file ends within an element
}

// audioSlack is how much later than the pictures the sound may end, beside
// one frame: the longest Opus packet.
const audioSlack = 60 * time.Millisecond

// CheckLimits refuses, with CodeInvalidInput, a video that is declared or truly
// longer than the limit plus one frame. Sound may overhang by one packet more.
func (i Info) CheckLimits(limit time.Duration) error {
	slack := limit + i.Frame + time.Millisecond
	loose := slack
	if i.HasAudio {
		loose += audioSlack
	}
	for _, v := range []struct{ is, max time.Duration }{
		{i.Duration, slack}, {i.Declared, loose}, {i.AudioEnd - i.FirstPTS, loose},
	} {
		if v.is > v.max {
			return TooLong(v.is, limit)
		}
	}
	return nil
}

// CheckPixels refuses, with CodeInvalidInput, pictures of more than limit pixels.
func (i Info) CheckPixels(limit int) error {
	if i.Width*i.Height > limit {
		return TooBig(i.Width, i.Height, limit)
	}
	return nil
}

// Size is the width and height as shown, that is after Rotation.
func (i Info) Size() (w, h int) {
	if i.Rotation%180 != 0 {
		return i.Height, i.Width
	}
	return i.Width, i.Height
}

// TooLong is the error for a video of length is where limit is the most.
func TooLong(is, limit time.Duration) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput,
		"The video is %.3f s long; at most %g s are possible. Please cut it.", is.Seconds(), limit.Seconds())
}

// TooBig is the error for pictures of w x h pixels where limit is the most.
func TooBig(w, h, limit int) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput,
		"The video's pictures have %d x %d pixels; at most %d pixels in all are possible (4096 x 2304, say). Please scale it down.", w, h, limit)
}
