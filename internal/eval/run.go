package eval

import (
	"context"
	"fmt"
	"math"
	"os"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Run judges predictors on a set of images, one row each, in this order, before
// the baselines. It stops at the first error or when ctx ends.
func Run(ctx context.Context, set *Set, predictors []attention.Predictor, cfg Config) (*Report, error) {
	if err := cfg.Validate(); err != nil {
		return nil, bad("%v", err)
	}
	picked, err := cfg.Split.pick(set.Name, len(set.Stimuli))
	if err != nil {
		return nil, err
	}
	p, err := newPool(set)
	if err != nil {
		return nil, err
	}
	judge := &judge{cfg: cfg, pool: p, predictors: predictors}
	progress := counter{total: len(picked), report: cfg.report}
	results, err := parallel(ctx, cfg.Workers, len(picked), func(_ context.Context, k int) ([]Scores, error) {
		s, err := judge.image(picked[k])
		if err == nil {
			progress.add(1)
		}
		return s, err
	})
	if err != nil {
		return nil, err
	}
	r := newReport(set.Name, cfg)
	r.Stimuli, r.Truth = len(picked), "fixations"
	if set.Maps {
		r.Truth = "maps"
	}
	r.SigmaPx[0], r.SigmaPx[1] = set.sigmas()
	for _, i := range picked {
		r.names = append(r.names, set.Stimuli[i].Name)
		r.Fixations += len(set.Stimuli[i].fixations())
	}
	r.fill(judge.rows(), results, cfg)
	return r, nil
}

// judge scores the images of one run.
type judge struct {
	cfg        Config
	pool       *pool
	predictors []attention.Predictor
}

// observers reports whether there are inter-observer rows.
func (j *judge) observers() bool { return !j.cfg.NoObservers && !j.pool.set.Maps }

// rows lists the rows of the report, still without figures, in the order of
// what image returns.
func (j *judge) rows() []Row {
	var rows []Row
	if j.observers() {
		rows = append(rows, Row{Name: rowLeaveOneOut, Kind: RowPeople}, Row{Name: rowSplitHalf, Kind: RowPeople})
	}
	for _, m := range j.predictors {
		rows = append(rows, Row{Name: m.Name(), Kind: RowModel})
	}
	return append(rows, Row{Name: rowCenterPrior, Kind: RowCenter})
}

// image scores all rows on stimulus i.
func (j *judge) image(i int) ([]Scores, error) {
	st := &j.pool.set.Stimuli[i]
	t, err := j.pool.truth(i)
	if err != nil {
		return nil, err
	}
	var out []Scores
	if j.observers() {
		kernel := gaussian(st.Sigma)
		out = append(out, leaveOneOut(t, st, kernel), splitHalf(t, st, kernel, j.cfg.Seed))
	}
	if len(j.predictors) > 0 {
		p, err := readImage(st)
		if err != nil {
			return nil, err
		}
		for _, m := range j.predictors {
			d, err := m.Image(p, j.cfg.Prior)
			if err != nil {
				return nil, fmt.Errorf("%s on %s: %w", m.Name(), st.Name, err)
			}
			out = append(out, t.score(&pix.Plane{W: d.W, H: d.H, V: d.V}))
		}
	}
	return append(out, t.score(t.prior)), nil
}

// readImage decodes the image of a stimulus and checks its shape against the
// one that the set lists.
func readImage(st *Stimulus) (*pix.RGB, error) {
	b, err := os.ReadFile(st.Image)
	if err != nil {
		return nil, bad("%s cannot be read.", st.Image).With(err)
	}
	img, _, err := pix.Decode(b)
	if err != nil {
		return nil, bad("%s: %v", st.Image, err).With(err)
	}
	p := pix.FromImage(img)
	if !sameShape(st.Width, st.Height, p.W, p.H) {
		return nil, bad("%s has %d x %d pixels, stimuli.csv says %d x %d: another shape, so the fixations cannot belong to it.", st.Image, p.W, p.H, st.Width, st.Height)
	}
	return p, nil
}

// sameShape reports whether two sizes have the same aspect ratio, within 5 %.
func sameShape(w1, h1, w2, h2 int) bool {
	return math.Abs(math.Log(float64(w1)*float64(h2)/float64(h1)/float64(w2))) <= 0.05
}
