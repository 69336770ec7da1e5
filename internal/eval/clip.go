package eval

import (
	"math"

	"github.com/saccade-dev/saccade/internal/pix"
)

// The grid on which frames are judged, and the deviation of the ground truth as
// a share of the width: about one degree where people watched a video on a
// screen. These are the numbers of the project's reference script.
const (
	clipW, clipH = 160, 90
	clipSigma    = 0.021
	centerSigma  = 0.22 // of the Gaussian center, in shares of either side
)

// The fewest simultaneous fixations that a frame is judged by, and that
// observers are compared from.
const (
	minFixations = 3
	minLeaveOut  = 4
)

// clipTruth is what the frames of one clip are scored against.
type clipTruth struct {
	clip   *Clip
	kernel []float64
	others []int      // cells of the fixations of all other clips
	prior  *pix.Plane // video prior: density of the fixations of all other clips
	smooth *pix.Plane // the same, smoothed for IG
}

// newClipTruth gathers the ground truth of clip i. In a set of one clip there
// is no video prior: it is uniform, and sAUC and IG are left out.
func newClipTruth(s *VideoSet, i int) *clipTruth {
	t := &clipTruth{clip: &s.Clips[i], kernel: gaussian(clipSigma * clipW)}
	hist := pix.NewPlane(clipW, clipH)
	for k := range s.Clips {
		if k == i {
			continue
		}
		for _, f := range s.Clips[k].Fixations {
			cell := cellAt(clipW, clipH, f.Fixation)
			t.others = append(t.others, cell)
			hist.V[cell]++
		}
	}
	sigma := 1.5 * clipSigma * clipW
	t.prior = blur(hist, sigma, sigma, nothing)
	normalize(t.prior)
	t.smooth = smooth(t.prior)
	return t
}

// at returns the cells of the fixations that last at a time in seconds.
func (t *clipTruth) at(seconds float64) []int {
	var cells []int
	for _, f := range t.clip.Fixations {
		if f.Onset > seconds {
			break
		}
		if seconds < f.End {
			cells = append(cells, cellAt(clipW, clipH, f.Fixation))
		}
	}
	return cells
}

// frameTruth is the ground truth of one frame.
type frameTruth struct {
	*clipTruth
	fixated []int
	q       *pix.Plane
}

// frame returns the ground truth at a time; nil where fewer than three
// fixations last.
func (t *clipTruth) frame(seconds float64) *frameTruth {
	cells := t.at(seconds)
	if len(cells) < minFixations {
		return nil
	}
	return &frameTruth{t, cells, t.density(cells)}
}

// density returns the blurred density of cells.
func (t *clipTruth) density(cells []int) *pix.Plane {
	v := make([]float64, clipW*clipH)
	for _, c := range cells {
		splat(v, clipW, c, t.kernel)
	}
	return narrowed(v, clipW, clipH)
}

// score returns all measures of a map of any size.
func (f *frameTruth) score(m *pix.Plane) Scores {
	m = toClipGrid(m)
	p := distribution(m)
	s := f.hits(m, p)
	s[MetricCC], s[MetricKLD], s[MetricSIM] = CC(m, f.q), KLD(p, f.q), SIM(p, f.q)
	return s
}

// hits returns the measures of a map that need no ground-truth density.
func (f *frameTruth) hits(m, p *pix.Plane) Scores {
	v := pick(m, f.fixated)
	s := Scores{MetricNSS: NSS(m, f.fixated), MetricAUC: AUC(v, m.V)}
	if len(f.others) > 0 {
		s[MetricSAUC] = AUC(v, pick(m, f.others))
		s[MetricIG] = IG(smooth(p), f.clipTruth.smooth, f.fixated)
	}
	return s
}

// leaveOneOut returns the inter-observer agreement over a clip: at every step-th
// frame time with four fixations or more, each is predicted by the density of
// the others. The mean is over fixations and times together.
func (t *clipTruth) leaveOneOut(step int) Scores {
	var all []Scores
	for k := 0; ; k++ {
		seconds := float64(k*step) / t.clip.FPS
		if seconds >= t.clip.Duration {
			return meanScores(all)
		}
		cells := t.at(seconds)
		if len(cells) < minLeaveOut {
			continue
		}
		sum := make([]float64, clipW*clipH)
		for _, c := range cells {
			splat(sum, clipW, c, t.kernel)
		}
		for _, c := range cells {
			own := make([]float64, len(sum))
			splat(own, clipW, c, t.kernel)
			rest := narrowed(without(sum, own), clipW, clipH)
			left := frameTruth{clipTruth: t, fixated: []int{c}}
			all = append(all, left.hits(rest, rest))
		}
	}
}

// centerGaussian returns the plainest prior: a Gaussian around the center.
func centerGaussian() *pix.Plane {
	p := pix.NewPlane(clipW, clipH)
	for i := range p.V {
		x, y := (float64(i%clipW)+0.5)/clipW-0.5, (float64(i/clipW)+0.5)/clipH-0.5
		p.V[i] = float32(math.Exp(-(x*x + y*y) / (2 * centerSigma * centerSigma)))
	}
	normalize(p)
	return p
}

// toClipGrid returns a map on the grid of clips. A larger one is smoothed
// first, in both directions by what either shrinks, as the reference does.
func toClipGrid(m *pix.Plane) *pix.Plane {
	if m.W > clipW || m.H > clipH {
		m = blur(m, max(float64(m.W)/clipW, 1)/3, max(float64(m.H)/clipH, 1)/3, mirrored)
	}
	return bilinear(m, clipW, clipH)
}
