package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

// serveCmd runs the service.
type serveCmd struct {
	stateFlags
	Listen     string        `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address and port; port 0 takes a free one (default: 127.0.0.1:8080)."`
	PublicURL  string        `name:"public-url" placeholder:"URL" help:"Base of all links, without /v2, like https://saccade.example.com (default: from the Host of each request)."`
	TrustProxy bool          `help:"Believe X-Forwarded-Proto and X-Forwarded-Host; only behind your own proxy."`
	CORSOrigin []string      `name:"cors-origin" placeholder:"ORIGIN" help:"Sites whose pages may use the API with tokens of their own, separated by commas: https://app.example.com, null (files, plug-ins), * (all)."`
	Model      string        `default:"${model}" help:"saccade-1 (the trained network) or baseline (training-free)."`
	Videos     int           `default:"0" help:"Videos analyzed at the same time; 0: one for every two cores."`
	Images     int           `default:"0" help:"Images and pages analyzed at the same time; 0: one for every two cores, at least 2."`
	MaxQueue   int           `default:"1000" help:"Analyses that may wait or run; more are refused with over_capacity."`
	RateLimit  float64       `default:"50" help:"Requests a second for each token, four times as many at once; 0: no limit."`
	ResultTTL  time.Duration `name:"result-ttl" default:"1h" help:"How long results of images and pages are kept; 0: for ever. Results of videos are kept until they are deleted."`
	Allow      []string      `placeholder:"ADDR" help:"Private addresses that pages and webhooks may reach, separated by commas: 10.0.0.0/8, intranet.example, 127.0.0.1:3000."`
	Unconfined bool          `name:"allow-unconfined" help:"Decode videos even where the system cannot confine ffmpeg (no Landlock). Always so on a loopback address."`
	Grace      time.Duration `default:"30s" help:"Time for running analyses to finish after SIGTERM; then they go back to the queue."`
	LogFormat  string        `enum:"text,json" default:"text" help:"text or json, on standard error."`

	PhrasingURL   string `name:"phrasing-url" placeholder:"URL" help:"OpenAI-compatible service that rewrites summaries and recommendations, like https://host/v1 (default: off)."`
	PhrasingKey   string `name:"phrasing-key" placeholder:"KEY" help:"Key of that service."`
	PhrasingModel string `name:"phrasing-model" placeholder:"NAME" help:"Model of that service."`
}

// Help adds examples to --help.
func (serveCmd) Help() string {
	return `Every flag is also read from the environment: --public-url as SACCADE_PUBLIC_URL, and so on.

Examples:
  saccade serve
  saccade serve --listen :80 --data /var/lib/saccade --public-url https://saccade.example.com
  SACCADE_LISTEN=127.0.0.1:9000 SACCADE_RESULT_TTL=0 saccade serve`
}

// Validate reports every number that no package judges: 0 stands for a default
// here, and less for nothing.
func (c *serveCmd) Validate() error {
	var faults []error
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"--videos (SACCADE_VIDEOS)", int64(c.Videos)},
		{"--images (SACCADE_IMAGES)", int64(c.Images)},
		{"--grace (SACCADE_GRACE)", int64(c.Grace)},
	} {
		if n.value < 0 {
			faults = append(faults, fmt.Errorf("%s must not be negative", n.name))
		}
	}
	return errors.Join(faults...)
}

// Run serves until the context ends, then drains.
func (c *serveCmd) Run(e env) error {
	log := c.logger(e)
	slog.SetDefault(log)
	s, err := openServer(e.ctx, c, log)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("cannot listen on %s: %w", c.Listen, err), s.Close())
	}
	if err := c.greet(e, s, "http://"+ln.Addr().String()); err != nil {
		return errors.Join(err, ln.Close(), s.Close())
	}
	return s.Serve(e.ctx, ln)
}

func (c *serveCmd) logger(e env) *slog.Logger {
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(e.stderr, nil))
	}
	return slog.New(slog.NewTextHandler(e.stderr, nil))
}

// greet prints where the service is, where only this machine can reach it a link that
// signs its browser in, and, as long as there is no token, how to make one. The first line
// is for programs: "listening on URL".
func (c *serveCmd) greet(e env, s *server, url string) error {
	if _, err := fmt.Fprintf(e.stdout, "listening on %s\n", url); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(e.ctx, 5*time.Second)
	defer cancel()
	if err := c.greetBrowser(ctx, e, s, url); err != nil {
		return err
	}
	tokens, err := s.store.Tokens(ctx, "")
	if err != nil || len(tokens) > 0 {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		program = "saccade"
	}
	_, err = fmt.Fprintf(e.stdout, "There is no token yet. Make one with:\n\n  %s token create --account me --data %s\n\nDocumentation: %s/docs\n", program, c.Data, url)
	return err
}

// greetBrowser prints the sign-in link.
func (c *serveCmd) greetBrowser(ctx context.Context, e env, s *server, url string) error {
	if !local(c.Listen) {
		return nil
	}
	link, err := signInLink(ctx, s.store, "", cmp.Or(strings.TrimRight(c.PublicURL, "/"), url))
	if saccade.IsCode(err, saccade.CodeClient) { // several accounts
		_, err = fmt.Fprintf(e.stdout, "Sign in with a browser: saccade open --account NAME\n")
		return err
	}
	if err == nil {
		_, err = fmt.Fprintf(e.stdout, "Sign in with a browser, once and within ten minutes: %s\n", link)
	}
	return err
}

// local reports whether only this machine can reach an address to listen on.
func local(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
