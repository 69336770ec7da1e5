package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

type object = map[string]any

// harness is a running server on the real store and the real disk. The test
// itself is the worker: it begins and ends analyses through the store.
type harness struct {
	t     *testing.T
	store *store.Store
	disk  *blob.Disk
	api   *API
	url   string
	token string // of the account "acme"
	other string // of the account "rival"
	log   *syncBuffer
	clock *clock

	contract *contract
	writers  *sync.WaitGroup // of texts

	advise func(ctx context.Context, an *saccade.Analysis, kind string) (string, error)
}

// clock is time that the test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }
func (h *harness) ctx() context.Context  { return h.t.Context() }
func (h *harness) at(path string) string { return h.url + path }
func (h *harness) bearer() map[string]string {
	return map[string]string{"Authorization": "Bearer " + h.token}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// inspect judges containers by their first bytes; the real judge is the webm
// package's.
func inspect(_ context.Context, r io.ReaderAt, _ int64, _ saccade.Format) error {
	head := make([]byte, 4)
	if _, err := r.ReadAt(head, 0); err != nil || string(head) != "\x1aE\xdf\xa3" {
		return saccade.Errorf(saccade.CodeInvalidInput, "This is not a WebM file.")
	}
	return nil
}

// quarters is the service, which finds a quarter of the attention in every area.
type quarters struct{ *service.Service }

func (q quarters) MeasureAreas(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	out, err := q.Service.MeasureAreas(ctx, a, aois)
	for i := range out {
		out[i].Share, out[i].FirstSeen = 0.25, nil
	}
	return out, err
}

// Lens predicts that people look everywhere alike.
func (quarters) Lens(_ context.Context, image []byte) (saccade.Density, error) {
	if string(image) == "no image" {
		return saccade.Density{}, saccade.Errorf(saccade.CodeUnreadableImage, "This is no image.")
	}
	return saccade.NewDensity(48, 30), nil
}

// texts is the store, and a worker that writes what was started.
type texts struct {
	*store.Store
	h *harness
}

func (t *texts) StartText(ctx context.Context, account, id, kind string, ttl time.Duration) (store.Text, error) {
	text, err := t.Store.StartText(ctx, account, id, kind, ttl)
	if err == nil && text.Status == store.TextStarted {
		t.h.writers.Go(func() {
			if err := storetest.WriteTexts(context.WithoutCancel(ctx), t.Store, t.h.Advise); err != nil {
				t.h.t.Error(err)
			}
		})
	}
	return text, err
}

func (h *harness) Advise(ctx context.Context, an *saccade.Analysis, kind string) (string, error) {
	if h.advise != nil {
		return h.advise(ctx, an, kind)
	}
	return "## " + kind + "\n\nAbout " + an.ID, nil
}

// CheckURL refuses loopback, as the real guard does.
func (h *harness) CheckURL(_ context.Context, address string) error {
	if strings.Contains(address, "127.0.0.1") {
		return saccade.Errorf(saccade.CodeInvalidInput, "This webhook address is not public.")
	}
	return nil
}

func newHarness(t *testing.T, change ...func(*Config, *Deps)) *harness {
	t.Helper()
	return newHarnessOn(t, func(*service.Deps) {}, change...)
}

// newHarnessOn is newHarness with other parts below the API.
func newHarnessOn(t *testing.T, below func(*service.Deps), change ...func(*Config, *Deps)) *harness {
	t.Helper()
	cfg := store.DefaultConfig()
	cfg.DSN = "sqlite:" + filepath.Join(t.TempDir(), "db.sqlite")
	return newHarnessAt(t, cfg, below, change...)
}

// newHarnessAt is newHarnessOn on another database.
func newHarnessAt(t *testing.T, cfg store.Config, below func(*service.Deps), change ...func(*Config, *Deps)) *harness {
	t.Helper()
	h := &harness{t: t, log: &syncBuffer{}, clock: &clock{}, writers: &sync.WaitGroup{}}
	dir := t.TempDir()
	cfg.Now = h.clock.now
	var err error
	if h.store, err = store.Open(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	if h.disk, err = blob.NewDisk(filepath.Join(dir, "blobs")); err != nil {
		t.Fatal(err)
	}
	signer, err := blob.NewSigner(bytes.Repeat([]byte("k"), 64))
	if err != nil {
		t.Fatal(err)
	}
	h.token, h.other = h.account("acme"), h.account("rival")
	c := DefaultConfig()
	d := Deps{
		Accounts: h.store, Sessions: h.store, Tokens: h.store, Analyses: h.store, Archive: h.store, Texts: &texts{h.store, h}, Webhooks: h.store, Shares: h.store,
		Objects: h.disk, Links: signer, Verifier: signer,
		Collectors: []prometheus.Collector{service.NewCollector(h.store, h.clock.now)},
		Checks:     []httpfront.Check{{Name: "database", Run: h.store.Check}, {Name: "storage", Run: h.disk.Check}},
		Log:        slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: h.clock.now,
	}
	for _, f := range change {
		f(&c, &d)
	}
	parts := service.Deps{Uploads: h.store, Analyses: h.store, Objects: h.disk, Links: signer, Guard: h, Inspect: inspect, Log: d.Log, Now: d.Now}
	below(&parts)
	svc, err := service.New(c.Limits, parts)
	if err != nil {
		t.Fatal(err)
	}
	d.Service = quarters{svc}
	if h.api, err = New(c, d); err != nil {
		t.Fatal(err)
	}
	h.contract = newContract(h.api)
	server := httptest.NewUnstartedServer(h.api)
	server.Config = httpfront.NewServer(h.api, nil)
	server.Start()
	h.url = server.URL
	t.Cleanup(func() {
		if err := h.api.Close(context.Background()); err != nil {
			t.Error(err)
		}
		server.Close()
		h.writers.Wait()
	})
	return h
}

// account makes an account and gives a token of it.
func (h *harness) account(name string) string {
	h.t.Helper()
	if _, err := h.store.EnsureAccount(h.t.Context(), name); err != nil {
		h.t.Fatal(err)
	}
	plain, _, err := h.store.CreateToken(h.t.Context(), name, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return plain
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send makes a request; body is nil, a string, bytes or something for JSON.
func (h *harness) send(method, url string, body any, headers map[string]string) reply {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, url, reader(h.t, body))
	if err != nil {
		h.t.Fatal(err)
	}
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	return h.do(r)
}

func (h *harness) do(r *http.Request) reply {
	h.t.Helper()
	res, err := http.DefaultTransport.RoundTrip(r) // no redirects: none may happen
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	answer := reply{res.StatusCode, res.Header, b}
	if p := r.URL.EscapedPath(); path.Clean(p) != strings.TrimSuffix(p, "/") || strings.Contains(p, "%") {
		return answer // the router refuses it before it looks for a route
	}
	pattern := h.api.front.Pattern(&http.Request{Method: r.Method, Host: r.Host, URL: &url.URL{Path: strings.TrimSuffix(r.URL.Path, "/")}})
	h.contract.check(h.t, pattern, answer)
	return answer
}

func reader(t *testing.T, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(b)
	case []byte:
		return bytes.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.NewReader(j)
	}
}

// call is send with the token of "acme".
func (h *harness) call(method, path string, body any) reply {
	h.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = h.url + path
	}
	return h.send(method, path, body, h.bearer())
}

// into decodes the answer after checking its status.
func (r reply) into(t *testing.T, status int, v any) {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	if v != nil {
		if err := json.Unmarshal(r.body, v); err != nil {
			t.Fatalf("%v in %s", err, r.body)
		}
	}
}

// wantError checks an error answer: status, code and the exact form.
func (r reply) wantError(t *testing.T, status int, code saccade.Code) map[string]any {
	t.Helper()
	var body struct {
		Error map[string]any `json:"error"`
	}
	r.into(t, status, &body)
	var whole map[string]any
	r.into(t, status, &whole)
	if len(whole) != 1 || body.Error["code"] != string(code) || body.Error["message"] == "" {
		t.Errorf("body %s, want an error with code %s", r.body, code)
	}
	if ct := r.header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("Content-Type %q", ct)
	}
	if id := r.header.Get("X-Request-Id"); id == "" || body.Error["request_id"] != id {
		t.Errorf("request id %q in header, %v in body", id, body.Error["request_id"])
	}
	return body.Error
}

