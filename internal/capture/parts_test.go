package capture

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/google/go-cmp/cmp"
	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/netguard"
)

func TestNoChromium(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	c := DefaultConfig()
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Capture(t.Context(), "https://example.com/", "")
	if !saccade.IsCode(err, saccade.CodeWebPage) || !strings.Contains(saccade.AsError(err).Message, "apt install chromium") {
		t.Errorf("error %v", err)
	}
	got := b.Doctor(t.Context())
	if len(got) != 1 || got[0].OK || !strings.Contains(got[0].Detail, "apt install chromium") {
		t.Errorf("doctor: %v", got)
	}
}

func TestChromiumThatDoesNotStart(t *testing.T) {
	dir := t.TempDir()
	fake := filepath.Join(dir, "chromium")
	script := "#!/bin/sh\n[ \"$1\" = --version ] && echo Chromium 1.2.3.4 && exit\necho cannot start: reason >&2\nexit 1\n"
	if err := os.WriteFile(fake, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig()
	c.ChromePath, c.Dir = fake, dir
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Capture(t.Context(), "https://example.com/", "")
	if !saccade.IsCode(err, saccade.CodeServer) || !strings.Contains(err.Error(), "cannot start: reason") {
		t.Errorf("error %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, dirPrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDoctor(t *testing.T) {
	b := newBrowser(t, nil)
	got := b.Doctor(t.Context())
	t.Log(got)
	if len(got) != 2 || !got[0].OK {
		t.Errorf("%v", got)
	}
}

func TestConfigFaultsAllAtOnce(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	c := Config{ChromePath: "/no/such/program", Dir: "/no/such/folder", Timeout: time.Hour, Net: netguard.Config{Allow: []string{"?"}}}
	_, err := New(c)
	for _, name := range []string{"ChromePath", "Dir", "Timeout", "AnswerWait", "RequestWait", "MaxHeight", "Parallel", "Memory", "Disk", "Traffic", "Net"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is missing in %v", name, err)
		}
	}
}

func TestSweepStale(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{dirPrefix + "old", dirPrefix + "new", "other"} {
		if err := os.MkdirAll(filepath.Join(dir, n, "profile"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-time.Hour)
	for _, n := range []string{dirPrefix + "old", "other"} {
		if err := os.Chtimes(filepath.Join(dir, n), past, past); err != nil {
			t.Fatal(err)
		}
	}
	sweepStale(dir, 10*time.Minute)
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	want := []string{filepath.Join(dir, "other"), filepath.Join(dir, dirPrefix+"new")}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
}

// ask sends raw bytes to a proxy and returns the first line of the answer.
func ask(t *testing.T, p *proxy, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", p.address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		return ""
	}
	line, _ := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(line)
}

func testProxy(t *testing.T, traffic int64, uid int, allow ...string) *proxy {
	t.Helper()
	g, err := netguard.New(netguard.Config{Allow: allow})
	if err != nil {
		t.Fatal(err)
	}
	p, err := startProxy(g, traffic, uid)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.close() })
	return p
}

func TestProxyRefuses(t *testing.T) {
	bad, _ := forbidden(t)
	p := testProxy(t, 1<<20, os.Geteuid())
	for request, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n":                                         "HTTP/1.1 400",
		"GET " + bad.URL + "/ HTTP/1.1\r\nHost: " + host(bad) + "\r\n\r\n":          "HTTP/1.1 502",
		"CONNECT " + host(bad) + " HTTP/1.1\r\nHost: example.com\r\n\r\n":           "HTTP/1.1 502",
		"CONNECT localhost HTTP/1.1\r\nHost: localhost\r\n\r\n":                     "HTTP/1.1 502",
		"CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n":                       "HTTP/1.1 502",
		"CONNECT " + p.address() + " HTTP/1.1\r\nHost: " + p.address() + "\r\n\r\n": "HTTP/1.1 502",
		"GET ftp://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n":              "HTTP/1.1 400",
		"GET file:///etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n":                        "HTTP/1.1 400",
	} {
		if got := ask(t, p, request); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q, want %s", request, got, want)
		}
	}
	if p.failure(host(bad)) == nil {
		t.Error("the refusal was not remembered")
	}
}

func TestProxyAnswersOnlyItsUser(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux knows whose a connection is")
	}
	s := site(t, map[string]http.HandlerFunc{"/": html("here")})
	request := "GET " + s.URL + "/ HTTP/1.1\r\nHost: " + host(s) + "\r\n\r\n"
	if got := ask(t, testProxy(t, 1<<20, os.Geteuid(), host(s)), request); got != "HTTP/1.1 200 OK" {
		t.Errorf("our own connection: %q", got)
	}
	if got := ask(t, testProxy(t, 1<<20, os.Geteuid()+12345, host(s)), request); got != "" {
		t.Errorf("another user's connection was answered: %q", got)
	}
}

