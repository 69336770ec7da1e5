package capture

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/netguard"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newBrowser returns a Browser that may reach the listed servers, with a directory of
// its own that must be empty in the end; it skips where there is no Chromium.
func newBrowser(t testing.TB, change func(*Config), allow ...string) *Browser {
	t.Helper()
	if testing.Short() && t.Name() != "TestCapturePage" {
		t.Skip("starts a browser, which takes seconds")
	}
	if _, err := lookChrome(""); err != nil {
		t.Skip("no Chromium here, so pages cannot be captured: apt install chromium")
	}
	dir, err := os.MkdirTemp("", "saccade-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // nobody must be able to enter
		t.Fatal(err)
	}
	c := DefaultConfig()
	c.Dir = dir
	c.Timeout = 2 * time.Minute // tests run on busy machines
	c.CurtainWait = time.Second // many pages here are of one color, and so look blank
	c.Net = netguard.Config{Allow: allow}
	if change != nil {
		change(&c)
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		left, _ := filepath.Glob(filepath.Join(dir, "*"))
		if len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		_ = os.RemoveAll(dir)
	})
	return b
}

// site serves pages by path; it ends with the test.
func site(t testing.TB, pages map[string]http.HandlerFunc) *httptest.Server {
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

func html(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><meta charset=utf-8>" + s))
	}
}

func host(s *httptest.Server) string { return s.Listener.Addr().String() }

func capture(t *testing.T, b *Browser, address string, m saccade.Medium) image.Image {
	t.Helper()
	data, err := b.Capture(t.Context(), address, m)
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("SACCADE_KEEP_CAPTURES"); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "_")+"_"+string(m)+".png"), data, 0o644)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// refusal captures and wants an error with CodeWebPage whose message contains
// some words.
func refusal(t *testing.T, b *Browser, address, words string) {
	t.Helper()
	begin := time.Now()
	_, err := b.Capture(t.Context(), address, saccade.MediumDesktop)
	if !saccade.IsCode(err, saccade.CodeWebPage) || !strings.Contains(saccade.AsError(err).Message, words) {
		t.Errorf("%s: error %v, want could_not_grab_web_page with %q", address, err, words)
	}
	t.Logf("%.60s: %v after %v", address, err, time.Since(begin).Round(time.Millisecond))
}

func size(t *testing.T, img image.Image, w, h int) {
	t.Helper()
	if got := img.Bounds().Size(); got != image.Pt(w, h) {
		t.Errorf("size %v, want %dx%d", got, w, h)
	}
}

func at(t *testing.T, img image.Image, x, y int, want color.Color) {
	t.Helper()
	r, g, b, _ := img.At(x, y).RGBA()
	wr, wg, wb, _ := want.RGBA()
	if diff(r, wr)+diff(g, wg)+diff(b, wb) > 12<<8 {
		t.Errorf("pixel %d,%d is %02x%02x%02x, want %02x%02x%02x", x, y, r>>8, g>>8, b>>8, wr>>8, wg>>8, wb>>8)
	}
}

func diff(a, b uint32) uint32 { return max(a, b) - min(a, b) }

var (
	red   = color.RGBA{255, 0, 0, 255}
	green = color.RGBA{0, 128, 0, 255}
	blue  = color.RGBA{0, 0, 255, 255}
	white = color.RGBA{255, 255, 255, 255}
)

func TestCapturePage(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../../examples/page.html")
	if err != nil {
		t.Skip("examples/page.html is missing: ", err)
	}
	s := site(t, map[string]http.HandlerFunc{"/": html(string(src))})
	b := newBrowser(t, nil, host(s))
	desktop := capture(t, b, s.URL, saccade.MediumDesktop)
	if d := desktop.Bounds(); d.Dx() != 1440 || d.Dy() < 900 || d.Dy() > 2000 {
		t.Errorf("desktop image is %v", d)
	}
	mobile := capture(t, b, s.URL, saccade.MediumMobile)
	if d := mobile.Bounds(); d.Dx() != 780 {
		t.Errorf("mobile image is %v", d)
	}
}

func TestHeights(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{
		"/short": html(`<body style="margin:0;background:red">`),
		// The first screen must stay 900 px high although the image is higher.
		"/hero": html(`<meta name=viewport content="width=device-width"><body style="margin:0;background:blue"><div style="height:100vh;background:red"></div><div style="height:600px;background:green"></div>`),
		"/long": html(`<body style="margin:0;background:red"><div style="height:100000px;background:linear-gradient(red,blue)"></div>`),
		"/wide": html(`<body style="margin:0;background:red"><div style="width:50000px;height:2000px;background:green"></div>`),
	})
	b := newBrowser(t, nil, host(s))
	size(t, capture(t, b, s.URL+"/short", saccade.MediumDesktop), 1440, 900)
	hero := capture(t, b, s.URL+"/hero", saccade.MediumDesktop)
	size(t, hero, 1440, 1500)
	at(t, hero, 10, 895, red)
	at(t, hero, 10, 905, green)
	hero = capture(t, b, s.URL+"/hero", saccade.MediumMobile)
	size(t, hero, 780, 2*(844+600))
	at(t, hero, 10, 2*844-5, red)
	at(t, hero, 10, 2*844+5, green)
	size(t, capture(t, b, s.URL+"/long", ""), 1440, 4500)
	wide := capture(t, b, s.URL+"/wide", "")
	size(t, wide, 1440, 2000)
	at(t, wide, 1439, 1999, green)
	// A page not made for phones is laid out 980 wide and shown smaller.
	size(t, capture(t, b, s.URL+"/short", saccade.MediumMobile), 780, 2*844)
	size(t, capture(t, b, s.URL+"/long", saccade.MediumMobile), 780, 2*5*844)
}

func TestCallerGivesUp(t *testing.T) {
	b := newBrowser(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Capture(ctx, "https://example.com/", ""); err != context.Canceled {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// TestPortThatBrowsersRefuse: the port is at fault, and not where the page leads.
func TestPortThatBrowsersRefuse(t *testing.T) {
	t.Parallel()
	refusal(t, newBrowser(t, nil, "127.0.0.1:1"), "http://127.0.0.1:1/", "open no page on this port")
}