// webm is what the harness takes for a video.
const webm = "\x1aE\xdf\xa3 and so on"

// upload sends a video as the vendor's client does and gives its URL.
func (h *harness) upload() string {
	h.t.Helper()
	var u struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(h.t, 200, &u)
	h.send("PUT", u.URL, webm, nil).into(h.t, 200, nil)
	return u.URL
}

// video starts an analysis and gives its id.
func (h *harness) video() string {
	h.t.Helper()
	var c created
	h.call("POST", "/v2/analyses/video", object{"input": object{"content": h.upload(), "title": "Video Testing"}}).into(h.t, 201, &c)
	return c.ID
}

// image starts an image analysis and gives its id.
func (h *harness) image() string {
	h.t.Helper()
	var c created
	h.call("POST", "/v2/analyses", object{"input": object{"type": "image", "content": openapi.ExampleImage}}).into(h.t, 201, &c)
	return c.ID
}

// key returns the key that a link names.
func (h *harness) key(link string) blob.Key {
	h.t.Helper()
	o := blob.Origin{Base: h.url, Serves: func(u *url.URL) bool { return "http://"+u.Host == h.url }}
	key, err := h.api.deps.Links.KeyOf(o, saccade.Link(link))
	if err != nil {
		h.t.Fatal(err)
	}
	return key
}
