package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/gate"
	"github.com/saccade-dev/saccade/internal/gate/github"
	"github.com/saccade-dev/saccade/internal/remote"
)

// compareCmd compares designs, and judges the difference by checks.
type compareCmd struct {
	gate.Flags
	Out    string   `placeholder:"DIR" help:"Write compare.json, compare.md and report.html there."`
	Format string   `enum:"table,json,markdown,html" default:"table" help:"What to print: table, json, markdown or html."`
	Model  string   `default:"${model}" help:"saccade-1 (the trained network) or baseline (training-free)."`
	Server string   `placeholder:"URL" help:"Analyze on this server rather than in this process; the token is read from SACCADE_TOKEN or, after saccade login, from hosts.json."`
	Remote bool     `env:"-" help:"Analyze on the server that you are signed in to, or SACCADE_URL."`
	GitHub bool     `name:"github-comment" help:"In a job of GitHub Actions: write the Markdown as the job's one comment on the pull request, with GITHUB_TOKEN."`
	Allow  []string `placeholder:"ADDR" help:"Private addresses that pages may reach, separated by commas: 10.0.0.0/8, intranet.example. Those of this machine always may."`
	Jobs   int      `default:"0" help:"Pairs compared at the same time; 0: one for each core."`
}

// Help adds examples to --help.
func (compareCmd) Help() string {
	return `Examples:
  saccade compare base.png new.png --aoi cta=0.35,0.55,0.30,0.12 --fail-if 'cta.share < 0.9*base'
  saccade compare 'before/*.png' 'after/*.png' --warn-if 'focus < base-5' --out cmp
  saccade compare --git origin/main 'shots/*.png' --fail-if 'moved > 25%' --format markdown
  saccade compare https://www.example.com https://staging.example.com --medium desktopWeb,mobileWeb
  saccade compare --git HEAD~1 --config saccade.yml

A check is one quantity of the candidate, a comparison (< <= > >= == !=) and an expression of + - * / % with base, the same
quantity of the base: focus, clarity, excitingness (0 to 100), moved (share of attention that moved), and of an area
NAME.share, NAME.rank, NAME.first (seconds), NAME.peak. Differences inside the noise are marked "no news". See docs/ci.md.
Exit status: 0 done, 1 an input failed or a --fail-if is true, 2 wrong usage; saccade --help has them all.`
}

// Run compares every pair and reports.
func (c *compareCmd) Run(e env) error {
	plan, err := c.Plan()
	if err != nil {
		return usage(e, err)
	}
	if _, err := gate.Bind(plan.Checks, plan.Areas); err != nil {
		return usage(e, err)
	}
	temp, err := os.MkdirTemp("", "saccade-compare-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	pairs, err := gate.Find(e.ctx, gate.Want{Pages: plan.Pages, Ref: c.Git, Media: plan.Media, Temp: temp})
	var misuse gate.Misuse
	if errors.As(err, &misuse) {
		return usage(e, err)
	}
	if err != nil {
		return err
	}
	analyzer, err := c.analyzer(temp)
	if err != nil {
		return err
	}
	bars := newProgress(e.stderr)
	bar := bars.Add("compare")
	job := gate.Job{Pairs: pairs, Areas: plan.Areas, Checks: plan.Checks, Analyzer: analyzer, Workers: c.Jobs, Progress: func(done, total int) {
		bar.Set(saccade.Progress{Fraction: float64(done) / float64(total)})
	}}
	if job.Workers <= 0 {
		job.Workers = runtime.GOMAXPROCS(0)
	}
	result, err := gate.Run(e.ctx, job)
	bar.Done()
	bars.Wait()
	if e.ctx.Err() != nil {
		return exitWith(exitInterrupted, errors.New("interrupted"))
	}
	if r, ok := analyzer.(remote.Comparer); ok {
		err = r.Explain(err)
	} else if err != nil { // of this machine, not of a server
		err = exitWith(exitFailed, err)
	}
	if err != nil {
		return err
	}
	return c.report(e, result)
}

// analyzer returns the engine in this process, or a server.
func (c *compareCmd) analyzer(temp string) (gate.Analyzer, error) {
	if c.Server != "" || c.Remote {
		s, err := openServer(c.Server, 4)
		if err != nil {
			return nil, err
		}
		return remote.Comparer{Session: s, Temp: temp}, nil
	}
	an, err := (&analyzeCmd{Model: c.Model, Prior: "auto"}).analyzer(c.Allow...)
	if err != nil {
		return nil, err
	}
	return gate.Local{Pipeline: an, Temp: temp}, nil
}

// report prints and saves the result; a failing verdict is exit status 1.
func (c *compareCmd) report(e env, r *gate.Result) error {
	for _, w := range r.Document.Warnings {
		if c.Format != gate.FormatTable { // which has them
			fmt.Fprintln(e.stderr, "saccade: warning:", remote.Printable(w))
		}
	}
	if c.Out != "" {
		if err := r.Save(c.Out); err != nil {
			return err
		}
	}
	if err := r.Write(e.stdout, c.Format); err != nil {
		return err
	}
	if c.GitHub {
		if err := github.Comment(e.ctx, os.Getenv, r.Markdown()); err != nil { // the verdict counts all the same
			fmt.Fprintln(e.stderr, "saccade: no comment was written:", remote.Printable(err.Error()))
		}
	}
	if r.Document.Verdict == saccade.VerdictFail {
		return exitStatus(exitFailed)
	}
	return nil
}
