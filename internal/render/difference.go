package render

import (
	"math"
	"sync"

	"github.com/saccade-dev/saccade"
)

// differenceTable has blue below its middle and orange above, to be told apart
// by color-blind eyes too; the middle shows nothing.
var differenceTable = sync.OnceValue(func() *table {
	less := newTable([]lch{{0.80, 0.10, 240}, {0.45, 0.20, 262}}, evenly, differenceOpacity)
	more := newTable([]lch{{0.85, 0.12, 75}, {0.60, 0.20, 40}}, evenly, differenceOpacity)
	t := new(table)
	for i := range steps / 2 {
		t[steps/2-1-i], t[steps/2+i] = less[2*i], more[2*i]
	}
	return t
})

func differenceOpacity(t float64) float64 { return 0.85 * math.Sqrt(max(0, t-0.08)) }

// differenceReach is the difference, in times chance, of the strongest color.
const differenceReach = 8

// Difference shows where a candidate has more attention than a base (orange) and
// where less (blue). The scale is fixed: the strongest color is a difference of
// eight times chance. Both densities must have the same grid.
func Difference(base, candidate saccade.Density) *Layer {
	cells := float64(len(base.V))
	return newLayer(base.W, base.H, differenceTable(), func(i int) float64 {
		d := float64(candidate.V[i]-base.V[i]) * cells
		return 0.5 + 0.5*math.Copysign(math.Log1p(math.Abs(d))/math.Log1p(differenceReach), d)
	})
}
