package httpapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func TestMain(m *testing.M) {
	http.DefaultTransport.(*http.Transport).DisableKeepAlives = true // idle connections are no leaks of the tests
	goleak.VerifyTestMain(onDatabases{m})
}

// onDatabases runs the tests beside a PostgreSQL server.
type onDatabases struct{ *testing.M }

// Run runs the tests.
func (m onDatabases) Run() int { return storetest.Main(m.M) }

func TestRateLimit(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.RateLimit, c.RateBurst = 0.5, 3 })
	for range 3 {
		h.call("GET", "/v2/usage", nil).into(t, 200, nil)
	}
	r := h.call("GET", "/v2/usage", nil)
	r.wantError(t, 429, saccade.CodeRateLimited)
	if n, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || n < 1 || n > 2 {
		t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}
	h.send("GET", h.at("/v2/usage"), nil, map[string]string{"Authorization": "Bearer " + h.other}).into(t, 200, nil) // another token
	h.clock.advance(2 * time.Second)
	h.call("GET", "/v2/usage", nil).into(t, 200, nil)
}

func TestRateLimitOff(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.RateLimit, c.RateBurst = 0, 0 })
	for range 300 {
		h.call("GET", "/v2/upload-urls", nil).into(t, 200, nil)
	}
}

// fullQueue is a store whose queue is full.
type fullQueue struct{ *store.Store }

func (fullQueue) CreateAnalysis(context.Context, *saccade.Analysis, *store.Idempotency) (*saccade.Analysis, bool, error) {
	return nil, false, saccade.Errorf(saccade.CodeOverCapacity, "The queue is full. Please try again in a minute.")
}

func TestOverCapacity(t *testing.T) {
	h := newHarnessOn(t, func(d *service.Deps) { d.Analyses = fullQueue{d.Analyses.(*store.Store)} })
	r := h.call("POST", "/v2/analyses", object{"input": object{"type": "image", "content": openapi.ExampleImage}})
	r.wantError(t, 503, saccade.CodeOverCapacity)
	if r.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

func TestFullServerStillTellsItsHealth(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.MaxInFlight = 1 })
	id := h.video()
	waiting := make(chan reply)
	go func() { waiting <- h.call("GET", "/v2/analyses/video/"+id+"?wait=20", nil) }()
	for h.api.longPolls.InUse() == 0 {
		time.Sleep(time.Millisecond)
	}
	r := h.call("GET", "/v2/usage", nil)
	r.wantError(t, 503, saccade.CodeOverCapacity)
	h.send("GET", h.at("/healthz"), nil, nil).into(t, 200, nil)
	h.send("GET", h.at("/readyz"), nil, nil).into(t, 200, nil)
	h.succeed(id)
	(<-waiting).into(t, 200, nil)
}

// TestOneAccountDoesNotFillTheServer: half of the requests in flight may be one
// account's.
func TestOneAccountDoesNotFillTheServer(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.MaxInFlight = 4 })
	id := h.video()
	waiting := make(chan reply)
	for range 2 {
		go func() { waiting <- h.call("GET", "/v2/analyses/video/"+id+"?wait=20", nil) }()
	}
	for h.api.longPolls.InUse() < 2 {
		time.Sleep(time.Millisecond)
	}
	r := h.call("GET", "/v2/usage", nil)
	r.wantError(t, 503, saccade.CodeOverCapacity)
	h.send("GET", h.at("/v2/usage"), nil, map[string]string{"Authorization": "Bearer " + h.other}).into(t, 200, nil)
	h.succeed(id)
	for range 2 {
		(<-waiting).into(t, 200, nil)
	}
	h.call("GET", "/v2/usage", nil).into(t, 200, nil)
}

func TestHealth(t *testing.T) {
	var broken sync.Map
	h := newHarness(t, func(c *Config, d *Deps) {
		c.Version = "1.2.3"
		d.Checks = append(d.Checks, httpfront.Check{Name: "decoder", Run: func(context.Context) error {
			if _, bad := broken.Load("decoder"); bad {
				return errors.New("ffmpeg is missing at /secret/path")
			}
			return nil
		}})
	})
	var got httpfront.Health
	h.send("GET", h.at("/readyz"), nil, nil).into(t, 200, &got)
	if got.Status != "ok" || got.Checks["decoder"] != "ok" || got.Checks["database"] != "ok" || got.Version != "1.2.3" {
		t.Errorf("%+v", got)
	}
	broken.Store("decoder", true)
	h.clock.advance(3 * time.Second) // the verdict is kept for a moment
	r := h.send("GET", h.at("/readyz"), nil, nil)
	r.into(t, 503, &got)
	if got.Status != "unavailable" || got.Checks["decoder"] != "failed" || got.Checks["storage"] != "ok" || strings.Contains(string(r.body), "secret") {
		t.Errorf("%s", r.body)
	}
	h.send("GET", h.at("/healthz"), nil, nil).into(t, 200, &got)
}

