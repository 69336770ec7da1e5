package attention

import (
	"fmt"
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

// bell is a prior over positions: a bell with its own center, width and
// steepness in each direction over an even floor, in fractions of the image.
type bell struct {
	cx, cy, sx, sy, px, py, floor float64
}

// naturalBell is fitted on the fixations of the training photographs (OSIE,
// EyeCrowd, Scene; every tenth left out); it holds 0.80 of the exponent that
// makes it best beside the channels. webBell stands for the well-known bias to
// the upper left of pages and is set by hand: no gaze on pages was at hand.
var (
	naturalBell = bell{0.515, 0.475, 0.371, 0.252, 2.27, 1.86, 0.007}
	webBell     = bell{0.40, 0.28, 0.42, 0.38, 2, 2, 0.25}
)

// priorWeight is the exponent of a prior beside the channels.
const priorWeight = 0.8

// logPrior returns the weighted log prior on a grid; p is only read for
// [PriorAuto].
func logPrior(w, h int, prior Prior, p *pix.RGB) ([]float32, error) {
	web := 0.0
	switch prior {
	case PriorNone:
		return make([]float32, w*h), nil
	case PriorNatural, PriorVideo: // it has none of its own for video
	case PriorWeb:
		web = 1
	case PriorAuto:
		web = PageProbability(p)
	default:
		return nil, fmt.Errorf("attention: unknown prior %q", prior)
	}
	natural, page := naturalBell.grid(w, h), webBell.grid(w, h)
	z := make([]float32, w*h)
	for i := range z {
		v := (1-web)*natural[i] + web*page[i]
		z[i] = float32(priorWeight * math.Log(v*float64(w*h)))
	}
	return z, nil
}

// grid samples the bell at the centers of the cells; the sum is 1.
func (b bell) grid(w, h int) []float64 {
	v := make([]float64, w*h)
	var sum float64
	for i := range v {
		x, y := (float64(i%w)+0.5)/float64(w), (float64(i/w)+0.5)/float64(h)
		v[i] = b.floor + math.Exp(-math.Pow(math.Abs(x-b.cx)/b.sx, b.px)-math.Pow(math.Abs(y-b.cy)/b.sy, b.py))
		sum += v[i]
	}
	for i := range v {
		v[i] /= sum
	}
	return v
}
