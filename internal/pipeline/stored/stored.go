// Package stored reads the densities that an analysis left behind, in place of new
// predictions. They are those of attention.grid, whose 8 bits a cell they have, and sum
// to 1 again.
package stored

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

// Densities are those of a former run, frame by frame. A nil one is none, and can be closed.
type Densities struct {
	grid *artifact.GridReader
	file *os.File
	last saccade.Density
}

// Open opens an attention.grid; without a path, none.
func Open(path string) (*Densities, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	grid, err := artifact.NewGridReader(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Densities{grid: grid, file: f}, nil
}

// Next returns the density of the next frame, of the whole frame. One that equals that
// of the frame before shares its memory.
func (s *Densities) Next() (saccade.Density, error) {
	_, d, err := s.grid.Next()
	if errors.Is(err, io.EOF) {
		return d, fmt.Errorf("stored: the densities end before the video: %w", io.ErrUnexpectedEOF)
	}
	if err != nil {
		return d, err
	}
	var sum float64
	for _, v := range d.V {
		sum += float64(v)
	}
	for i := range d.V { // the rounding to 8 bits
		d.V[i] = float32(float64(d.V[i]) / sum)
	}
	if !slices.Equal(d.V, s.last.V) {
		s.last = d
	}
	return s.last, nil
}

// Close closes the grid.
func (s *Densities) Close() error {
	if s == nil {
		return nil
	}
	return s.file.Close()
}
