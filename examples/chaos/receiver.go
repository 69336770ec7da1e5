//go:build unix

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
)

// receiver takes webhooks and notes which came.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	ids map[string]map[string]int // by analysis and webhook-id: how often
}

// newReceiver starts one on a loopback address.
func newReceiver() (*receiver, error) {
	r := &receiver{ids: map[string]map[string]int{}}
	r.Server = httptest.NewServer(r)
	return r, nil
}

// address is its host and port.
func (r *receiver) address() string {
	u, _ := url.Parse(r.URL)
	return u.Host
}

// ServeHTTP takes one.
func (r *receiver) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	var m struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	_ = json.Unmarshal(body, &m)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids[m.Data.ID] == nil {
		r.ids[m.Data.ID] = map[string]int{}
	}
	r.ids[m.Data.ID][req.Header.Get("webhook-id")]++
}

// of returns how many different messages came about an analysis.
func (r *receiver) of(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ids[id])
}
