package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"
)

func neighbors() []attack {
	return []attack{
		{"512 event streams of one account", streams},
		{"a queue filled by one account with images", flood},
		{"60 deliveries to a webhook that answers after 15 s", slowReceiver},
	}
}

// receiver takes webhooks: at /slow after a while, elsewhere at once.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	slow int                  // deliveries that came to /slow
	at   map[string]time.Time // when a delivery about an analysis came elsewhere
}

// newReceiver starts one on a loopback address.
func newReceiver() (*receiver, error) {
	r := &receiver{at: map[string]time.Time{}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r.Server = httptest.NewUnstartedServer(r)
	r.Listener = ln
	r.Start()
	return r, nil
}

// address returns host and port.
func (r *receiver) address() string {
	u, _ := url.Parse(r.URL)
	return u.Host
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(_ http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	if req.URL.Path == "/slow" {
		r.mu.Lock()
		r.slow++
		r.mu.Unlock()
		select {
		case <-req.Context().Done():
		case <-time.After(15 * time.Second):
		}
		return
	}
	var m struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	_ = json.Unmarshal(body, &m)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at[m.Data.ID] = time.Now()
}

// count returns how many deliveries came to /slow, and whether one about the
// analysis came elsewhere.
func (r *receiver) count(id string) (slow int, came bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, came = r.at[id]
	return r.slow, came
}

// streams opens event streams of an analysis that waits behind others.
func streams(ctx context.Context, t *target) (string, error) {
	var ids []string
	defer func() { t.drop(ctx, ids) }()
	image := png(2000, 2000, 16)
	for range 30 {
		ids = append(ids, t.mallory.image(ctx, image).text("id"))
	}
	last := ids[len(ids)-1]
	conns, done, err := t.crowd(512, func(int) string {
		return "GET /v2/analyses/" + last + "/events HTTP/1.1\r\nHost: " + t.host + "\r\nAuthorization: Bearer " + t.mallory.token + "\r\n\r\n"
	})
	if err != nil {
		return "", err
	}
	defer done()
	status := map[string]int{}
	for _, c := range conns {
		s, err := statusOf(c)
		if err != nil {
			return "", err
		}
		status[s]++
	}
	mine := t.neighbor.image(ctx, png(64, 64, 1)).text("id")
	s, err := t.raw("GET /v2/analyses/" + mine + "/events HTTP/1.1\r\nHost: " + t.host + "\r\nAuthorization: Bearer " + t.neighbor.token + "\r\n\r\n")
	if s != "200" {
		return "", fmt.Errorf("the neighbor's stream is answered %s %w", s, err)
	}
	return "answers by status: " + strings.Trim(fmt.Sprint(status), "map[]") + "; the neighbor's stream is served", nil
}

// drop deletes what the attacker has ordered.
func (t *target) drop(ctx context.Context, ids []string) {
	for _, id := range ids {
		t.mallory.call(ctx, "DELETE", "/analyses/"+id, nil)
	}
}

// flood fills the queue and then has the neighbor ask for one image.
func flood(ctx context.Context, t *target) (string, error) {
	var ids []string
	defer func() { t.drop(ctx, ids) }()
	full, image := false, png(2500, 2500, 1)
	for range maxQueue + 50 {
		a := t.mallory.image(ctx, image)
		if full = a.status == http.StatusServiceUnavailable; full {
			break
		}
		ids = append(ids, a.text("id"))
	}
	if !full {
		return "", fmt.Errorf("%d images were taken", len(ids))
	}
	before := t.ended(ctx)
	begin := time.Now()
	a := t.neighbor.image(ctx, image)
	if a.status != http.StatusCreated {
		return "", fmt.Errorf("the neighbor's image is answered %v", a)
	}
	done := t.neighbor.settle(ctx, a.text("location"))
	took := time.Since(begin)
	if done.text("status") != "success" {
		return "", fmt.Errorf("the neighbor's image became %v", done.body)
	}
	others := t.ended(ctx) - before
	if others > 8 { // two run, and the last poll took up to half a second
		return "", fmt.Errorf("%d of the others ended before the neighbor's", others)
	}
	return fmt.Sprintf("%d taken, then 503; the neighbor's image is taken and done in %.1f s, while %d of the others were", len(ids), took.Seconds(), others), nil
}

// ended returns how many analyses of the attacker have ended.
func (t *target) ended(ctx context.Context) int {
	usage, _ := t.mallory.call(ctx, "GET", "/usage", nil).body["usage"].([]any)
	n := 0
	for _, row := range usage {
		for _, key := range []string{"succeeded", "failed"} {
			f, _ := row.(map[string]any)[key].(float64)
			n += int(f)
		}
	}
	return n
}

// slowReceiver makes deliveries that hang, and one for the neighbor.
func slowReceiver(ctx context.Context, t *target) (string, error) {
	order := func(c account, path string) answer {
		return c.call(ctx, "POST", "/analyses", object{
			"input": object{"type": "url", "content": "http://127.0.0.1:1/"}, "webhook": object{"url": t.receiver.URL + path}})
	}
	for range 60 {
		if a := order(t.mallory, "/slow"); a.status != http.StatusCreated {
			return "", fmt.Errorf("an order is answered %v", a)
		}
	}
	for slow := 0; slow < 2; slow, _ = t.receiver.count("") { // until senders hang
		if err := pause(ctx); err != nil {
			return "", err
		}
	}
	a := order(t.neighbor, "/fast")
	t.neighbor.settle(ctx, a.text("location"))
	begin := time.Now()
	for {
		slow, came := t.receiver.count(a.text("id"))
		if came {
			return fmt.Sprintf("while %d hang or hung, the neighbor's comes %.1f s after the end of its analysis", slow, time.Since(begin).Seconds()), nil
		}
		if err := pause(ctx); err != nil || time.Since(begin) > 10*time.Second {
			return "", fmt.Errorf("the neighbor's delivery has not come after %v: %w", time.Since(begin), err)
		}
	}
}

// pause waits a moment.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(20 * time.Millisecond):
		return nil
	}
}
