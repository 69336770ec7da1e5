package eval

import (
	"image"
	_ "image/png" // maps are PNG files
	"os"

	"github.com/saccade-dev/saccade/internal/pix"
)

// histSize is the side of the square grid on which the fixations of all images
// are pooled.
const histSize = 128

// pool holds the fixations of a whole set: the ground for the center prior and
// for the shuffled AUC.
type pool struct {
	set   *Set
	total *pix.Plane
	maps  []*pix.Plane // of every stimulus, in sets of maps
	fixes []Fixation   // of all stimuli, in order
	first []int        // first index in fixes of every stimulus, and the end
}

// newPool gathers the whole set, whatever part of it is judged.
func newPool(s *Set) (*pool, error) {
	p := &pool{set: s, total: pix.NewPlane(histSize, histSize)}
	for i := range s.Stimuli {
		st := &s.Stimuli[i]
		p.first = append(p.first, len(p.fixes))
		if s.Maps {
			m, err := readMap(st)
			if err != nil {
				return nil, err
			}
			m = resize(m, histSize, histSize)
			normalize(m)
			p.maps = append(p.maps, m)
		} else {
			p.fixes = append(p.fixes, st.fixations()...)
		}
		for k, v := range p.own(i).V {
			p.total.V[k] += v
		}
	}
	p.first = append(p.first, len(p.fixes))
	return p, nil
}

// own returns the histogram of one stimulus.
func (p *pool) own(i int) *pix.Plane {
	if p.set.Maps {
		return p.maps[i]
	}
	return histogram(p.set.Stimuli[i].fixations())
}

// histogram counts fixations on the grid of the pool.
func histogram(all []Fixation) *pix.Plane {
	h := pix.NewPlane(histSize, histSize)
	for _, f := range all {
		h.V[cellAt(h.W, h.H, f)]++
	}
	return h
}

// rest returns the pooled histogram of all stimuli but one.
func (p *pool) rest(i int) *pix.Plane {
	own := p.own(i)
	out := pix.NewPlane(own.W, own.H)
	for k, v := range p.total.V {
		out.V[k] = max(0, v-own.V[k])
	}
	return out
}

// centerPrior returns the center prior for a stimulus, learned from all others:
// their fixations, blurred by 1.5 degrees of this stimulus. Sum 1. A set of one
// stimulus has a uniform prior.
func (p *pool) centerPrior(i int) *pix.Plane {
	st := &p.set.Stimuli[i]
	sx := 1.5 * st.Sigma * histSize / float64(st.Width)
	sy := 1.5 * st.Sigma * histSize / float64(st.Height)
	c := resize(blur(p.rest(i), sx, sy, nothing), st.Width, st.Height)
	normalize(c)
	return c
}

// truth is what a map of one stimulus is scored against: its own fixations and
// those of the other stimuli.
type truth struct {
	w, h    int
	fixated []int      // cells of the fixations; nil in sets of maps
	q       *pix.Plane // ground-truth density
	others  []int      // cells of the fixations of all other stimuli
	weights []float32  // sets of maps: density of all other stimuli
	prior   *pix.Plane // center prior
	smooth  *pix.Plane // the same, smoothed for IG
}

// truth gathers the ground truth of stimulus i.
func (p *pool) truth(i int) (*truth, error) {
	st := &p.set.Stimuli[i]
	t := &truth{w: st.Width, h: st.Height, prior: p.centerPrior(i)}
	t.smooth = smooth(t.prior)
	if p.set.Maps {
		q, err := readMap(st)
		if err != nil {
			return nil, err
		}
		normalize(q)
		t.q = q
		if len(p.maps) > 1 {
			t.weights = resize(p.rest(i), t.w, t.h).V
		}
		return t, nil
	}
	for k, f := range p.fixes {
		if k < p.first[i] || k >= p.first[i+1] {
			t.others = append(t.others, cellAt(t.w, t.h, f))
		}
	}
	t.fixated, t.q = t.density(st.fixations(), gaussian(st.Sigma))
	return t, nil
}

// density returns the cells of fixations and their blurred density.
func (t *truth) density(f []Fixation, kernel []float64) ([]int, *pix.Plane) {
	v := make([]float64, t.w*t.h)
	cells := make([]int, len(f))
	for k, p := range f {
		cells[k] = cellAt(t.w, t.h, p)
		splat(v, t.w, cells[k], kernel)
	}
	return cells, narrowed(v, t.w, t.h)
}

// against returns the same stimulus with other fixations to predict, those of a
// part of the observers.
func (t *truth) against(fixated []int, q *pix.Plane) *truth {
	c := *t
	c.fixated, c.q = fixated, q
	return &c
}

// score returns all measures of a map of any size.
func (t *truth) score(m *pix.Plane) Scores {
	m = resize(m, t.w, t.h)
	p := distribution(m)
	ps := smooth(p)
	s := Scores{MetricCC: CC(m, t.q), MetricKLD: KLD(p, t.q), MetricSIM: SIM(p, t.q)}
	if t.fixated == nil {
		s.weighted(t, m, ps)
		return s
	}
	hits := pick(m, t.fixated)
	s[MetricNSS] = NSS(m, t.fixated)
	s[MetricAUC] = AUC(hits, m.V)
	if len(t.others) > 0 {
		s[MetricSAUC] = AUC(hits, pick(m, t.others))
		s[MetricIG] = IG(ps, t.smooth, t.fixated)
	}
	return s
}

// weighted adds the measures that need fixations, with every cell weighted by
// the ground-truth density instead.
func (s Scores) weighted(t *truth, m, smoothed *pix.Plane) {
	mean, std := meanStd(m)
	every := make([]float32, len(m.V))
	var nss float64
	for i, v := range m.V {
		every[i] = 1
		nss += (float64(v) - mean) / (std + epsilon) * float64(t.q.V[i])
	}
	s[MetricNSS] = nss
	s[MetricAUC] = weightedAUC(m, t.q.V, every)
	if t.weights != nil {
		s[MetricSAUC] = weightedAUC(m, t.q.V, t.weights)
		s[MetricIG] = weightedIG(smoothed, t.smooth, t.q)
	}
}

// readMap reads the density map of a stimulus at the stimulus' size; not
// normalized.
func readMap(st *Stimulus) (*pix.Plane, error) {
	f, err := os.Open(st.Map)
	if err != nil {
		return nil, bad("%s cannot be read.", st.Map).With(err)
	}
	defer f.Close()
	head, _, err := image.DecodeConfig(f)
	if err != nil || head.Width*head.Height > maxPixels || head.Width < 1 || head.Height < 1 {
		return nil, bad("%s is no PNG image of at most 50 million pixels.", st.Map).With(err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, bad("%s cannot be read.", st.Map).With(err)
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, bad("%s is damaged or truncated: %v.", st.Map, err).With(err)
	}
	m := resize(gray(img), st.Width, st.Height)
	if total(m) <= 0 {
		return nil, bad("%s is black all over; a density map needs some light.", st.Map)
	}
	return m, nil
}

// gray returns the mean of the color channels, 16 bits deep.
func gray(img image.Image) *pix.Plane {
	b := img.Bounds()
	m := pix.NewPlane(b.Dx(), b.Dy())
	for y := range m.H {
		for x := range m.W {
			r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			m.V[y*m.W+x] = float32(r+g+bl) / 3
		}
	}
	return m
}
