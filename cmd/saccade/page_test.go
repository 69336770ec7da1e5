package main_test

import (
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// needChromium skips where pages cannot be captured.
func needChromium(t *testing.T) {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if _, err := exec.LookPath(name); err == nil {
			return
		}
	}
	t.Skip("no Chromium here, so pages cannot be captured: apt install chromium")
}

const pageHTML = `<!doctype html><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Shop</title>
<body style="margin:0;font:16px sans-serif"><header style="background:#123;color:#fff;padding:2em"><h1>Spring sale</h1></header>
<p style="padding:1em">Everything must go, and some of it already went. <button style="background:#e52;color:#fff;padding:1em">Buy now</button></p>`

// site serves pages by path, and ends with the test, whoever still waits.
func site(t *testing.T, pages map[string]http.HandlerFunc) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	for path, h := range pages {
		mux.HandleFunc(path, h)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// html answers with a page.
func html(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(body))
	}
}

// hang never answers.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// page has a page analyzed.
func (s *service) page(address, medium string) answer {
	s.t.Helper()
	input := object{"type": "url", "content": address, "title": "e2e"}
	if medium != "" {
		input["medium"] = medium
	}
	posted := s.call("POST", "/analyses", object{"input": input})
	if posted.status != http.StatusCreated {
		s.t.Fatalf("POST: %d %v", posted.status, posted.body)
	}
	return s.settle(posted.text("location"), 3*time.Minute)
}

// shown wants a successful capture of a size with the default outputs.
func (s *service) shown(a answer, size image.Point) {
	s.t.Helper()
	if a.text("status") != "success" || a.text("_internal_exposed_id") == "" {
		s.t.Fatalf("%v", a.body)
	}
	if diff := cmp.Diff(defaultOutputs, a.outputNames()); diff != "" {
		s.t.Errorf("outputs: %s", diff)
	}
	s.checkFit(a, size)
}

// notGrabbed wants a failed capture whose message has some words.
func (s *service) notGrabbed(a answer, words string) {
	s.t.Helper()
	fault, _ := a.body["error"].(object)
	message, _ := fault["message"].(string)
	if a.text("status") != "failed" || a.code() != "could_not_grab_web_page" || !strings.Contains(message, words) {
		s.t.Errorf("want could_not_grab_web_page with %q: %v", words, a.body)
	}
}

// TestPages captures pages in a real browser.
func TestPages(t *testing.T) {
	t.Parallel()
	needChromium(t)
	var hits atomic.Int64
	private := site(t, map[string]http.HandlerFunc{"/": func(http.ResponseWriter, *http.Request) { hits.Add(1) }})
	shop := site(t, map[string]http.HandlerFunc{
		"/":          html(pageHTML),
		"/alert":     html(pageHTML + `<script>alert("x"); confirm("y"); prompt("z"); onbeforeunload = () => "stay"</script>`),
		"/elsewhere": http.RedirectHandler(private.URL, http.StatusFound).ServeHTTP,
		"/hangs":     hang,
		"/picture":   html(pageHTML + `<img src="/hangs">`),
		"/gone":      http.NotFound,
		"/download": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/zip")
			w.Header().Set("Content-Disposition", "attachment; filename=a.zip")
			_, _ = w.Write([]byte("PK\x03\x04"))
		},
	})
	s := start(t, t.TempDir(), "--allow", shop.Listener.Addr().String(), "--images", "4")
	desktop, mobile := image.Pt(1440, 900), image.Pt(780, 1688)
	t.Run("captures", func(t *testing.T) {
		for name, check := range map[string]func(s *service){
			"desktop":         func(s *service) { s.shown(s.page(shop.URL, ""), desktop) },
			"mobile":          func(s *service) { s.shown(s.page(shop.URL, "mobileWeb"), mobile) },
			"alert":           func(s *service) { s.shown(s.page(shop.URL+"/alert", "desktopWeb"), desktop) },
			"hanging picture": func(s *service) { s.shown(s.page(shop.URL+"/picture", ""), desktop) },
			"private":         func(s *service) { s.notGrabbed(s.page(private.URL, ""), "nly public addresses on the usual ports") },
			"redirect": func(s *service) {
				s.notGrabbed(s.page(shop.URL+"/elsewhere", ""), "nly public addresses on the usual ports")
			},
			"metadata": func(s *service) {
				s.notGrabbed(s.page("http://169.254.169.254/latest/", ""), "nly public addresses on the usual ports")
			},
			"download":     func(s *service) { s.notGrabbed(s.page(shop.URL+"/download", ""), "download") },
			"not found":    func(s *service) { s.notGrabbed(s.page(shop.URL+"/gone", ""), "404") },
			"no such host": func(s *service) { s.notGrabbed(s.page("http://nosuch.invalid/", ""), "nosuch.invalid") },
			"hangs":        func(s *service) { hangs(s, shop.URL+"/hangs") },
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				check(s.with(t))
			})
		}
	})
	if hits.Load() != 0 {
		t.Errorf("%d requests reached a private address", hits.Load())
	}
	for _, address := range []string{"file:///etc/passwd", "javascript:alert(1)", "http://user:secret@example.com/", "example.com", ""} {
		if a := s.call("POST", "/analyses", object{"input": object{"type": "url", "content": address}}); a.status != http.StatusBadRequest || a.code() != "invalid_input_configuration" {
			t.Errorf("%q: %d %v", address, a.status, a.body)
		}
	}
	s.terminate(20 * time.Second)
}

// hangs waits for a page that never answers; the capture gives up on its own.
func hangs(s *service, address string) {
	s.t.Helper()
	if testing.Short() {
		s.t.Skip("a page that never answers takes most of a minute")
	}
	begin := time.Now()
	s.notGrabbed(s.page(address, ""), "")
	if took := time.Since(begin); took > 2*time.Minute {
		s.t.Errorf("a client gives up after 120 s; this took %v", took)
	} else {
		s.t.Logf("gave up after %v", took.Round(time.Second))
	}
}

// TestPagesWithoutPermission serves the same page to a server that may reach
// public addresses only.
func TestPagesWithoutPermission(t *testing.T) {
	t.Parallel()
	needChromium(t)
	var hits atomic.Int64
	shop := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		html(pageHTML)(w, r)
	}})
	s := start(t, t.TempDir())
	_, port, _ := strings.Cut(shop.Listener.Addr().String(), ":")
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"} {
		s.notGrabbed(s.page(fmt.Sprintf("http://%s:%s/", host, port), ""), "nly public addresses on the usual ports")
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests came through", hits.Load())
	}
	s.terminate(20 * time.Second)
}
