// Package dealt says in what order the frames of a video lie in several files, to which
// they were dealt in segments of so many frames each: segment k in file k modulo their
// number. It decides where each frame belongs and refuses files that do not fit; it reads
// none of them.
package dealt

import (
	"fmt"
	"time"
)

// Order is how frames were dealt.
type Order struct {
	Files  int             // 1 or more
	First  int             // frames of segment 0, 1 or more
	Frames int             // of any other one, 1 or more; the last of all may be shorter
	Starts []time.Duration // of the first frames of all segments, ascending
}

// Segment returns where a frame, from 0, goes: to which segment, and to which file.
func (o Order) Segment(frame int) (segment, file int) {
	if frame >= o.First {
		segment = 1 + (frame-o.First)/o.Frames
	}
	return segment, segment % o.Files
}

// Begins reports whether a segment begins with a frame, from 0, of a file.
func (o Order) Begins(file, frame int) bool {
	if file == 0 && frame > 0 {
		frame -= o.First
	}
	return frame >= 0 && frame%max(1, o.Frames) == 0
}

// Place turns the ascending times of all frames of a file, of which only the differences within a
// segment count, into those of the video. It is an error if a segment has not as
// many frames as it must have, or reaches into the next one.
func (o Order) Place(file int, at []time.Duration) error {
	if o.Files < 1 || o.First < 1 || o.Frames < 1 || file < 0 || file >= o.Files {
		return fmt.Errorf("file %d of %d, segments of %d and %d frames", file, o.Files, o.First, o.Frames)
	}
	for segment := file; segment < len(o.Starts); segment += o.Files {
		last := segment == len(o.Starts)-1
		want := o.Frames
		if segment == 0 {
			want = o.First
		}
		n := min(want, len(at))
		if n < 1 || n < want && !last {
			return fmt.Errorf("segment %d has %d frames, want %d", segment, n, want)
		}
		shift := o.Starts[segment] - at[0]
		for i := range n {
			at[i] += shift
		}
		if !last && at[n-1] >= o.Starts[segment+1] {
			return fmt.Errorf("segment %d ends at %v, where the next one has begun", segment, at[n-1])
		}
		at = at[n:]
	}
	if len(at) > 0 {
		return fmt.Errorf("%d frames more than were dealt", len(at))
	}
	return nil
}
