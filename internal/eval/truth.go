package eval

import (
	"image"
	_ "image/png" // maps are PNG files
	"os"
	"slices"
)

// histSize is the side of the square grid on which the fixations of all
// pictures are pooled.
const histSize = 128

// pool is what all pictures of a set say together: the ground for the center
// prior and for the shuffled AUC.
type pool struct {
	set   *Set
	total Field
	maps  []Field    // of every stimulus, in sets of maps
	fixes []Fixation // of all stimuli, in order
	first []int      // first index in fixes of every stimulus, and the end
}

// newPool gathers the whole set, whatever part of it is judged.
func newPool(s *Set) (*pool, error) {
	p := &pool{set: s, total: newField(histSize, histSize)}
	for i := range s.Stimuli {
		st := &s.Stimuli[i]
		p.first = append(p.first, len(p.fixes))
		if s.Maps {
			m, err := readMap(st)
			if err != nil {
				return nil, err
			}
			m = m.resize(histSize, histSize)
			m.normalize()
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

// own is the histogram of one stimulus.
func (p *pool) own(i int) Field {
	if p.set.Maps {
		return p.maps[i]
	}
	h := newField(histSize, histSize)
	for _, o := range p.set.Stimuli[i].Observers {
		for _, f := range o {
			h.V[h.index(f.X, f.Y)]++
		}
	}
	return h
}

// rest is the pooled histogram of all stimuli but one.
func (p *pool) rest(i int) Field {
	out := p.own(i)
	if p.set.Maps {
		out = Field{W: out.W, H: out.H, V: slices.Clone(out.V)}
	}
	for k, v := range p.total.V {
		out.V[k] = max(0, v-out.V[k])
	}
	return out
}

// center is the center prior for a stimulus, learned from all others: their
// fixations, blurred by 1.5 degrees of this stimulus. Sum 1. A set of one
// stimulus gives an even prior.
func (p *pool) center(i int) Field {
	st := &p.set.Stimuli[i]
	sx := 1.5 * st.Sigma * histSize / float64(st.Width)
	sy := 1.5 * st.Sigma * histSize / float64(st.Height)
	c := p.rest(i).blur(sx, sy).resize(st.Width, st.Height)
	c.normalize()
	return c
}

// truth is what is known about one stimulus: the ground truth that a map is
// scored against, and what the other stimuli say.
type truth struct {
	w, h    int
	fixated []int     // cells of the fixations; nil in sets of maps
	q       Field     // ground-truth density
	others  []int     // cells of the fixations of all other stimuli
	weights []float64 // sets of maps: density of all other stimuli
	prior   Field     // center prior
	smooth  Field     // the same, smoothed for IG
}

// truth gathers the ground truth of stimulus i.
func (p *pool) truth(i int) (*truth, error) {
	st := &p.set.Stimuli[i]
	t := &truth{w: st.Width, h: st.Height, prior: p.center(i)}
	t.smooth = smooth(t.prior)
	if p.set.Maps {
		q, err := readMap(st)
		if err != nil {
			return nil, err
		}
		q.normalize()
		t.q = q
		if len(p.maps) > 1 {
			t.weights = p.rest(i).resize(t.w, t.h).V
		}
		return t, nil
	}
	grid := Field{W: t.w, H: t.h}
	for k, f := range p.fixes {
		if k < p.first[i] || k >= p.first[i+1] {
			t.others = append(t.others, grid.index(f.X, f.Y))
		}
	}
	t.fixated, t.q = t.look(st.fixations(), gaussian(st.Sigma))
	return t, nil
}

// look gives the cells of fixations and their density.
func (t *truth) look(f []Fixation, kernel []float64) ([]int, Field) {
	q := newField(t.w, t.h)
	cells := make([]int, len(f))
	for k, p := range f {
		cells[k] = q.index(p.X, p.Y)
		q.splat(cells[k], kernel, 1)
	}
	q.normalize()
	return cells, q
}

// against is the same stimulus with other fixations to be told: the yardstick
// of a part of the observers.
func (t *truth) against(fixated []int, q Field) *truth {
	c := *t
	c.fixated, c.q = fixated, q
	return &c
}

// score gives all measures of a map of any size.
func (t *truth) score(m Field) Scores {
	m = m.resize(t.w, t.h)
	p := m.distribution()
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
func (s Scores) weighted(t *truth, m, smoothed Field) {
	mean, std := m.meanStd()
	every := make([]float64, len(m.V))
	var nss float64
	for i, v := range m.V {
		every[i] = 1
		nss += (v - mean) / (std + epsilon) * t.q.V[i]
	}
	s[MetricNSS] = nss
	s[MetricAUC] = weightedAUC(m, t.q.V, every)
	if t.weights != nil {
		s[MetricSAUC] = weightedAUC(m, t.q.V, t.weights)
		s[MetricIG] = weightedIG(smoothed, t.smooth, t.q)
	}
}

// pick lists the values of a map at cells.
func pick(m Field, cells []int) []float64 {
	out := make([]float64, len(cells))
	for k, i := range cells {
		out[k] = m.V[i]
	}
	return out
}

// readMap reads the density map of a stimulus at the stimulus' size; not
// normalized.
func readMap(st *Stimulus) (Field, error) {
	f, err := os.Open(st.Map)
	if err != nil {
		return Field{}, bad("%s cannot be read.", st.Map).With(err)
	}
	defer f.Close()
	head, _, err := image.DecodeConfig(f)
	if err != nil || head.Width*head.Height > maxPixels || head.Width < 1 || head.Height < 1 {
		return Field{}, bad("%s is no PNG picture of at most 50 million pixels.", st.Map).With(err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return Field{}, bad("%s cannot be read.", st.Map).With(err)
	}
	img, _, err := image.Decode(f)
	if err != nil {
		return Field{}, bad("%s is damaged or truncated: %v.", st.Map, err).With(err)
	}
	m := gray(img).resize(st.Width, st.Height)
	if m.sum() <= 0 {
		return Field{}, bad("%s is black all over; a density map needs some light.", st.Map)
	}
	return m, nil
}

// gray is the mean of the color channels, 16 bits deep.
func gray(img image.Image) Field {
	b := img.Bounds()
	m := newField(b.Dx(), b.Dy())
	for y := range m.H {
		for x := range m.W {
			r, g, bl, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			m.V[y*m.W+x] = float64(r+g+bl) / 3
		}
	}
	return m
}
