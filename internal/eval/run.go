package eval

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Options of [Run] and [RunVideo]. The zero value judges the whole set,
// inter-observer rows included.
type Options struct {
	Predictors []attention.Predictor // one row each, in this order
	Prior      attention.Prior       // "" = auto, as the product is shipped
	Split      Split                 // "" = all
	NoPeople   bool                  // leave the inter-observer rows out (they take longest)
	Workers    int                   // 0 = one a processor
	Resamples  int                   // of the bootstrap; 0 = 2000
	Seed       uint64                // of bootstrap and halves; 0 is a seed like any other
	Progress   func(done, total int) // called after every image, never concurrently
}

// Names of the rows that are not models.
const (
	rowLeaveOneOut = "inter-observer (leave-one-out)"
	rowSplitHalf   = "inter-observer (split-half)"
	rowCenterPrior = "center prior"
)

// Kinds of rows.
const (
	RowModel  = "model"
	RowCenter = "centre" // as it has always stood in the JSON report
	RowPeople = "people"
)

// Row is one line of the table: a model, a baseline or the observers.
type Row struct {
	Name    string              `json:"name"`
	Kind    string              `json:"kind"` // RowModel, RowCenter or RowPeople
	N       int                 `json:"n"`    // images or clips
	Metrics map[Metric]Estimate `json:"metrics"`
	scores  []Scores            // by image or clip
}

// Report is the judgment of one set.
type Report struct {
	Set       string     `json:"set"`
	Truth     string     `json:"truth"` // "fixations" or "maps"
	Split     Split      `json:"split"`
	Stimuli   int        `json:"stimuli"`
	Fixations int        `json:"fixations,omitempty"`
	SigmaPx   [2]float64 `json:"sigma_px"` // least and greatest, one degree
	Prior     string     `json:"prior"`
	Seed      uint64     `json:"seed"`
	Resamples int        `json:"resamples"`
	Rows      []Row      `json:"rows"`
	names     []string   // of the images or clips
}

// Run judges predictors on a set of images. It stops at the first error or when
// ctx ends.
func Run(ctx context.Context, set *Set, opt Options) (*Report, error) {
	opt = opt.withDefaults()
	picked, err := pickSplit(set, opt.Split)
	if err != nil {
		return nil, err
	}
	p, err := newPool(set)
	if err != nil {
		return nil, err
	}
	judge := &judge{opt: opt, pool: p, plan: plan(set, opt)}
	results, err := judge.all(ctx, picked)
	if err != nil {
		return nil, err
	}
	r := &Report{Set: set.Name, Truth: "fixations", Split: opt.Split, Stimuli: len(picked),
		Prior: string(opt.Prior), Seed: opt.Seed, Resamples: opt.Resamples}
	if set.Maps {
		r.Truth = "maps"
	}
	r.SigmaPx[0], r.SigmaPx[1] = set.sigmas()
	for _, i := range picked {
		r.names = append(r.names, set.Stimuli[i].Name)
		r.Fixations += len(set.Stimuli[i].fixations())
	}
	for k, row := range judge.plan {
		for _, res := range results {
			row.scores = append(row.scores, res[k])
		}
		row.summarize(opt)
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}

func (o Options) withDefaults() Options {
	if o.Prior == "" {
		o.Prior = attention.PriorAuto
	}
	if o.Split == "" {
		o.Split = SplitAll
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Resamples <= 0 {
		o.Resamples = 2000
	}
	return o
}

// pickSplit lists the stimuli of a split.
func pickSplit(set *Set, split Split) ([]int, error) {
	switch split {
	case SplitAll, SplitVal, SplitTrain:
	default:
		return nil, bad("%q is no split; choose all, val (every tenth image or clip by name) or train (the others).", split)
	}
	var out []int
	for i := range set.Stimuli {
		if split.has(i) {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return nil, bad("%s: the split %q is empty; the set has only %d images.", set.Name, split, len(set.Stimuli))
	}
	return out, nil
}

// plan lists the rows of the report, still without figures.
func plan(set *Set, opt Options) []Row {
	var rows []Row
	if !opt.NoPeople && !set.Maps {
		rows = append(rows, Row{Name: rowLeaveOneOut, Kind: RowPeople}, Row{Name: rowSplitHalf, Kind: RowPeople})
	}
	for _, m := range opt.Predictors {
		rows = append(rows, Row{Name: m.Name(), Kind: RowModel})
	}
	return append(rows, Row{Name: rowCenterPrior, Kind: RowCenter})
}

// judge scores the images of one run.
type judge struct {
	opt  Options
	pool *pool
	plan []Row
}

// all scores the picked images in parallel: one slice of Scores an image,
// in the order of the plan.
func (j *judge) all(ctx context.Context, picked []int) ([][]Scores, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	out := make([][]Scores, len(picked))
	work := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range min(j.opt.Workers, len(picked)) {
		wg.Go(func() {
			for k := range work {
				s, err := j.image(picked[k])
				if err != nil {
					stop(err)
					continue
				}
				out[k] = s
				mu.Lock()
				done++
				if j.opt.Progress != nil && ctx.Err() == nil {
					j.opt.Progress(done, len(picked))
				}
				mu.Unlock()
			}
		})
	}
	for k := 0; k < len(picked) && ctx.Err() == nil; k++ {
		select {
		case work <- k:
		case <-ctx.Done():
		}
	}
	close(work)
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, nil
}

// image scores all rows on stimulus i.
func (j *judge) image(i int) ([]Scores, error) {
	st := &j.pool.set.Stimuli[i]
	t, err := j.pool.truth(i)
	if err != nil {
		return nil, err
	}
	var out []Scores
	if j.plan[0].Kind == RowPeople {
		kernel := gaussian(st.Sigma)
		out = append(out, leaveOneOut(t, st, kernel), splitHalf(t, st, kernel, j.opt.Seed))
	}
	if len(j.opt.Predictors) > 0 {
		p, err := readImage(st)
		if err != nil {
			return nil, err
		}
		for _, m := range j.opt.Predictors {
			d, err := m.Image(p, j.opt.Prior)
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
	claimed, real := float64(st.Width)/float64(st.Height), float64(p.W)/float64(p.H)
	if math.Abs(math.Log(claimed/real)) > 0.05 {
		return nil, bad("%s has %d x %d pixels, stimuli.csv says %d x %d: another shape, so the fixations cannot belong to it.", st.Image, p.W, p.H, st.Width, st.Height)
	}
	return p, nil
}
