package httpfront

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Check is one thing that must work for the server to be ready.
type Check struct {
	Name string // "database", "storage", "model", "decoder", "sandbox"
	Run  func(ctx context.Context) error
}

// checkTimeout bounds every readiness check.
const checkTimeout = 5 * time.Second

// Health is the answer of /healthz and /readyz.
type Health struct {
	Status  string            `json:"status" enum:"ok,unavailable" doc:"ok, or unavailable when a check failed." example:"ok"`
	Version string            `json:"version" doc:"Version of the program." example:"1.0.0"`
	Checks  map[string]string `json:"checks,omitempty" doc:"Every check by name: ok or failed." example:"{\"database\":\"ok\"}"`
}

// live answers as long as the process serves at all.
func (f *Front) live(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, Health{Status: "ok", Version: f.cfg.Version})
}

// readiness keeps the last verdict for a moment: anybody may ask, and the checks
// cost something.
type readiness struct {
	mu   sync.Mutex
	at   time.Time
	last Health
}

// readyFor is how long a verdict counts.
const readyFor = 2 * time.Second

// ready runs all checks side by side. The answer names what failed; why goes to
// the log, since anybody may ask.
func (f *Front) ready(w http.ResponseWriter, r *http.Request) {
	f.readiness.mu.Lock()
	if f.readiness.at.IsZero() || f.now().Sub(f.readiness.at) > readyFor {
		f.readiness.last, f.readiness.at = f.runChecks(context.WithoutCancel(r.Context())), f.now()
	}
	h := f.readiness.last
	f.readiness.mu.Unlock()
	status := http.StatusOK
	if h.Status != "ok" {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	}
	WriteJSON(w, status, h)
}

func (f *Front) runChecks(ctx context.Context) Health {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	h := Health{Status: "ok", Version: f.cfg.Version, Checks: map[string]string{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, c := range f.checks {
		wg.Go(func() {
			err := c.Run(ctx)
			mu.Lock()
			defer mu.Unlock()
			h.Checks[c.Name] = "ok"
			if err != nil {
				h.Checks[c.Name], h.Status = "failed", "unavailable"
				f.log.WarnContext(ctx, "not ready", "check", c.Name, "err", err)
			}
		})
	}
	wg.Wait()
	return h
}
