package httpapi

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// checkTimeout bounds every readiness check.
const checkTimeout = 5 * time.Second

// health tells how the process is.
type health struct {
	Status  string            `json:"status" enum:"ok,unavailable" doc:"ok, or unavailable when a check failed." example:"ok"`
	Version string            `json:"version" doc:"Version of the program." example:"1.0.0"`
	Checks  map[string]string `json:"checks,omitempty" doc:"Every check by name: ok or failed." example:"{\"database\":\"ok\"}"`
}

// live answers as long as the process serves at all.
func (a *API) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, health{Status: "ok", Version: a.cfg.Version})
}

// readiness remembers the last verdict for a moment: anybody may ask, and the
// checks cost something.
type readiness struct {
	mu   sync.Mutex
	at   time.Time
	last health
}

// readyFor is how long a verdict counts.
const readyFor = 2 * time.Second

// ready runs all checks side by side. What failed is told by name; why goes to
// the log, since anybody may ask.
func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	a.readiness.mu.Lock()
	if a.readiness.at.IsZero() || time.Since(a.readiness.at) > readyFor {
		a.readiness.last, a.readiness.at = a.runChecks(context.WithoutCancel(r.Context())), time.Now()
	}
	h := a.readiness.last
	a.readiness.mu.Unlock()
	status := http.StatusOK
	if h.Status != "ok" {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	}
	writeJSON(w, status, h)
}

func (a *API) runChecks(ctx context.Context) health {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	h := health{Status: "ok", Version: a.cfg.Version, Checks: map[string]string{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, c := range a.deps.Checks {
		wg.Go(func() {
			err := c.Run(ctx)
			mu.Lock()
			defer mu.Unlock()
			h.Checks[c.Name] = "ok"
			if err != nil {
				h.Checks[c.Name], h.Status = "failed", "unavailable"
				a.log.WarnContext(ctx, "not ready", "check", c.Name, "error", err)
			}
		})
	}
	wg.Wait()
	return h
}

// writeJSON writes an answer outside of huma.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The status is out; a client that went away is no fault of ours.
	_ = encodeJSON(w, v)
}
