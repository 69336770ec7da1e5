package pipeline

import (
	"image"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline/letterbox"
)

// A stage that is shared may change its size within a video. Its frames keep
// their proportions then, with bars around them, and attention and scores are
// measured on what is between the bars: every size has a stream of its own, and
// its maps are put into those of the whole frame.

// maxStreams is how many sizes of a video keep the state of their stream.
const maxStreams = 4

// streams are the streams of one video, by the size of what they see.
type streams struct {
	model  attention.Predictor
	prior  attention.Prior
	bySize map[image.Point]attention.Stream
}

// of returns the stream for frames of a size.
func (s *streams) of(size image.Point) (attention.Stream, error) {
	if st := s.bySize[size]; st != nil {
		return st, nil
	}
	st, err := s.model.NewStream(size.X, size.Y, s.prior)
	if err != nil {
		return nil, err
	}
	if s.bySize == nil || len(s.bySize) >= maxStreams {
		s.bySize = map[image.Point]attention.Stream{}
	}
	s.bySize[size] = st
	return st, nil
}

// active is the part of a frame between the bars: all of it, as a rule.
func active(f *ffmpeg.Frame) *image.YCbCr {
	if f.Active == f.Image.Rect {
		return f.Image
	}
	return f.Image.SubImage(f.Active).(*image.YCbCr)
}

func letterboxOf(f *ffmpeg.Frame) letterbox.Box { return letterbox.Of(f.Active, f.Image.Rect) }
