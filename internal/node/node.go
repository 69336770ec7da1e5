package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/telemetry"
	"github.com/saccade-dev/saccade/internal/telemetry/meter"
	"github.com/saccade-dev/saccade/internal/worker"
)

// Node is everything that runs in one process. Serve or Close it.
type Node struct {
	cfg     Config
	log     *slog.Logger
	store   *store.Store
	objects state.Objects
	video   *ffmpeg.Tool   // nil: runs no jobs
	worker  *worker.Worker // nil: runs no jobs
	api     API            // nil: answers no clients
	handler http.Handler   // nil: no port is opened
	traces  telemetry.Traces
	meter   *meter.Meter
}

// API answers the requests of clients until it is closed.
type API interface {
	http.Handler
	Close(ctx context.Context) error
}

// Parts is what an API is made of.
type Parts struct {
	Store      *store.Store
	Objects    state.Objects
	Service    *service.Service
	Video      *ffmpeg.Tool // nil without Config.Work
	Checks     []httpfront.Check
	Collectors []prometheus.Collector
	Log        *slog.Logger
}

// NewAPI makes the API of a node.
type NewAPI func(p Parts) (API, error)

// workerConns is how many connections to the database a process needs that answers no
// clients.
const workerConns = 4

// Open makes a node, and what is missing of the state. newAPI may be nil without
// Config.API; a nil log discards.
func Open(ctx context.Context, cfg Config, newAPI NewAPI, log *slog.Logger) (*Node, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	st, err := cfg.State.OpenStore(ctx, func(c *store.Config) {
		c.MaxQueued, c.Quota, c.ImageTTL, c.VideoTTL, c.AuditTTL, c.Log = cfg.MaxQueue, cfg.Quota, cfg.ResultTTL, cfg.VideoTTL, cfg.AuditTTL, log
		c.DiskBudget = cfg.DiskBudget
		if !cfg.API {
			c.MaxConns = workerConns
		}
	})
	if err != nil {
		return nil, err
	}
	n := &Node{cfg: cfg, log: log, store: st, meter: meter.New()}
	if err := n.build(ctx, newAPI); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Node) build(ctx context.Context, newAPI NewAPI) (err error) {
	if n.objects, err = n.cfg.State.OpenObjects(ctx, n.store.Settings()); err != nil {
		return err
	}
	if n.traces, err = telemetry.Open(ctx, n.cfg.Version, n.log.Warn); err != nil {
		return err
	}
	out, err := n.openOutside()
	if err != nil {
		return err
	}
	checks := []httpfront.Check{{Name: "database", Run: n.store.Check}, {Name: "storage", Run: n.objects.Check}}
	deps := service.Deps{Uploads: n.store, Analyses: n.store, Objects: n.objects, Links: n.objects.Links, Guard: out.webhooks, Log: n.log}
	if n.cfg.Work {
		more, err := n.addAnalyzer(out, &deps)
		if err != nil {
			return err
		}
		checks = append(checks, more...)
	}
	limits := service.DefaultLimits()
	limits.ResultTTL = n.cfg.ResultTTL
	svc, err := service.New(limits, deps)
	if err != nil {
		return err
	}
	if n.cfg.Work {
		if err := n.openWorker(svc, out); err != nil {
			return err
		}
	}
	return n.openFront(svc, checks, newAPI)
}

// openFront makes what answers requests: the API, or /healthz, /readyz and /metrics
// alone.
func (n *Node) openFront(svc *service.Service, checks []httpfront.Check, newAPI NewAPI) (err error) {
	collectors := []prometheus.Collector{service.NewCollector(n.store, nil)}
	if n.cfg.Work {
		collectors = append(collectors, n.meter.Collectors()...)
	}
	if n.cfg.API {
		n.api, err = newAPI(Parts{n.store, n.objects, svc, n.video, checks, collectors, n.log})
		n.handler = n.api
		return err
	}
	if n.cfg.Listen == "" {
		return nil
	}
	cfg := httpfront.DefaultConfig()
	cfg.Version = n.cfg.Version
	n.handler, err = httpfront.New(cfg, httpfront.Deps{Checks: checks, Collectors: collectors, Log: n.log})
	return err
}

// Store returns the rows.
func (n *Node) Store() *store.Store { return n.store }

// Listen takes the port, and with a certificate speaks TLS there; nil where none is to be
// opened.
func (n *Node) Listen() (net.Listener, error) {
	if n.handler == nil {
		return nil, nil
	}
	var secure *tls.Config
	if n.cfg.TLSCert != "" {
		c, err := httpfront.OpenCertificate(n.cfg.TLSCert, n.cfg.TLSKey, n.log, nil)
		if err != nil {
			return nil, err
		}
		secure = c.Config()
	}
	ln, err := net.Listen("tcp", n.cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen (SACCADE_LISTEN): cannot listen on %s: %w", n.cfg.Listen, err)
	}
	if secure != nil {
		ln = tls.NewListener(ln, secure)
	}
	return ln, nil
}

// Serve answers requests, unless ln is nil, and runs jobs until the context ends; then
// it stops taking requests, lets running analyses finish for the grace period and puts
// the others back into the queue.
func (n *Node) Serve(ctx context.Context, ln net.Listener) error {
	failed := make(chan error, 1)
	web := &http.Server{ReadHeaderTimeout: time.Second} // serves nothing, unless there is a port
	if ln != nil {
		web = httpfront.NewServer(n.traces.Handler(n.handler), n.log)
	}
	if n.worker != nil {
		if err := n.worker.Start(ctx); err != nil {
			if ln != nil {
				err = errors.Join(err, ln.Close())
			}
			return errors.Join(err, n.Close())
		}
	}
	if ln != nil {
		go func() { failed <- web.Serve(ln) }()
	}
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		n.log.Info("stopping: running analyses may finish", "grace", n.cfg.Grace)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), n.cfg.Grace)
	defer cancel()
	if n.api != nil {
		err = errors.Join(err, n.api.Close(ctx))
	}
	err = errors.Join(err, web.Shutdown(ctx))
	if n.worker != nil {
		err = errors.Join(err, n.worker.Stop(ctx))
	}
	err = errors.Join(err, n.traces.Close(ctx), n.Close())
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close closes the objects and the database.
func (n *Node) Close() error {
	n.objects.Close()
	return n.store.Close()
}
