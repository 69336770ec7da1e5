package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/eval"
)

// evalCmd measures models against eye-tracking data.
type evalCmd struct {
	Sets      []string `arg:"" name:"SET" type:"existingdir" help:"Directories with stimuli.csv, fixations.csv (or maps/) and stimuli/."`
	Model     []string `default:"${model},baseline" placeholder:"NAME" help:"Models to compare: ${default}."`
	Prior     string   `enum:"auto,natural,web,none" default:"auto" help:"Prior, where people look whatever is shown: auto, natural, web or none."`
	Split     string   `enum:"all,val,train" default:"all" help:"Images to evaluate: all, val (every tenth by name, unseen in training) or train (the others)."`
	NoPeople  bool     `help:"Leave out the inter-observer rows, which take longest."`
	JSON      bool     `name:"json" help:"Print one JSON list of reports instead of tables."`
	Markdown  bool     `name:"markdown" help:"Print Markdown tables."`
	PerImage  string   `placeholder:"FILE" help:"Also write every image's figures to a CSV file."`
	Resamples int      `default:"2000" help:"Bootstrap samples behind the 95 % intervals."`
	Seed      uint64   `default:"1" help:"Seed of bootstrap and random halves; figures repeat with the seed."`
	Jobs      int      `default:"0" help:"Images evaluated at the same time; 0: one for each core."`
}

// Help adds examples to --help.
func (evalCmd) Help() string {
	return `Examples:
  saccade eval data/osie --split val
  saccade eval data/osie data/crowd --model baseline --json
  saccade eval my-study --per-image figures.csv

What the figures mean and what a set looks like: docs/accuracy.md.`
}

// Run evaluates every set in turn.
func (c *evalCmd) Run(e env) error {
	if c.JSON && c.Markdown {
		return usage(e, errors.New("--json and --markdown exclude each other"))
	}
	opt := eval.Options{Prior: attention.Prior(c.Prior), Split: eval.Split(c.Split), NoPeople: c.NoPeople,
		Workers: c.Jobs, Resamples: c.Resamples, Seed: c.Seed}
	for _, name := range c.Model {
		m, err := attention.ByName(name)
		if err != nil {
			return usage(e, err)
		}
		opt.Predictors = append(opt.Predictors, m)
	}
	bars := newProgress(e.stderr)
	defer bars.Wait()
	reports := make([]*eval.Report, 0, len(c.Sets))
	for _, dir := range c.Sets {
		r, err := c.evaluate(e, dir, opt, bars)
		if err != nil {
			return err
		}
		reports = append(reports, r)
	}
	if err := c.writePerImage(reports); err != nil {
		return err
	}
	return c.print(e, reports)
}

// evaluate evaluates one set.
func (c *evalCmd) evaluate(e env, dir string, opt eval.Options, bars *progress) (*eval.Report, error) {
	set, err := eval.LoadSet(dir)
	if err != nil {
		return nil, plainError(err)
	}
	bar := bars.Add(filepath.Base(dir))
	defer bar.Done()
	opt.Progress = func(done, total int) {
		bar.Set(saccade.Progress{Fraction: float64(done) / float64(total), Stage: saccade.StagePredicting})
	}
	r, err := eval.Run(e.ctx, set, opt)
	return r, plainError(err)
}

// plainError drops the code of an error, which means nothing on a terminal.
func plainError(err error) error {
	var s *saccade.Error
	if errors.As(err, &s) && s.Code != saccade.CodeServer {
		return errors.New(s.Message)
	}
	return err
}

func (c *evalCmd) writePerImage(reports []*eval.Report) error {
	if c.PerImage == "" {
		return nil
	}
	f, err := os.Create(c.PerImage)
	if err != nil {
		return err
	}
	return errors.Join(eval.WritePerImage(f, reports...), f.Close())
}

func (c *evalCmd) print(e env, reports []*eval.Report) error {
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(reports)
	}
	for _, r := range reports {
		text := r.Table()
		if c.Markdown {
			text = r.Markdown()
		}
		if _, err := fmt.Fprintln(e.stdout, text); err != nil {
			return err
		}
	}
	return nil
}
