package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/batch"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/remote"
)

// batchCmd analyzes many inputs into a table.
type batchCmd struct {
	Source      string   `arg:"" help:"A directory with videos and images, or a CSV file with the column input (files or addresses of pages) and, if wanted, title and medium."`
	Out         string   `required:"" placeholder:"DIR" help:"Directory for the table and the results: DIR/table.csv, DIR/<name>/result.json and the files it names."`
	Server      string   `env:"-" placeholder:"URL" help:"Analyze on this server (default: in the process). The token comes from SACCADE_TOKEN or saccade login."`
	Remote      bool     `env:"-" help:"Analyze on the server that you are signed in to, or SACCADE_URL."`
	Predictions []string `default:"attention.attentionMap,focus.score,clarity.score,excitingness.score" placeholder:"LIST" help:"Outputs to make, separated by commas, or all."`
	AOIs        string   `name:"aois" type:"existingfile" placeholder:"FILE" help:"JSON list of areas of interest, as in the API."`
	Model       string   `default:"${model}" help:"In the process: saccade-1 (the trained network) or baseline (training-free)."`
	Prior       string   `enum:"auto,natural,web,none" default:"auto" help:"In the process: where people look whatever is shown: auto, natural, web or none."`
	Encoder     string   `enum:"libvpx,vaapi" default:"libvpx" help:"In the process: encoder of composites: libvpx, or vaapi (a graphics processor; untested on hardware)."`
	RetryFailed bool     `name:"retry-failed" help:"Analyze again what has failed before."`
	Jobs        int      `default:"0" help:"Inputs at the same time; 0: one for each core, on a server 4."`
	Retries     int      `default:"4" help:"How often a request is repeated when the server is busy or cannot be reached."`
	JSON        bool     `name:"json" help:"Print every result of this run as a line of JSON."`
	remote.PageFlags
}

// Help adds examples to --help.
func (batchCmd) Help() string {
	return `Killed or interrupted, a batch goes on where it was: run the same command again. What is done stays done; other flags make it new.
An input that cannot be analyzed is a row with the reason; a server that is full or gone ends the run.

Examples:
  saccade batch screens --out results
  saccade batch pages.csv --out results --aois areas.json --remote
  saccade batch pages.csv --out results --elements --variants mobileWeb,dark
  saccade batch screens --out results --retry-failed --json`
}

// Run analyzes what is not done yet.
func (c *batchCmd) Run(e env) error {
	inputs, others, err := batch.Read(c.Source, c.Out)
	if err != nil {
		return usage(e, err)
	}
	switch {
	case others == 1:
		fmt.Fprintln(e.stderr, "saccade: 1 file of another kind is passed over")
	case others > 1:
		fmt.Fprintf(e.stderr, "saccade: %d files of other kinds are passed over\n", others)
	}
	aois, err := readAOIs(c.AOIs)
	if err != nil {
		return usage(e, err)
	}
	for _, kind := range []saccade.Kind{saccade.KindVideo, saccade.KindImage} {
		if _, err = remote.Outputs(kind, c.Predictions); err == nil {
			break // what one kind has and another has not is the inputs' matter
		}
	}
	if err != nil {
		return usage(e, errors.New(saccade.AsError(err).Message))
	}
	if err := c.ForBatch(inputs); err != nil {
		return usage(e, err)
	}
	bars := newProgress(e.stderr)
	engine, explain, err := c.engine(bars, aois)
	if err != nil {
		return err
	}
	cfg := batch.DefaultConfig()
	cfg.Dir, cfg.Jobs, cfg.RetryFailed, cfg.Settings = c.Out, c.Jobs, c.RetryFailed, c.settings(engine, aois)
	cfg.Table = filepath.Join(c.Out, "table.csv")
	var printed error
	cfg.Done = func(r batch.Record) { printed = errors.Join(printed, c.report(e, r)) }
	sum, err := batch.Run(e.ctx, cfg, inputs, engine)
	bars.Wait()
	if err = errors.Join(err, printed); err != nil {
		return explain(err)
	}
	if !c.JSON {
		fmt.Fprintln(e.stdout, cfg.Table)
		fmt.Fprintf(e.stderr, "saccade: %d analyzed, %d done before, %d failed\n", sum.Analyzed, sum.Kept, sum.Failed)
	}
	if sum.Failed > 0 {
		return exitStatus(exitFailed)
	}
	return nil
}

// report prints one result of this run.
func (c *batchCmd) report(e env, r batch.Record) error {
	if c.JSON {
		return remote.WriteJSON(e.stdout, r)
	}
	if r.Error != nil {
		fmt.Fprintf(e.stderr, "saccade: %s: %s\n", remote.Printable(r.Input), remote.Printable(r.Error.Message))
	}
	return nil
}

// settings are what makes results differ, beside the input itself.
func (c *batchCmd) settings(engine batch.Engine, aois []saccade.AOI) string {
	where := []string{"process", c.Model, c.Prior}
	if c.Encoder != ffmpeg.EncoderLibvpx {
		where = append(where, c.Encoder)
	}
	if r, ok := engine.(remote.Engine); ok {
		where = []string{"server", r.Address}
	}
	all := []any{where, c.Predictions, aois}
	if c.Any() {
		all = append(all, c.PageFlags)
	}
	b, _ := json.Marshal(all) // of plain values
	return string(b)
}

// engine returns what analyzes, and what puts its errors into words.
func (c *batchCmd) engine(bars *progress, aois []saccade.AOI) (batch.Engine, func(error) error, error) {
	if c.Server != "" || c.Remote {
		s, err := openServer(c.Server, c.Retries)
		if err != nil {
			return nil, nil, err
		}
		if c.Jobs <= 0 {
			c.Jobs = 4
		}
		return remote.Engine{Session: s, Predictions: c.Predictions, AOIs: aois, Pages: c.PageFlags, Progress: func(j batch.Job) (func(saccade.Progress), func()) {
			bar := bars.Add(j.Name)
			return bar.Set, bar.Done
		}}, s.Explain, nil
	}
	if c.Jobs <= 0 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	local := &analyzeCmd{Jobs: c.Jobs, Predictions: c.Predictions, Model: c.Model, Prior: c.Prior, Encoder: c.Encoder, PageFlags: c.PageFlags}
	an, err := local.analyzer()
	return localEngine{local, an, aois, bars}, explainLocal, err
}

// explainLocal says what an interrupted run means.
func explainLocal(err error) error {
	if errors.Is(err, context.Canceled) {
		return exitWith(exitInterrupted, errors.New("interrupted; run the same command again to go on"))
	}
	return err
}

// localEngine analyzes in the process.
type localEngine struct {
	cmd  *analyzeCmd
	an   *pipeline.Analyzer
	aois []saccade.AOI
	bars *progress
}

// Analyze implements batch.Engine.
func (l localEngine) Analyze(ctx context.Context, job batch.Job) (batch.Outcome, error) {
	bar := l.bars.Add(job.Name)
	defer bar.Done()
	kind, outputs, err := l.cmd.predict(ctx, l.an, localJob{job.Path, job.Dir, job.Medium, l.aois, l.cmd.Of(job.Path)}, bar.Set)
	if ctx.Err() != nil {
		return batch.Outcome{}, ctx.Err()
	}
	out := batch.Outcome{Kind: kind, Outputs: outputs, Error: saccade.AsError(err)}
	if out.Error != nil && out.Error.Code == saccade.CodeServer { // on one's own machine the cause is no secret
		out.Error = saccade.Errorf(saccade.CodeServer, "%v", err)
	}
	return out, nil
}
