package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// maxAuth bounds token look-ups at once: work that anybody can cause.
const maxAuth = 64

// maxHeld bounds held polls and event streams: each looks at the database a few
// times a second.
const maxHeld = 512

// API is the HTTP API. It is an http.Handler, safe for concurrent use.
type API struct {
	cfg     Config
	deps    Deps
	log     *slog.Logger
	now     func() time.Time
	prefix  string // path of the public address
	router  *router
	huma    huma.API
	metrics *metrics
	limiter *limiter

	authGate    gate
	inFlight    gate
	transfers   gate
	largeBodies gate
	held        gate
	writers     gate
	readiness   readiness
	document    []byte   // OpenAPI, as served
	order       []string // operations of the document, as the route table has them

	// Work that outlives its request: generated texts. stop ends it and every
	// held poll and event stream.
	life context.Context
	stop context.CancelFunc
	work sync.WaitGroup
}

var errPanic = errors.New("the request broke the server")

// New builds the API. The error names every fault of the configuration and
// every missing dependency.
func New(cfg Config, deps Deps) (*API, error) {
	if err := errors.Join(cfg.Validate(), deps.validate()); err != nil {
		return nil, err
	}
	installErrors()
	a := &API{
		cfg: cfg, deps: deps, log: deps.Log, now: deps.Now, prefix: cfg.publicPrefix(),
		metrics:  newMetrics(deps.Stats),
		limiter:  newLimiter(cfg.RateLimit, cfg.RateBurst),
		authGate: make(gate, maxAuth), inFlight: make(gate, cfg.MaxInFlight), transfers: make(gate, cfg.MaxTransfers),
		largeBodies: make(gate, maxLargeBodies), held: make(gate, maxHeld), writers: make(gate, maxWriters),
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.life, a.stop = context.WithCancel(context.Background())
	a.router = &router{mux: http.NewServeMux(), fail: a.fail}
	a.huma = humago.New(a.router, document(cfg))
	a.huma.UseMiddleware(a.authenticate)
	a.routes()
	return a, a.finishDocument()
}

// Close ends background work, held polls and event streams, and waits for them
// until the context ends. The API answers further requests, but holds none.
func (a *API) Close(ctx context.Context) error {
	a.stop()
	done := make(chan struct{})
	go func() {
		a.work.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// NewServer gives an http.Server for the handler with the time-outs that keep
// idle and slow clients from holding connections. Bodies and answers have
// their own limits, request by request.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	if log != nil {
		s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	}
	return s
}
