package score

import (
	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/lanes"
)

// Focus returns how concentrated attention is, in bits: the information gain of
// the density over the uniform one (log2 of the number of cells minus the
// entropy). 0 is "anywhere", 1 is "as if half of the image were not there",
// 3 "as if seven eighths were not". It hardly depends on the resolution of the
// density, as long as its peaks are wider than a cell.
//
// As a score, 50 is the focus of the median home page; see [Calibration].
func Focus(d saccade.Density) float64 {
	return max(lanes.Information(d.V, float64(len(d.V))), 0)
}
