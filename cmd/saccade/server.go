package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/saccade-dev/saccade/internal/advice"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/capture"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/httpapi"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/netguard"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/telemetry"
	"github.com/saccade-dev/saccade/internal/webhook"
	"github.com/saccade-dev/saccade/internal/worker"
)

// server is everything that runs in one process: database, objects, queue,
// workers and the API.
type server struct {
	log     *slog.Logger
	grace   time.Duration
	store   *store.Store
	objects objects
	worker  *worker.Worker
	api     *httpapi.API
	door    http.Handler // the API, and beside it the tools of agents
	traces  telemetry.Traces
}

// parts are what needs no database.
type parts struct {
	tool     *ffmpeg.Tool
	model    attention.Predictor
	pages    *capture.Browser
	webhooks *webhook.Sender
	objects  objects
	signer   *blob.Signer
	limits   service.Limits
}

// openServer wires the packages together, creating what is missing on disk.
func openServer(ctx context.Context, c *serveCmd, log *slog.Logger) (*server, error) {
	st, err := c.open(ctx, func(cfg *store.Config) { cfg.MaxQueued, cfg.ImageTTL, cfg.Log = c.MaxQueue, c.ResultTTL, log })
	if err != nil {
		return nil, err
	}
	s := &server{log: log, grace: c.Grace, store: st}
	if err := s.build(ctx, c); err != nil {
		if s.objects.close != nil {
			s.objects.close()
		}
		return nil, errors.Join(err, st.Close())
	}
	return s, nil
}

func (s *server) build(ctx context.Context, c *serveCmd) error {
	p, err := openParts(c, s.log)
	if err != nil {
		return err
	}
	s.objects = p.objects
	if s.traces, err = telemetry.Open(ctx, version, s.log.Warn); err != nil {
		return err
	}
	svc, err := s.newService(c, p)
	if err != nil {
		return err
	}
	cfg := worker.DefaultConfig()
	cfg.Scratch = filepath.Join(c.Data, "scratch")
	cfg.Videos, cfg.Images = orDefault(c.Videos, cfg.Videos), orDefault(c.Images, cfg.Images)
	s.worker, err = worker.New(cfg, worker.Deps{Store: s.store, Objects: p.objects,
		Runner: telemetry.Runner{Service: svc, Traces: s.traces}, Texts: svc, Sender: sender{p.webhooks}, Log: s.log})
	if err != nil {
		return err
	}
	if s.api, err = s.newAPI(c, p, svc); err != nil {
		return err
	}
	front := httpfront.Config{PublicURL: c.PublicURL, TrustProxy: c.TrustProxy, Version: version}
	s.door, err = withMCP(s.api, front, p.tool, s.log)
	return err
}

// openParts makes everything between the files and the predictions.
func openParts(c *serveCmd, log *slog.Logger) (p parts, err error) {
	fail := func(e error) { err = errors.Join(err, e) }
	var e error
	video := ffmpeg.DefaultConfig()
	video.Logger, video.Require = log, !c.Unconfined && !local(c.Listen)
	p.tool, e = ffmpeg.New(video)
	fail(e)
	if e == nil {
		warnUnconfined(log, p.tool, video.Require)
	}
	p.model, e = attention.ByName(c.Model)
	fail(e)
	net := netguard.DefaultConfig()
	net.Allow = c.Allow
	browser := capture.DefaultConfig()
	browser.Net, browser.Log = net, log
	p.pages, e = capture.New(browser)
	fail(e)
	p.webhooks, e = webhook.New(net, version)
	fail(e)
	secret, e := blob.LoadSecret(filepath.Join(c.Data, "secret"))
	fail(e)
	if err != nil {
		return p, err
	}
	p.limits = service.DefaultLimits()
	p.limits.ResultTTL = c.ResultTTL
	if p.signer, err = blob.NewSigner(secret); err != nil {
		return p, err
	}
	p.objects, err = c.openObjects(p.signer)
	return p, err
}

