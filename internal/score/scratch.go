package score

import (
	"sync"

	"github.com/saccade-dev/saccade/internal/lanes"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score/coded"
)

// scratch is memory that measurements use in turn: nothing of it lives on in what they
// answer.
type scratch struct {
	rgb             [levels]pix.RGB
	scalers         [levels]pix.Scaler
	lab             [levels]pix.Lab
	chroma          []float32
	light           []uint8 // bins of lightness
	count           colorCount
	coded           coded.Counter
	boxes           lanes.Boxes
	median          lanes.Medians
	levels, medians []uint8
	labels          []uint32
	runs            []run
	lanes           [3][]float32
	inner, outer    []float32 // under Gaussians
	coarse          []float32 // components of a coarse scale
	columns         []column
	sum             []float32
	places          []int32   // of cells: the nearest point
	distances       []float64 // to it
	row             []float32
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// rows are 18 rows of a width, of any content; there is room for a few more values behind each.
func (s *scratch) rows(w int) (r [18][]float32) {
	const more = 2 * lanes.MaxTaps
	s.row = grown(s.row, len(r)*(w+more))
	for i := range r {
		r[i] = s.row[i*(w+more):][: w : w+more]
	}
	return r
}

// grown returns n values of any content, in the memory of v if they fit.
func grown[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}
