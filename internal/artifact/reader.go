package artifact

import (
	"errors"
	"io"

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