// warnUnconfined says loudly that nothing keeps ffmpeg from the machine.
func warnUnconfined(log *slog.Logger, tool *ffmpeg.Tool, refused bool) {
	detail, ok := tool.Confined()
	switch {
	case ok:
	case refused:
		log.Error("VIDEOS ARE REFUSED: ffmpeg cannot be confined here; --allow-unconfined (SACCADE_ALLOW_UNCONFINED) decodes all the same", "sandbox", detail)
	default:
		log.Warn("FFMPEG RUNS UNCONFINED: a video may take over this machine; let nobody else send any", "sandbox", detail)
	}
}

// newService makes the use cases of the service on its parts.
func (s *server) newService(c *serveCmd, p parts) (*service.Service, error) {
	cfg := pipeline.DefaultConfig()
	cfg.Limits = p.limits.Pipeline()
	analyzer, err := pipeline.New(cfg, p.tool, p.model, p.pages)
	if err != nil {
		return nil, err
	}
	advisor, err := advice.New(advice.Config{Source: service.Files{Objects: p.objects}, Log: s.log,
		Phrasing: advice.PhrasingConfig{BaseURL: c.PhrasingURL, Key: c.PhrasingKey, Model: c.PhrasingModel}})
	if err != nil {
		return nil, err
	}
	return service.New(p.limits, service.Deps{
		Uploads: s.store, Analyses: s.store, Objects: p.objects, Links: p.objects.links,
		Analyzer: analyzer, Advisor: advisor, Guard: p.webhooks, Log: s.log,
	})
}

func (s *server) newAPI(c *serveCmd, p parts, svc *service.Service) (*httpapi.API, error) {
	cfg := httpapi.DefaultConfig()
	cfg.PublicURL, cfg.CORSOrigins, cfg.TrustProxy, cfg.RateLimit, cfg.Limits, cfg.Version = c.PublicURL, c.CORSOrigin, c.TrustProxy, c.RateLimit, svc.Limits(), version
	cfg.RateBurst = max(1, int(4*c.RateLimit)) // four seconds' worth at once
	return httpapi.New(cfg, httpapi.Deps{
		Accounts: s.store, Sessions: s.store, Tokens: s.store, Shares: s.store, Service: svc, Analyses: s.store, Archive: s.store, Texts: s.store, Webhooks: s.store,
		Objects: p.objects, Links: p.objects.links, Verifier: p.signer,
		Collectors: []prometheus.Collector{service.NewCollector(s.store, nil)}, Checks: s.checks(p), Log: s.log,
	})
}

// checks are what /readyz runs.
func (s *server) checks(p parts) []httpfront.Check {
	return []httpfront.Check{
		{Name: "database", Run: s.store.Check},
		{Name: "storage", Run: p.objects.Check},
		{Name: "decoder", Run: p.tool.Check},
		{Name: "sandbox", Run: p.tool.CheckSandbox},
		{Name: "model", Run: func(context.Context) error { return attention.Check(p.model) }},
	}
}

// Serve answers requests and runs jobs until the context ends; then it stops
// taking requests, lets running analyses finish for the grace period and puts
// the others back into the queue.
func (s *server) Serve(ctx context.Context, ln net.Listener) error {
	if err := s.worker.Start(ctx); err != nil {
		return errors.Join(err, ln.Close(), s.Close())
	}
	web := httpfront.NewServer(s.traces.Handler(s.door), s.log)
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(ln) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		s.log.Info("stopping: running analyses may finish", "grace", s.grace)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.grace)
	defer cancel()
	err = errors.Join(err, s.api.Close(ctx), web.Shutdown(ctx), s.worker.Stop(ctx), s.traces.Close(ctx), s.Close())
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close closes the objects and the database.
func (s *server) Close() error {
	s.objects.close()
	return s.store.Close()
}

func orDefault(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// sender makes the worker's deliveries by the webhook package.
type sender struct{ *webhook.Sender }

// Send implements worker.Sender.
func (s sender) Send(ctx context.Context, d store.Delivery) (int, error) {
	return s.Sender.Send(ctx, webhook.Delivery{ID: d.ID, URL: d.URL, Secret: d.Secret, Payload: []byte(d.Payload)})
}
