package httpapi

import (
	"bytes"
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/httpapi/tools"
)

func TestLens(t *testing.T) {
	h := newHarness(t)
	r := h.call("POST", "/v2/lens", []byte("an image"))
	if r.status != 200 || r.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	grid, err := artifact.NewGridReader(bytes.NewReader(r.body))
	if err != nil || grid.W != 48 || grid.H != 30 {
		t.Fatalf("%+v, %v", grid, err)
	}
	if at, d, err := grid.Next(); err != nil || at != 0 || d.V[0] == 0 {
		t.Errorf("at %v: %v, %v", at, d.V[:1], err)
	}
	mine := h.signIn()
	h.send("POST", h.at("/v2/lens"), "an image", mine).into(t, 200, nil)
	h.send("POST", h.at("/v2/lens"), "an image", with(mine, "Sec-Fetch-Site", "cross-site")).wantError(t, 403, saccade.CodeClient)
	h.send("POST", h.at("/v2/lens"), "an image", nil).wantError(t, 401, saccade.CodeAuth)
	h.call("POST", "/v2/lens", "no image").wantError(t, 400, saccade.CodeClient)
	h.call("POST", "/v2/lens", nil).wantError(t, 400, saccade.CodeClient)
	h.call("POST", "/v2/lens", strings.Repeat("x", tools.MaxLens+1)).wantError(t, 413, saccade.CodeClient)
	h.call("GET", "/v2/lens", nil).wantError(t, 405, saccade.CodeClient)
	var usage struct{ Usage []usageRow }
	if h.call("GET", "/v2/usage", nil).into(t, 200, &usage); len(usage.Usage) != 0 {
		t.Errorf("it is counted: %+v", usage)
	}
}

// slowLens predicts when the test says so.
type slowLens struct {
	Service
	begun, release chan struct{}
}

func (l slowLens) Lens(context.Context, []byte) (saccade.Density, error) {
	l.begun <- struct{}{}
	<-l.release
	return saccade.NewDensity(2, 2), nil
}

func TestOneLensForAnAccount(t *testing.T) {
	h := newHarness(t)
	deps := h.api.deps
	l := slowLens{deps.Service, make(chan struct{}), make(chan struct{})}
	deps.Service = l
	api, err := New(DefaultConfig(), deps)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = api.Close(context.Background()) })
	post := func(token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/v2/lens", strings.NewReader("an image"))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		return w
	}
	done := make(chan int)
	for _, token := range []string{h.token, h.other} { // one each
		go func() { done <- post(token).Code }()
		<-l.begun
	}
	if w := post(h.token); w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Errorf("a second one: %d %v", w.Code, w.Header())
	}
	close(l.release)
	for range 2 {
		if code := <-done; code != 200 {
			t.Errorf("status %d", code)
		}
	}
	go func() { <-l.begun }()
	if w := post(h.token); w.Code != 200 {
		t.Errorf("the next one: %d", w.Code)
	}
}