func TestMetrics(t *testing.T) {
	h := newHarness(t)
	h.succeed(h.video())
	h.video()
	h.call("GET", "/v2/nothing/"+strings.Repeat("x", 50), nil)
	body := string(h.send("GET", h.at("/metrics"), nil, nil).body)
	for _, line := range []string{
		`saccade_http_requests_total{method="POST",route="/v2/analyses/video",status="201"} 2`,
		`saccade_http_requests_total{method="PUT",route="/objects/{key...}",status="200"} 2`,
		`saccade_http_requests_total{method="GET",route="none",status="404"} 1`,
		`saccade_http_request_duration_seconds_count{route="/v2/upload-urls"} 2`,
		`saccade_queue_depth 1`, `saccade_running 0`, `saccade_stats_up 1`, `saccade_frames_total 90`,
		`saccade_analyses{kind="video",status="success"} 1`, `saccade_analyses{kind="video",status="pending"} 1`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	if strings.Contains(body, "xxxx") {
		t.Error("paths of clients became labels")
	}
}

func TestLogHidesSecrets(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	h.succeed(id)
	var v videoView
	h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
	h.send("GET", string(v.Outputs.Attention.AttentionMap), nil, nil).into(t, 200, nil)
	h.send("GET", h.at("/v2/usage%0Aforged=line"), nil, h.bearer())
	log := h.log.String()
	if !strings.Contains(log, `"account":"acme"`) || !strings.Contains(log, `"route":"GET /v2/analyses/video/{id}"`) {
		t.Errorf("log lacks account or route:\n%s", log)
	}
	for _, secret := range []string{h.token, "sig="} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// panicking is a store that breaks.
type panicking struct{ *store.Store }

func (panicking) Usage(context.Context, string, time.Time, time.Time) ([]store.Usage, error) {
	panic("a secret inside")
}

func (panicking) List(context.Context, string, store.ListOptions) ([]saccade.Analysis, string, error) {
	return nil, "", errors.New("no such table: secret")
}

func TestPanicsAndFaultsStayInside(t *testing.T) {
	h := newHarness(t, func(_ *Config, d *Deps) { d.Archive = panicking{d.Archive.(*store.Store)} })
	for _, path := range []string{"/v2/usage", "/v2/analyses"} {
		r := h.call("GET", path, nil)
		r.wantError(t, 500, saccade.CodeServer)
		if strings.Contains(string(r.body), "secret") {
			t.Errorf("%s tells %s", path, r.body)
		}
	}
	if log := h.log.String(); !strings.Contains(log, "a secret inside") || !strings.Contains(log, "no such table") {
		t.Error("the operator is not told")
	}
}

// slowDisk fails while it is written to.
type slowDisk struct{ *blob.Disk }

func (slowDisk) Put(_ context.Context, _ blob.Key, r io.Reader) (blob.Info, error) {
	_, _ = io.CopyN(io.Discard, r, 10)
	return blob.Info{}, saccade.Errorf(saccade.CodeOverCapacity, "The disk is full.")
}

func TestFullDisk(t *testing.T) {
	h := newHarnessOn(t, func(d *service.Deps) { d.Objects = slowDisk{d.Objects.(*blob.Disk)} })
	var u struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, &u)
	h.send("PUT", u.URL, strings.Repeat("x", 1<<20), nil).wantError(t, 503, saccade.CodeOverCapacity)
	h.call("POST", "/v2/analyses", object{"input": object{"type": "image", "content": openapi.ExampleImage}}).wantError(t, 503, saccade.CodeOverCapacity)
}

func TestBrokenOffUploadLeavesNothing(t *testing.T) {
	h := newHarness(t)
	var u struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, &u)
	ctx, cancel := context.WithCancel(t.Context())
	pr, pw := io.Pipe()
	r, err := http.NewRequestWithContext(ctx, "PUT", u.URL, pr)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = pw.Write([]byte(strings.Repeat("x", 100_000)))
		cancel()
		_ = pw.CloseWithError(errors.New("gone"))
	}()
	if res, err := http.DefaultTransport.RoundTrip(r); err == nil {
		_ = res.Body.Close()
		t.Fatalf("answered %s", res.Status)
	}
	key := h.key(u.URL)
	if _, err := h.disk.Stat(t.Context(), key); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("something was stored: %v", err)
	}
	h.call("POST", "/v2/analyses/video", object{"input": object{"content": u.URL}}).wantError(t, 400, saccade.CodeInvalidInput)
	h.send("PUT", u.URL, webm, nil).into(t, 200, nil) // the link is still good
}

func TestConfigNamesEveryFault(t *testing.T) {
	cfg := Config{RateLimit: -1}
	cfg.PublicURL, cfg.Limits.ResultTTL = "example.com/v2?x", -1
	err := cfg.Validate()
	for _, name := range []string{"SACCADE_PUBLIC_URL", "SACCADE_RATE_LIMIT", "SACCADE_RESULT_TTL", "VideoBytes", "LinkTTL", "MaxInFlight"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
	cfg.PublicURL = "https://example.com/v2"
	if err := cfg.Validate(); !strings.Contains(err.Error(), "/v2") {
		t.Errorf("%v", err)
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	if _, err := New(DefaultConfig(), Deps{}); err == nil || !strings.Contains(err.Error(), "Deps.Links") {
		t.Errorf("%v", err)
	}
}
