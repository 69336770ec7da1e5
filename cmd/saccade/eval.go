package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/eval"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/webm"
)

// evalCmd measures models against eye-tracking data.
type evalCmd struct {
	Sets      []string `arg:"" name:"SET" type:"existingdir" help:"Directories with stimuli.csv, fixations.csv (or maps/) and stimuli/, or with videos.csv, fixations.csv and videos/."`
	Model     []string `default:"${model},baseline" placeholder:"NAME" help:"Models to compare: ${default}."`
	Prior     string   `enum:"auto,natural,video,web,none" default:"auto" help:"Prior, where people look whatever is shown: auto, natural, video, web or none."`
	Split     string   `enum:"all,val,train" default:"all" help:"Images or clips to evaluate: all, val (every tenth by name; images of it are unseen in training) or train (the others)."`
	NoPeople  bool     `help:"Leave out the inter-observer rows, which take longest."`
	JSON      bool     `name:"json" help:"Print one JSON list of reports instead of tables."`
	Markdown  bool     `name:"markdown" help:"Print Markdown tables."`
	PerImage  string   `placeholder:"FILE" help:"Also write the figures of every image or clip to a CSV file."`
	Resamples int      `default:"2000" help:"Bootstrap samples behind the 95 % intervals."`
	Seed      uint64   `default:"1" help:"Seed of bootstrap and random halves; figures repeat with the seed."`
	Jobs      int      `default:"0" help:"Images or clips evaluated at the same time; 0: one for each core."`
	Step      int      `default:"5" help:"Of a clip, evaluate one frame in so many."`
}

// Help adds examples to --help.
func (evalCmd) Help() string {
	return `Examples:
  saccade eval data/osie --split val
  saccade eval data/osie data/crowd --model baseline --json
  saccade eval my-study --per-image figures.csv
  saccade eval my-clips --step 10

What the figures mean and what a set looks like: docs/accuracy.md.`
}

// Run evaluates every set in turn.
func (c *evalCmd) Run(e env) error {
	if c.JSON && c.Markdown {
		return usage(e, errors.New("--json and --markdown exclude each other"))
	}
	cfg := eval.DefaultConfig()
	cfg.Prior, cfg.Split, cfg.NoObservers = attention.Prior(c.Prior), eval.Split(c.Split), c.NoPeople
	cfg.Resamples, cfg.Seed, cfg.Step = c.Resamples, c.Seed, c.Step
	if c.Jobs != 0 {
		cfg.Workers = c.Jobs
	}
	if err := cfg.Validate(); err != nil {
		return usage(e, err)
	}
	var models []attention.Predictor
	for _, name := range c.Model {
		m, err := attention.ByName(name)
		if err != nil {
			return usage(e, err)
		}
		models = append(models, m)
	}
	bars := newProgress(e.stderr)
	defer bars.Wait()
	reports := make([]*eval.Report, 0, len(c.Sets))
	for _, dir := range c.Sets {
		bar := bars.Add(filepath.Base(dir))
		cfg.Progress = func(done, total int) {
			bar.Set(saccade.Progress{Fraction: float64(done) / float64(max(1, total)), Stage: saccade.StagePredicting})
		}
		r, err := evaluate(e.ctx, dir, models, cfg)
		bar.Done()
		if err != nil {
			return plainError(err)
		}
		reports = append(reports, r)
	}
	if err := c.writePerImage(reports); err != nil {
		return err
	}
	return c.print(e, reports)
}

// evaluate evaluates one set, of images or of clips.
func evaluate(ctx context.Context, dir string, models []attention.Predictor, cfg eval.Config) (*eval.Report, error) {
	if !eval.IsVideoSet(dir) {
		set, err := eval.LoadSet(dir)
		if err != nil {
			return nil, err
		}
		return eval.Run(ctx, set, models, cfg)
	}
	set, err := eval.LoadVideoSet(dir)
	if err != nil {
		return nil, err
	}
	tool := ffmpeg.DefaultConfig()
	tool.MaxDuration, tool.Timeout = 0, 6*time.Hour // one's own clips, as long as they are
	t, err := ffmpeg.New(tool)
	if err != nil {
		return nil, err
	}
	return eval.RunVideo(ctx, set, func(ctx context.Context, file string) (eval.FrameReader, error) {
		return openClip(ctx, t, file)
	}, models, cfg)
}

// openClip starts decoding a clip.
func openClip(ctx context.Context, t *ffmpeg.Tool, file string) (*clipReader, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	info, err := webm.Scan(ctx, f, st.Size())
	if err != nil {
		return nil, err
	}
	d, err := t.Decode(ctx, file, info, 1)
	if err != nil {
		return nil, err
	}
	return &clipReader{Decoder: d}, nil
}

// clipReader yields the frames of a decoder for package eval.
type clipReader struct {
	*ffmpeg.Decoder
	last *ffmpeg.Frame
}

// Next implements [eval.FrameReader].
func (r *clipReader) Next() (*image.YCbCr, time.Duration, error) {
	r.last.Release()
	f, err := r.Decoder.Next()
	if err != nil {
		r.last = nil
		return nil, 0, err
	}
	r.last = f
	return f.Image, f.PTS, nil
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
