package artifact

import (
	"errors"
	"io"
	"math"

	"github.com/saccade-dev/saccade"
)

// Reader reads frames.json and density.npy of an analysis in step.
type Reader struct {
	frames *FramesReader
	maps   *DensityReader
}

// NewReader reads the heads of both files.
func NewReader(frames, density io.Reader) (*Reader, error) {
	f, err := NewFramesReader(frames)
	if err != nil {
		return nil, err
	}
	d, err := NewDensityReader(density)
	if err != nil {
		return nil, err
	}
	return &Reader{frames: f, maps: d}, nil
}

// Head returns what the rows are about.
func (r *Reader) Head() Head { return r.frames.Head() }

// Image reports whether the files are of an image.
func (r *Reader) Image() bool { return r.maps.Image }

// Duration is as [FramesReader.Duration].
func (r *Reader) Duration() float64 { return r.frames.Duration() }

// Next returns the next row and its density; io.EOF after the last. Files of
// different numbers of frames are an error.
func (r *Reader) Next() (Row, saccade.Density, error) {
	row, rowErr := r.frames.Next()
	d, mapErr := r.maps.Next()
	if errors.Is(rowErr, io.EOF) != errors.Is(mapErr, io.EOF) {
		return row, d, errors.New("artifact: density.npy and frames.json do not belong together")
	}
	if rowErr != nil {
		return row, d, rowErr
	}
	return row, d, mapErr
}

// Shown is a row with its density and the span of time it is shown for.
type Shown struct {
	Row      Row
	Density  saccade.Density
	From, To float64 // seconds since the first frame
}

// unknownFrame is how long, in seconds, the frame of a video counts that has but
// one, and whose duration nobody knows.
const unknownFrame = 1.0 / 25

// Walk calls visit for the rows that were not read yet, in their order, and
// ends at the first error of visit. The last frame of a video ends with the
// duration that the file names, else with the one given (0: not known), else it
// counts as long as the frame before. An image is shown for still seconds.
func (r *Reader) Walk(still, duration float64, visit func(Shown) error) error {
	row, d, err := r.Next()
	first := row.Time
	since := func(at float64) float64 { // rows have the input's own time stamps
		return math.Round((at-first)*1e6) / 1e6
	}
	for shown := 0.0; err == nil; {
		s := Shown{Row: row, Density: d, From: since(row.Time)}
		if row, d, err = r.Next(); err == nil {
			s.To = since(row.Time)
		} else if errors.Is(err, io.EOF) {
			s.To = r.end(still, duration, s.From, shown)
		} else {
			break
		}
		shown = s.To - s.From
		if err := visit(s); err != nil {
			return err
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// end returns when the last frame ends, which appeared at a time after one that
// was shown for a while.
func (r *Reader) end(still, duration, at, shown float64) float64 {
	if r.Duration() > 0 {
		duration = r.Duration()
	}
	switch {
	case r.Image():
		return still
	case duration > 0:
		return duration
	case shown > 0:
		return at + shown
	}
	return at + unknownFrame
}
