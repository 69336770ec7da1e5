package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/batch"
	"github.com/saccade-dev/saccade/internal/capture/nearby"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/remote"
	"github.com/saccade-dev/saccade/internal/sched"
)

// analyzeCmd analyzes files without a server.
type analyzeCmd struct {
	Files       []string `arg:"" name:"FILE" help:"Videos (WebM, MP4, QuickTime, GIF), images (PNG, JPEG, WebP) and addresses of pages (https://..., http://localhost:3000)."`
	Out         string   `required:"" placeholder:"DIR" help:"Directory for the results: DIR/<stem>/result.json and the files it names."`
	Predictions []string `placeholder:"LIST" help:"Outputs to make, separated by commas: attention.attentionMap, clarity.score, attention.data, ... or all."`
	Model       string   `default:"${model}" help:"saccade-1 (the trained network) or baseline (training-free)."`
	Prior       string   `enum:"auto,natural,video,web,none" default:"auto" help:"Prior, where people look whatever is shown: auto, natural, video, web or none."`
	AOIs        string   `name:"aois" type:"existingfile" placeholder:"FILE" help:"JSON list of areas of interest, as in the API."`
	Format      string   `enum:",webm,mp4,mov,gif,auto,webp" default:"" help:"Format of the files: webm, mp4, mov, gif, auto (PNG, JPEG) or webp (default: by their bytes)."`
	Medium      string   `enum:",desktopWeb,mobileWeb" default:"" help:"Viewport of pages: desktopWeb or mobileWeb."`
	Palette     string   `enum:"heat,turbo,fog" default:"heat" help:"Colors of the maps of attention: heat, turbo or fog."`
	Uncertainty bool     `help:"Also an interval of 80 % for every share and score."`
	JSON        bool     `name:"json" help:"Print every result as a line of JSON."`
	Jobs        int      `default:"0" help:"Inputs analyzed at the same time; 0: one for each core."`
	Encoder     string   `enum:"libvpx,vaapi" default:"libvpx" help:"Encoder of composites: libvpx, or vaapi (a graphics processor; untested on hardware)."`
	remote.PageFlags
}

// Help adds examples to --help.
func (analyzeCmd) Help() string {
	return `Examples:
  saccade analyze recording.webm --out results
  saccade analyze clip.mp4 banner.gif --out results
  saccade analyze screens/*.png --out results --predictions attention.attentionMap,clarity.score,attention.data --json
  saccade analyze ad.jpg --out results --predictions all --aois areas.json
  saccade analyze red.png --out results --palette turbo
  saccade analyze http://localhost:3000 --out results --medium mobileWeb
  saccade analyze http://localhost:3000 --out results --elements --steal --variants mobileWeb,dark

density.npy (attention.data) is float32, (h, w) for an image and (frames, h, w) for a video; every map sums to 1.
Exit code 1: at least one input failed; its result.json says why.`
}

// Run analyzes every file, several at a time.
func (c *analyzeCmd) Run(e env) error {
	stems, err := stemsOf(c.Files, c.Out)
	if err != nil {
		return usage(e, err)
	}
	aois, err := readAOIs(c.AOIs)
	if err != nil {
		return usage(e, err)
	}
	if c.Jobs <= 0 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	an, err := c.analyzer()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Out, 0o777); err != nil {
		return err
	}
	bars := newProgress(e.stderr)
	g, ctx := errgroup.WithContext(e.ctx)
	g.SetLimit(c.Jobs)
	var mu sync.Mutex
	var failed int
	for i, file := range c.Files {
		g.Go(func() error {
			res, err := c.one(ctx, an, file, stems[i], aois, bars)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if res.Status != saccade.StatusSuccess {
				failed++
			}
			return c.report(e, file, res, stems[i])
		})
	}
	err = g.Wait()
	bars.Wait()
	if err == nil && failed > 0 {
		return exitStatus(exitFailed)
	}
	return err
}

// analyzer returns the pipeline for local use; this process analyzes only. Pages may reach
// the private addresses that are allowed, beside those of the machine.
func (c *analyzeCmd) analyzer(allow ...string) (*pipeline.Analyzer, error) {
	sched.Batch()
	var model attention.Predictor
	var g errgroup.Group
	g.Go(func() (err error) { model, err = attention.ByName(c.Model); return err })
	tool, err := c.ffmpeg()
	if err := g.Wait(); err != nil {
		return nil, err
	}
	if err != nil && !errors.Is(err, exec.ErrNotFound) { // images and pages do without
		return nil, err
	}
	cfg := pipeline.DefaultConfig()
	cfg.Prior = attention.Prior(c.Prior)
	pages, err := nearby.New(allow)
	if err != nil {
		return nil, err
	}
	return pipeline.New(cfg, tool, model, pages)
}

// ffmpeg returns what decodes videos. It is asked what it can do, which takes longer than
// an image does, unless the files are known and none of them is a video; then it is nil.
func (c *analyzeCmd) ffmpeg() (*ffmpeg.Tool, error) {
	needed := len(c.Files) == 0
	for _, f := range c.Files {
		if !batch.IsPage(f) {
			kind, _, _ := remote.FormatOf(f, saccade.Format(c.Format)) // the error comes with the file
			needed = needed || kind == saccade.KindVideo
		}
	}
	if !needed {
		return nil, nil
	}
	cfg := ffmpeg.DefaultConfig()
	cfg.Logger, cfg.Encoder, cfg.Videos = slog.Default(), c.Encoder, c.Jobs
	if n := len(c.Files); n > 0 {
		cfg.Videos = min(n, c.Jobs)
	}
	if dir, err := os.UserCacheDir(); err == nil {
		cfg.Cache = filepath.Join(dir, "saccade")
	}
	return ffmpeg.New(cfg)
}