func TestProxyEndsTunnelsWhenClosed(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	go func() {
		if c, err := ln.Accept(); err == nil {
			_, _ = io.Copy(c, c) // an echo that never hangs up
			_ = c.Close()
		}
	}()
	p := testProxy(t, 1<<20, os.Geteuid(), ln.Addr().String())
	c, err := net.Dial("tcp", p.address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, _ = io.WriteString(c, "CONNECT "+ln.Addr().String()+" HTTP/1.1\r\nHost: x\r\n\r\n")
	r := bufio.NewReader(c)
	if res, err := http.ReadResponse(r, &http.Request{Method: "CONNECT"}); err != nil || res.StatusCode != 200 {
		t.Fatalf("%v %v", res, err)
	}
	_, _ = io.WriteString(c, "ping")
	echo := make([]byte, 4)
	if _, err := io.ReadFull(r, echo); err != nil || string(echo) != "ping" {
		t.Fatalf("%q %v", echo, err)
	}
	_ = p.close()
	if _, err := r.ReadByte(); err == nil {
		t.Error("the tunnel is still open")
	}
}

func TestProxyTraffic(t *testing.T) {
	s := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) }})
	p := testProxy(t, 1<<16, -1, host(s))
	for i, want := range []bool{true, false} {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest("GET", s.URL+"/", nil)
		func() {
			defer func() { _ = recover() }() // a cut body aborts the handler
			p.srv.Handler.ServeHTTP(rec, req)
		}()
		if n := rec.Body.Len(); n > 1<<16+64 || rec.Code == 200 != want {
			t.Errorf("request %d: status %d, %d bytes", i, rec.Code, n)
		}
		p.transport.CloseIdleConnections()
	}
}

func TestWatcherFollowsTheMainFrame(t *testing.T) {
	w := newWatcher()
	w.follow("main")
	doc := func(id network.RequestID, url string, frame cdp.FrameID) *network.EventRequestWillBeSent {
		return &network.EventRequestWillBeSent{RequestID: id, Type: network.ResourceTypeDocument, FrameID: frame, Request: &network.Request{URL: url}}
	}
	answer := func(id network.RequestID, url string, status int64) *network.EventResponseReceived {
		return &network.EventResponseReceived{RequestID: id, Response: &network.Response{URL: url, Status: status}}
	}
	for _, ev := range []any{
		doc("1", "http://a/", "main"), answer("1", "http://a/", 200),
		&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", URL: "http://a/"}},
		doc("2", "http://ad/", "child"), answer("2", "http://ad/", 500),
		&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "child", ParentID: "main", URL: "http://ad/"}},
		&page.EventLoadEventFired{},
		// A download leaves the document as it is.
		doc("3", "http://a/file", "main"), &network.EventLoadingFailed{RequestID: "3", ErrorText: "net::ERR_ABORTED", Canceled: true},
	} {
		w.observe(ev)
	}
	got := w.state(time.Minute)
	want := document{request: "1", url: "http://a/", status: 200}
	if diff := cmp.Diff(want, *got.doc, cmp.AllowUnexported(document{})); diff != "" || !got.loaded || got.number != 1 {
		t.Errorf("%s %+v", diff, got)
	}
	w.observe(doc("4", "http://b/", "main"))
	w.observe(&network.EventLoadingFailed{RequestID: "4", ErrorText: "net::ERR_FAILED"})
	w.observe(&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", URL: "chrome-error://x", UnreachableURL: "http://b/"}})
	got = w.state(time.Minute)
	if got.loaded || got.number != 2 || got.doc.failure != "net::ERR_FAILED" || got.doc.url != "http://b/" {
		t.Errorf("%+v %+v", got, got.doc)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	w := &tail{max: 8}
	for range 100 {
		_, _ = w.Write([]byte("abc"))
	}
	if got := w.String(); got != "bcabcabc" {
		t.Errorf("%q", got)
	}
}

func TestHostPort(t *testing.T) {
	for in, want := range map[string]string{
		"http://a/": "a:80", "https://a/x?y": "a:443", "http://a:8080": "a:8080", "https://[::1]/": "[::1]:443", "%": "",
	} {
		if got := hostPort(in); got != want {
			t.Errorf("hostPort(%q) = %q, want %q", in, got, want)
		}
	}
}
