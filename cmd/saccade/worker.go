package main

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/saccade-dev/saccade/cmd/saccade/operator"
	"github.com/saccade-dev/saccade/internal/advice"
	"github.com/saccade-dev/saccade/internal/node"
	"github.com/saccade-dev/saccade/internal/sched"
)

// workFlags say how jobs are run.
type workFlags struct {
	Model    string     `default:"${model}" help:"saccade-1 (the trained network) or baseline (training-free)."`
	Videos   node.Slots `default:"auto" placeholder:"N" help:"Videos analyzed at the same time: none, auto (one for every two cores) or a number."`
	Images   node.Slots `default:"auto" placeholder:"N" help:"Images and pages analyzed at the same time: none, auto (one for every two cores, at least 2) or a number."`
	Webhooks node.Slots `default:"auto" placeholder:"N" help:"Webhook deliveries at the same time: none, auto (8) or a number."`
	Encoder  string     `enum:"libvpx,vaapi" default:"libvpx" help:"Encoder of composites: libvpx, or vaapi (a graphics processor; untested on hardware)."`
	operator.Retention
	Allow      []string      `placeholder:"ADDR" help:"Private addresses that pages and webhooks may reach, separated by commas: 10.0.0.0/8, intranet.example, 127.0.0.1:3000."`
	Unconfined bool          `name:"allow-unconfined" help:"Decode videos even where the system cannot confine ffmpeg (no Landlock). Always so on a loopback address."`
	Grace      time.Duration `default:"30s" help:"Time for running analyses to finish after SIGTERM; then they go back to the queue."`
	LogFormat  string        `enum:"text,json" default:"text" help:"text or json, on standard error."`

	PhrasingURL   string `name:"phrasing-url" placeholder:"URL" help:"OpenAI-compatible service that rewrites summaries and recommendations, like https://host/v1 (default: off)."`
	PhrasingKey   string `name:"phrasing-key" secret:"" placeholder:"KEY" help:"Key of that service."`
	PhrasingModel string `name:"phrasing-model" placeholder:"NAME" help:"Model of that service."`
}

// Validate reports every number that is too small; kong calls it.
func (w workFlags) Validate() error {
	var grace error
	if w.Grace < 0 {
		grace = errors.New("--grace (SACCADE_GRACE) must not be negative")
	}
	return errors.Join(w.Videos.Validate("videos"), w.Images.Validate("images"), w.Webhooks.Validate("webhooks"), w.Retention.Validate(), grace)
}

// config returns the configuration of a process that runs jobs and answers requests.
func (w workFlags) config(state stateFlags) node.Config {
	cfg := node.DefaultConfig()
	cfg.State, cfg.Version = state.config(), version
	cfg.Model, cfg.Encoder, cfg.Videos, cfg.Images, cfg.Webhooks = w.Model, w.Encoder, w.Videos, w.Images, w.Webhooks
	cfg.ResultTTL, cfg.VideoTTL, cfg.AuditTTL = time.Duration(w.ResultTTL), time.Duration(w.VideoTTL), time.Duration(w.AuditTTL)
	cfg.DiskBudget, cfg.Allow, cfg.Unconfined, cfg.Grace = int64(w.DiskBudget), w.Allow, w.Unconfined, w.Grace
	cfg.Phrasing = advice.PhrasingConfig{BaseURL: w.PhrasingURL, Key: w.PhrasingKey, Model: w.PhrasingModel}
	return cfg
}

// logger is also what packages use that were given none.
func (w workFlags) logger(e env) *slog.Logger {
	log := slog.New(slog.NewTextHandler(e.stderr, nil))
	if w.LogFormat == "json" {
		log = slog.New(slog.NewJSONHandler(e.stderr, nil))
	}
	slog.SetDefault(log)
	return log
}

// workerCmd runs jobs beside a server that is elsewhere.
type workerCmd struct {
	stateFlags
	workFlags
	Listen string `placeholder:"ADDR" help:"Address and port for /healthz, /readyz and /metrics (default: no port is opened)."`
}

// Help adds examples to --help.
func (workerCmd) Help() string {
	return `Takes jobs from the database of a server and runs them. On another machine than the server's, the rows have to be in
PostgreSQL and the objects in a bucket, and every process needs the same --database, --storage and keys.

Examples:
  saccade worker --database postgres://db/saccade --storage "s3://designs?endpoint=https://s3.example.com"
  saccade worker --images none --videos 4 --listen 127.0.0.1:9090`
}

// Run runs jobs until the context ends, then drains.
func (c *workerCmd) Run(e env) error {
	sched.Batch()
	cfg := c.workFlags.config(c.stateFlags)
	cfg.API, cfg.Listen = false, c.Listen
	n, err := node.Open(e.ctx, cfg, nil, c.logger(e))
	if err != nil {
		return err
	}
	ln, err := n.Listen()
	if err != nil {
		return errors.Join(err, n.Close())
	}
	where := "working"
	if ln != nil {
		where = "listening on http://" + ln.Addr().String()
	}
	if _, err := fmt.Fprintln(e.stdout, where); err != nil {
		return errors.Join(err, n.Close())
	}
	return n.Serve(e.ctx, ln)
}