// stemsOf returns the name of the directory of every input below out. It refuses two
// inputs with one name, and a name that something else than a result has there;
// without out there are no directories.
func stemsOf(inputs []string, out string) ([]string, error) {
	seen := map[string]string{}
	stems := make([]string, len(inputs))
	for i, f := range inputs {
		stem := stemOf(f)
		if other, ok := seen[stem]; ok && out != "" {
			return nil, fmt.Errorf("%s and %s would both be written to %s; rename one or use another --out", other, f, filepath.Join(out, stem))
		}
		if out != "" {
			if err := batch.Replaceable(filepath.Join(out, stem)); err != nil {
				return nil, err
			}
		}
		seen[stem], stems[i] = f, stem
	}
	return stems, nil
}

// stemOf returns the name of a file without its extension, or a name for the
// address of a page.
func stemOf(input string) string {
	if batch.IsPage(input) {
		_, rest, _ := strings.Cut(input, "://")
		return batch.FileName(strings.TrimRight(rest, "/"))
	}
	stem := strings.TrimSuffix(filepath.Base(input), filepath.Ext(input))
	if stem == "" {
		stem = filepath.Base(input)
	}
	if strings.Trim(stem, "./") == "" { // which would lead elsewhere
		return batch.FileName(filepath.Base(input))
	}
	return stem
}

// one analyzes one file into its directory. The error is for faults that end the
// whole run (no disk, interrupted); a bad input is a failed result.
func (c *analyzeCmd) one(ctx context.Context, an *pipeline.Analyzer, file, stem string, aois []saccade.AOI, bars *progress) (remote.Result, error) {
	bar := bars.Add(filepath.Base(file))
	defer bar.Done()
	dir, err := os.MkdirTemp(c.Out, "."+stem+"-")
	if err != nil {
		return remote.Result{}, err
	}
	defer os.RemoveAll(dir)
	res := remote.Result{Status: saccade.StatusSuccess, Title: stem}
	_, res.Outputs, err = c.predict(ctx, an, localJob{file, dir, saccade.Medium(c.Medium), aois, c.PageFlags}, bar.Set)
	if ctx.Err() != nil {
		return remote.Result{}, exitWith(exitInterrupted, errors.New("interrupted; results of unfinished inputs were not kept"))
	}
	if err != nil {
		if err := batch.ClearDir(dir); err != nil {
			return remote.Result{}, err
		}
		res.Status, res.Error = saccade.StatusFailed, saccade.AsError(err)
		if res.Error.Code == saccade.CodeServer { // on one's own machine the cause is no secret
			res.Error = saccade.Errorf(saccade.CodeServer, "%v", err)
		}
	}
	b, err := json.MarshalIndent(res, "", "  ")
	if err != nil {
		return remote.Result{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, batch.ResultFile), append(b, '\n'), 0o666); err != nil {
		return remote.Result{}, err
	}
	return res, batch.ReplaceDir(dir, filepath.Join(c.Out, stem))
}

// localJob is an input to analyze in the process.
type localJob struct {
	input  string // a file, or the address of a page
	dir    string // takes the files
	medium saccade.Medium
	aois   []saccade.AOI
	pages  remote.PageFlags
}

// predict analyzes one input and returns its kind and its outputs.
func (c *analyzeCmd) predict(ctx context.Context, an *pipeline.Analyzer, j localJob, set func(saccade.Progress)) (kind saccade.Kind, out *saccade.Outputs[saccade.File], err error) {
	job := pipeline.Job{Path: j.input, Dir: j.dir}
	job.Request.Title = stemOf(j.input)
	if batch.IsPage(j.input) {
		kind, job.Path, job.Request.Address, job.Request.Medium = saccade.KindPage, "", j.input, j.medium
	} else if kind, job.Request.Format, err = remote.FormatOf(j.input, saccade.Format(c.Format)); err != nil {
		return kind, nil, err
	}
	outputs, err := remote.Outputs(kind, c.Predictions)
	if err != nil {
		return kind, nil, err
	}
	job.Request.Palette = saccade.Palette(c.Palette)
	job.Request.Kind, job.Request.Outputs, job.Request.AOIs = kind, outputs, j.aois
	j.pages.Into(&job.Request)
	job.Request.Uncertainty = c.Uncertainty
	out, err = an.Run(ctx, job, set)
	if err == nil && !job.Request.Wants(saccade.OutData) { // nobody asked for the numbers
		for _, name := range artifact.All() {
			err = errors.Join(err, os.Remove(filepath.Join(j.dir, string(name))))
		}
	}
	return kind, out, err
}

// report prints one result: a line of JSON, or a line to read.
func (c *analyzeCmd) report(e env, file string, res remote.Result, stem string) error {
	if c.JSON {
		res.Input = file
		return remote.WriteJSON(e.stdout, res)
	}
	if res.Error != nil {
		_, err := fmt.Fprintf(e.stderr, "saccade: %s: %s\n", file, res.Error.Message)
		return err
	}
	_, err := fmt.Fprintln(e.stdout, filepath.Join(c.Out, stem, batch.ResultFile))
	return err
}

// readAOIs reads a JSON list of areas of interest; no file, no areas.
func readAOIs(path string) ([]saccade.AOI, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var aois []saccade.AOI
	d := json.NewDecoder(io.LimitReader(f, 8<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(&aois); err != nil {
		return nil, fmt.Errorf("%s: not a JSON list of areas of interest: %w", path, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: something follows the JSON list of areas of interest; write one list", path)
	}
	if err := saccade.ValidateAOIs(aois); err != nil {
		e := saccade.AsError(err)
		return nil, fmt.Errorf("%s: %s: %s", path, e.Param, e.Message)
	}
	return aois, nil
}
