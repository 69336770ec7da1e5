package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// vendor is a double of the vendor's service as its public pages describe it:
// the calls of the compatible surface and nothing else. It refuses whatever
// they do not mention.
type vendor struct {
	*httptest.Server
	t     *testing.T
	mode  string // how it misbehaves
	polls int    // pending answers before the end
	mu    sync.Mutex
	calls []string
	keys  []string // Idempotency-Key of every POST
	put   []byte

	polled func() // is called by every poll; nil: nobody listens
}

const vendorToken = "vendor-token"

func newVendor(t *testing.T, mode string) *vendor {
	v := &vendor{t: t, mode: mode, polls: 1}
	v.Server = httptest.NewServer(v)
	t.Cleanup(v.Close)
	return v
}

func (v *vendor) fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"code": code, "message": message}})
}

// ServeHTTP answers as the vendor does, or as the mode says.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls = append(v.calls, r.Method+" "+r.URL.Path)
	file := strings.HasPrefix(r.URL.Path, "/bucket/")
	switch {
	case v.mode == "foreign":
		fmt.Fprint(w, "<!doctype html><title>It works!</title>")
	case v.mode == "foreign JSON":
		fmt.Fprint(w, `{"hello":"world"}`)
	case v.mode == "not found":
		http.NotFound(w, r)
	case v.mode == "proxy":
		http.Error(w, "<h1>Bad gateway</h1>", http.StatusBadGateway)
	case v.mode == "full":
		v.fail(w, 503, "over_capacity", "We are over capacity.")
	case file:
		v.file(w, r)
	case r.Header.Get("Authorization") != "Bearer "+vendorToken:
		v.fail(w, 401, "authentication_failed", "We were unable to authenticate you. Please check your credentials.")
	default:
		v.api(w, r)
	}
}

// file takes uploads and serves outputs, which authorize themselves.
func (v *vendor) file(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		v.t.Errorf("the token was sent to the storage: %s", r.URL)
	}
	if r.Method == http.MethodPut {
		v.put, _ = io.ReadAll(r.Body)
		return
	}
	if v.mode == "cut" {
		w.Header().Set("Content-Length", "1000")
	}
	fmt.Fprint(w, "heat of ", r.URL.Path)
}

func (v *vendor) api(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.RawQuery != "" && r.URL.Path != "/v2/analyses" { // whose GET the vendor does not have at all
		v.t.Errorf("the vendor documents no query: %s", r.URL)
	}
	switch route := r.Method + " " + r.URL.Path; route {
	case "GET /v2/upload-urls":
		fmt.Fprintf(w, `{"url":"%s/bucket/input?X-Amz-Signature=x"}`, v.URL)
	case "POST /v2/analyses/video", "POST /v2/analyses":
		v.create(w, r)
	case "GET /v2/analyses/video/v1":
		v.poll(w, fmt.Sprintf(`{"attention":{"attentionMap":"%s/bucket/a1b2?sig=1"}}`, v.URL))
	case "GET /v2/analyses/i1":
		v.poll(w, fmt.Sprintf(`{"attention":{"attentionMap":"%s/bucket/c3"},"clarity":{"score":67,"map":"%s/bucket/d4"},"input":{"image":"%s/bucket/..%%2f..%%2fetc"}}`, v.URL, v.URL, v.URL))
	default:
		v.fail(w, 404, "client_error", "There is nothing here.")
	}
}

func (v *vendor) create(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Input struct {
			Type, Content, Title, Medium string
		} `json:"input"`
		Predictions map[string]struct{ Outputs []string } `json:"predictions"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		v.t.Errorf("%s: %v", r.URL, err)
	}
	in, id := body.Input, "v1"
	switch {
	case r.URL.Path == "/v2/analyses/video":
		if in.Content != v.URL+"/bucket/input?X-Amz-Signature=x" || in.Type != "" || in.Medium != "" {
			v.t.Errorf("not the URL of the upload, verbatim: %+v", in)
		}
	default:
		id = "i1"
		if _, err := base64.StdEncoding.DecodeString(in.Content); in.Type != "image" && in.Type != "url" || in.Type == "image" && err != nil {
			v.t.Errorf("input %+v, %v", in, err)
		}
	}
	if v.mode == "refusing" {
		v.fail(w, 400, "invalid_input_configuration", "This is \x1b[31mno input\u202e.")
		return
	}
	if v.keys = append(v.keys, r.Header.Get("Idempotency-Key")+" "+in.Content); v.mode == "lost" {
		panic(http.ErrAbortHandler)
	}
	location := v.URL + strings.TrimRight(r.URL.Path, "/") + "/" + id
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"id":%q,"location":%q}`, id, location)
}

func (v *vendor) poll(w http.ResponseWriter, outputs string) {
	if v.polled != nil {
		v.polled()
	}
	switch {
	case v.mode == "expired":
		v.fail(w, 410, "resource_gone", "This resource is no longer available.")
	case v.mode == "slow" || v.polls > 0:
		v.polls--
		fmt.Fprint(w, `{"id":"v1","status":"pending","title":"x","created_at":"2026-06-01T09:12:43.512000"}`)
	case v.mode == "failing":
		fmt.Fprint(w, `{"id":"v1","status":"failed","error":{"code":"server_error","message":"Something broke."}}`)
	default:
		fmt.Fprintf(w, `{"id":"v1","_internal_exposed_id":"x1","status":"success","title":"x","created_at":"2026-06-01T09:12:43.512000","outputs":%s}`, outputs)
	}
}

// saccadeRun runs one command line in the process.
func saccadeRun(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(env{ctx: t.Context(), stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs}, args)
	return code, out.String(), errs.String()
}

// signedIn points the environment at a server.
func signedIn(t *testing.T, url string) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("SACCADE_URL", url)
	t.Setenv("SACCADE_TOKEN", vendorToken)
}

// gone is the address of a server that is not there any more.
func gone() string {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	return s.URL
}

// silent is a server that takes requests and never answers.
func silent(t *testing.T) string {
	t.Helper()
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-done:
		case <-r.Context().Done():
		case <-time.After(time.Minute):
		}
	}))
	t.Cleanup(func() { close(done); s.Close() })
	return s.URL
}
