package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/cmd/saccade/operator"
	"github.com/saccade-dev/saccade/internal/httpapi"
	"github.com/saccade-dev/saccade/internal/node"
)

// serveCmd runs the service.
type serveCmd struct {
	stateFlags
	workFlags
	operator.Door
	operator.SignIn
	operator.Quota
	Role       string   `enum:"all,api" default:"all" help:"all, or api: no jobs are run here, but by saccade worker."`
	Listen     string   `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address and port; port 0 takes a free one (default: 127.0.0.1:8080)."`
	PublicURL  string   `name:"public-url" placeholder:"URL" help:"Base of all links, without /v2, like https://saccade.example.com (default: from the Host of each request)."`
	CORSOrigin []string `name:"cors-origin" placeholder:"ORIGIN" help:"Sites whose pages may use the API with tokens of their own, separated by commas: https://app.example.com, null (files, plug-ins), * (all)."`
	MaxQueue   int      `default:"1000" help:"Analyses that may wait or run; more are refused with over_capacity."`
	RateLimit  float64  `default:"50" help:"Requests a second for each token, four times as many at once; 0: no limit."`
}

// Help adds examples to --help.
func (serveCmd) Help() string {
	return `Every flag is also read from the environment: --public-url as SACCADE_PUBLIC_URL, and so on. What is secret
(SACCADE_DATABASE, SACCADE_OIDC_CLIENT_SECRET, SACCADE_PHRASING_KEY) is also read from the file that the variable with _FILE names.

Examples:
  saccade serve
  saccade serve --listen :80 --data /var/lib/saccade --public-url https://saccade.example.com
  SACCADE_LISTEN=127.0.0.1:9000 SACCADE_RESULT_TTL=0 saccade serve
  saccade serve --role api --database postgres://db/saccade --storage "s3://designs?endpoint=https://s3.example.com"`
}

// Validate reports what is wrong with the flags of each group; kong calls it.
func (c *serveCmd) Validate() error {
	return errors.Join(c.workFlags.Validate(), c.Door.Validate(), c.SignIn.Validate(), c.Quota.Validate())
}

// Run serves until the context ends, then drains.
func (c *serveCmd) Run(e env) error {
	cfg := c.workFlags.config(c.stateFlags)
	cfg.TLSCert, cfg.TLSKey = c.TLSCert, c.TLSKey
	cfg.Work, cfg.Listen, cfg.MaxQueue, cfg.Quota = c.Role == "all", c.Listen, c.MaxQueue, c.Quota.Limits()
	n, err := node.Open(e.ctx, cfg, c.newAPI, c.logger(e))
	if err != nil {
		return err
	}
	ln, err := n.Listen()
	if err != nil {
		return errors.Join(err, n.Close())
	}
	if err := c.greet(e, n, c.Scheme()+"://"+ln.Addr().String()); err != nil {
		return errors.Join(err, ln.Close(), n.Close())
	}
	return n.Serve(e.ctx, ln)
}

// newAPI makes the API on the parts of a node.
func (c *serveCmd) newAPI(p node.Parts) (node.API, error) {
	cfg := httpapi.DefaultConfig()
	c.Apply(&cfg.Config)
	cfg.OIDC, cfg.UserHeader = c.SignIn.Config(), c.TrustUserHeader
	cfg.PublicURL, cfg.CORSOrigins, cfg.RateLimit, cfg.Limits, cfg.Version = c.PublicURL, c.CORSOrigin, c.RateLimit, p.Service.Limits(), version
	cfg.RateBurst = max(1, int(4*c.RateLimit)) // four seconds' worth at once
	api, err := httpapi.New(cfg, httpapi.Deps{
		Accounts: p.Store, Sessions: p.Store, Tokens: p.Store, Shares: p.Store, Service: p.Service, Analyses: p.Store, Archive: p.Store, Texts: p.Store, Webhooks: p.Store,
		Objects: p.Objects, Links: p.Objects.Links, Verifier: p.Objects.Verifier,
		Collectors: p.Collectors, Checks: p.Checks, Log: p.Log,
	})
	if err != nil {
		return nil, err
	}
	return api, mountMCP(api, cfg.Config, p.Video, p.Log)
}

// greet prints where the service is, where only this machine can reach it a link that
// signs its browser in, and, as long as there is no token, how to make one. The first line
// is for programs: "listening on URL".
func (c *serveCmd) greet(e env, n *node.Node, url string) error {
	if _, err := fmt.Fprintf(e.stdout, "listening on %s\n", url); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(e.ctx, 5*time.Second)
	defer cancel()
	if err := c.greetBrowser(ctx, e, n, url); err != nil {
		return err
	}
	tokens, err := n.Store().Tokens(ctx, "")
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
func (c *serveCmd) greetBrowser(ctx context.Context, e env, n *node.Node, url string) error {
	if !node.Local(c.Listen) {
		return nil
	}
	link, err := signInLink(ctx, n.Store(), "", cmp.Or(strings.TrimRight(c.PublicURL, "/"), url))
	if saccade.IsCode(err, saccade.CodeClient) { // several accounts
		_, err = fmt.Fprintf(e.stdout, "Sign in with a browser: saccade open --account NAME\n")
		return err
	}
	if err == nil {
		_, err = fmt.Fprintf(e.stdout, "Sign in with a browser, once and within ten minutes: %s\n", link)
	}
	return err
}
