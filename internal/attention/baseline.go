package attention

import (
	"fmt"
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// BaselineName is the name of the training-free predictor in results.
const BaselineName = "baseline"

// Baseline is the training-free predictor: no learned features, only channels
// from the literature, each a formula of a page:
//
//   - surroundedness of Boolean maps (Zhang and Sclaroff, ICCV 2013) over
//     CIELAB lightness and the two opponent colors,
//   - corner structure, that is contrast in more than one orientation
//     (Foerstner and Guelch 1987; Shi and Tomasi, CVPR 1994),
//   - self-information of color (Bruce and Tsotsos, NIPS 2005; Zhai and Shah,
//     ACM MM 2006),
//   - the chroma of human skin (Hsu, Abdel-Mottaleb and Jain, PAMI 2002),
//   - in streams, motion against the background (normal flow of Horn and
//     Schunck 1981, weighed against the mean of the frame).
//
// The channels are mixed in the log domain with four weights and a prior for
// the medium. Weights and center prior (nothing else) were fitted on the
// fixations of the training photographs; there is no gaze on pages or video
// behind it, so the web prior and the motion weight are set by hand.
//
// The zero value is not usable; call [NewBaseline].
type Baseline struct{}

// NewBaseline returns the predictor. It holds no state and needs no files.
func NewBaseline() *Baseline { return &Baseline{} }

// Name implements [Predictor].
func (*Baseline) Name() string { return BaselineName }

const (
	baselineArea    = 192 * 144 // pixels of the working size
	baselineMinSide = 32        // pixels
	baselineMaxSide = 1024      // pixels
	baselineSigma   = 1.8       // smoothing of every channel, cells of the grid
	cornerSigma     = 1.5       // window of the structure tensor, cells
	channelFloor    = 0.15      // added to a channel (mean 1) before its logarithm
	motionWeight    = 0.9       // by hand; see motion
)

// baselineWeights are the exponents of the static channels.
var baselineWeights = [staticChannels]float32{
	chanSurround: 0.35, chanCorner: 0.76, chanRare: 0.75, chanSkin: 0.11,
}

// baselineSize returns the working size for an image: its aspect ratio, about
// baselineArea pixels (more for long pages, up to three times), even sides.
func baselineSize(w, h int) (int, int) {
	aspect := float64(max(w, h)) / float64(max(1, min(w, h)))
	area := baselineArea * min(max(aspect/2, 1), 3)
	k := math.Sqrt(area / (float64(w) * float64(h)))
	side := func(v int) int {
		n := int(math.Round(float64(v) * k / 2))
		return 2 * min(max(n, baselineMinSide/2), baselineMaxSide/2)
	}
	return side(w), side(h)
}

// Image implements [Predictor].
func (*Baseline) Image(p *pix.RGB, prior Prior) (saccade.Density, error) {
	if err := checkImage(p); err != nil {
		return saccade.Density{}, err
	}
	w, h := baselineSize(p.W, p.H)
	c := newChannels(w, h)
	c.measure(p.Scale(w, h))
	bias, err := logPrior(c.gw, c.gh, prior, p)
	if err != nil {
		return saccade.Density{}, err
	}
	z := make([]float32, c.gw*c.gh)
	mixStatic(z, c, bias)
	d := saccade.Density{W: c.gw, H: c.gh, V: make([]float32, len(z))}
	softmax(d.V, z)
	return d, nil
}

// checkImage returns an error unless the pixels match the size.
func checkImage(p *pix.RGB) error {
	if p == nil || p.W <= 0 || p.H <= 0 || len(p.Pix) != 3*p.W*p.H {
		return fmt.Errorf("attention: the image is empty or its size does not match its pixels")
	}
	return nil
}

// checkFrame returns an error unless p is a valid frame of w x h pixels.
func checkFrame(p *pix.RGB, w, h int) error {
	if err := checkImage(p); err != nil {
		return err
	}
	if p.W != w || p.H != h {
		return fmt.Errorf("attention: the frame has %d x %d pixels, the stream wants %d x %d", p.W, p.H, w, h)
	}
	return nil
}

// mixStatic writes the log density (up to a constant) of the static channels
// and the prior.
func mixStatic(z []float32, c *channels, bias []float32) {
	copy(z, bias)
	for k, ch := range c.out {
		weight := baselineWeights[k]
		for i, v := range ch {
			z[i] += weight * logf(v+channelFloor)
		}
	}
}

func logf(v float32) float32 { return float32(math.Log(float64(v))) }

// softmax writes exp(z) normalized to sum 1.
func softmax(dst, z []float32) {
	_, top := extent(z)
	var sum float64
	for i, v := range z {
		e := math.Exp(float64(v - top))
		dst[i] = float32(e)
		sum += e
	}
	scale := float32(1 / sum)
	for i := range dst {
		dst[i] *= scale
	}
}
