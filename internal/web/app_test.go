package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// firstScreen is the most that the first screen may take on the wire, in bytes.
const firstScreen = 120_000

func newApp(t *testing.T, cfg Config) *http.ServeMux {
	t.Helper()
	a, err := NewApp(cfg)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	a.Register(mux.HandleFunc, http.NotFound)
	return mux
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAppScreens(t *testing.T) {
	app := newApp(t, Config{})
	for path, root := range map[string]string{
		"/": "", "/about": "", "/settings": "", "/lens": "", "/a/abc": "../", "/c/abc..def": "../", "/s/abc": "../", "/a/abc?t=3": "../",
	} {
		w := get(app, path)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		if want := `src="` + root + `app/app.js"`; !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: no %s in %s", path, want, w.Body)
		}
		if strings.Contains(w.Body.String(), "{{") {
			t.Errorf("%s has a place that was not filled", path)
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "media-src 'self' blob:", "worker-src 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if strings.Contains(policy, "unsafe-") {
			t.Errorf("%s: %s", path, policy)
		}
	}
	for _, path := range []string{"/a", "/a/b/c", "/app/", "/app/none.js", "/app/index.html", "/app/..%2fweb.go", "/index.html"} {
		if w := get(app, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestAppSaysWhatItIs: without JavaScript and without a session, / explains.
func TestAppSaysWhatItIs(t *testing.T) {
	body := get(newApp(t, Config{}), "/").Body.String()
	for _, want := range []string{"predicts where people look", "saccade token create", `data-session="no"`} {
		if !strings.Contains(body, want) {
			t.Errorf("/ does not say %q", want)
		}
	}
	in := newApp(t, Config{SignedIn: func(r *http.Request) bool { return r.Header.Get("Cookie") != "" }})
	if body := get(in, "/", "Cookie", "s=1").Body.String(); !strings.Contains(body, `data-session="yes"`) {
		t.Errorf("with a session: %s", body)
	}
}

func TestAppNamesTheStore(t *testing.T) {
	policy := get(newApp(t, Config{Storage: []string{"https://bucket.example.com"}}), "/").Header().Get("Content-Security-Policy")
	var named []string
	for part := range strings.SplitSeq(policy, "; ") {
		if strings.Contains(part, "https://bucket.example.com") {
			name, _, _ := strings.Cut(part, " ")
			named = append(named, name)
		}
	}
	if diff := cmp.Diff([]string{"connect-src", "img-src", "media-src"}, named); diff != "" {
		t.Errorf("the store is named in %v: %s", named, diff)
	}
}

func TestAppFiles(t *testing.T) {
	app := newApp(t, Config{})
	for name, kind := range map[string]string{
		"app.js": "text/javascript; charset=utf-8", "step.js": "text/javascript; charset=utf-8", "app.css": "text/css; charset=utf-8",
		"mark.svg": "image/svg+xml", "sample.webm": "video/webm",
	} {
		w := get(app, "/app/"+name)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		again := get(app, "/app/"+name, "If-None-Match", `"other", W/`+w.Header().Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s with its ETag: %d, %d bytes", name, again.Code, again.Body.Len())
		}
		packed := get(app, "/app/"+name, "Accept-Encoding", "br, gzip;q=0.5")
		if kind == "video/webm" {
			continue
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plain, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(plain, w.Body.Bytes()) {
			t.Errorf("%s packed is another file, %v", name, err)
		}
		if packed.Header().Get("ETag") == w.Header().Get("ETag") {
			t.Errorf("%s has one ETag for two forms", name)
		}
		if none := get(app, "/app/"+name, "Accept-Encoding", "gzip;q=0"); none.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s is packed for somebody who refuses that", name)
		}
	}
}

// TestFirstScreen sums what the browser loads before it shows something.
func TestFirstScreen(t *testing.T) {
	app := newApp(t, Config{})
	page := get(app, "/", "Accept-Encoding", "gzip")
	total := page.Body.Len()
	for _, m := range regexp.MustCompile(`(?:href|src)="(app/[^"]+)"`).FindAllStringSubmatch(get(app, "/").Body.String(), -1) {
		w := get(app, "/"+m[1], "Accept-Encoding", "gzip")
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", m[1], w.Code)
		}
		total += w.Body.Len() + 700 // and headers
	}
	t.Logf("%d bytes", total)
	if total < 20_000 || total > firstScreen {
		t.Errorf("the first screen takes %d bytes on the wire, want at most %d", total, firstScreen)
	}
}
