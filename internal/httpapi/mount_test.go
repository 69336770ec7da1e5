package httpapi

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// TestMount: what stands beside the routes has their door.
func TestMount(t *testing.T) {
	h := newHarness(t)
	h.api.Mount("/beside", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s sent %q to %s, %v", httpfront.CallOf(r.Context()).Account, b, r.URL.Path, err)
	}))
	for _, method := range []string{"POST", "GET", "DELETE"} {
		h.send(method, h.at("/beside"), nil, nil).wantError(t, 401, saccade.CodeAuth)
		h.send(method, h.at("/beside"), nil, map[string]string{"Authorization": "Bearer wrong"}).wantError(t, 401, saccade.CodeAuth)
	}
	r := h.send("POST", h.at("/beside"), "words", h.bearer())
	if want := `acme sent "words" to /beside, <nil>`; r.status != 200 || string(r.body) != want {
		t.Errorf("%d %s, want %s", r.status, r.body, want)
	}
	id := r.header.Get("X-Request-Id")
	if id == "" || r.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.log.String(), id) {
		t.Errorf("request %q is not in the log, or lacks what answers have: %v", id, r.header)
	}
	h.send("POST", h.at("/beside/more"), nil, h.bearer()).wantError(t, 404, saccade.CodeClient)
}

// TestMountedShare: one account cannot take every place of what is mounted.
func TestMountedShare(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.MaxInFlight = 4 })
	begun, release := make(chan struct{}), make(chan struct{})
	h.api.Mount("/slow", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if httpfront.CallOf(r.Context()).Account == "acme" {
			begun <- struct{}{}
			<-release
		}
	}))
	done := make(chan struct{})
	for range 2 {
		go func() { h.send("POST", h.at("/slow"), "x", h.bearer()); done <- struct{}{} }()
		<-begun
	}
	h.send("POST", h.at("/slow"), "x", h.bearer()).wantError(t, 503, saccade.CodeOverCapacity)
	if r := h.send("POST", h.at("/slow"), "x", map[string]string{"Authorization": "Bearer " + h.other}); r.status != 200 {
		t.Errorf("the neighbor: %d %s", r.status, r.body)
	}
	close(release)
	<-done
	<-done
}
