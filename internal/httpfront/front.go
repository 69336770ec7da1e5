package httpfront

import (
	"log/slog"
	"net/http"
	"time"
)

// maxDrains bounds how many refused bodies are read away at once; the others
// are cut off.
const maxDrains = 64

// Front is an http.Handler, safe for concurrent use. Register every route
// before it serves.
type Front struct {
	cfg         Config
	checks      []Check
	overlapping []string
	log         *slog.Logger
	now         func() time.Time
	mux         *http.ServeMux
	metrics     *metrics
	inFlight    Semaphore
	accounts    *Shares // of the requests in flight
	drains      Semaphore
	readiness   readiness
}

// New makes a front that serves /healthz, /readyz and /metrics. The error names
// every fault of the configuration.
func New(cfg Config, deps Deps) (*Front, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	f := &Front{
		cfg: cfg, checks: deps.Checks, overlapping: deps.Overlapping, log: deps.Log, now: deps.Now,
		mux: http.NewServeMux(), metrics: newMetrics(deps.Collectors),
		inFlight: NewSemaphore(cfg.MaxInFlight), accounts: NewShares(cfg.MaxInFlight, max(1, cfg.MaxInFlight/2)), drains: NewSemaphore(maxDrains),
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	if f.now == nil {
		f.now = time.Now
	}
	f.HandleFunc("GET /healthz", f.live)
	f.HandleFunc("GET /readyz", f.ready)
	f.HandleFunc("GET /metrics", f.metrics.handler.ServeHTTP)
	return f, nil
}

// Log returns the logger; it is never nil.
func (f *Front) Log() *slog.Logger { return f.log }

// EnterAccount takes a place among the requests in flight for an account, or
// returns false at once when half of all places are the account's already.
// LeaveAccount must follow when ok.
func (f *Front) EnterAccount(name string) (ok bool) { return f.accounts.Enter(name) }

// LeaveAccount frees a place of the account.
func (f *Front) LeaveAccount(name string) { f.accounts.Leave(name) }

// NewServer returns an http.Server for the handler with the time-outs that keep
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
