package proxy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade/internal/netguard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site serves one handler; it ends with the test.
func site(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func host(s *httptest.Server) string { return s.Listener.Addr().String() }

// ask sends raw bytes to a proxy and returns the first line of the answer.
func ask(t *testing.T, p *Proxy, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", p.Address())
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

func testProxy(t *testing.T, traffic int64, uid int, allow ...string) *Proxy {
	t.Helper()
	g, err := netguard.New(netguard.Config{Allow: allow})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(g, traffic, uid)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestProxyRefuses(t *testing.T) {
	bad := site(t, func(http.ResponseWriter, *http.Request) {})
	p := testProxy(t, 1<<20, os.Geteuid())
	for request, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n":                                         "HTTP/1.1 400",
		"GET " + bad.URL + "/ HTTP/1.1\r\nHost: " + host(bad) + "\r\n\r\n":          "HTTP/1.1 502",
		"CONNECT " + host(bad) + " HTTP/1.1\r\nHost: example.com\r\n\r\n":           "HTTP/1.1 502",
		"CONNECT localhost HTTP/1.1\r\nHost: localhost\r\n\r\n":                     "HTTP/1.1 502",
		"CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n":                       "HTTP/1.1 502",
		"CONNECT " + p.Address() + " HTTP/1.1\r\nHost: " + p.Address() + "\r\n\r\n": "HTTP/1.1 502",
		"GET ftp://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n":              "HTTP/1.1 400",
		"GET file:///etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n":                        "HTTP/1.1 400",
	} {
		if got := ask(t, p, request); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q, want %s", request, got, want)
		}
	}
	if p.Failure(host(bad)) == nil {
		t.Error("the refusal was not remembered")
	}
}

// TestProxyRemembersAnAddress: that a site answers for another address, as browsers ask
// for icons, does not hide why this one has no answer.
func TestProxyRemembersAnAddress(t *testing.T) {
	s := site(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hangup" {
			panic(http.ErrAbortHandler)
		}
	})
	p := testProxy(t, 1<<20, os.Geteuid(), host(s))
	for path, want := range map[string]string{"/hangup": "HTTP/1.1 502 Bad Gateway", "/icon": "HTTP/1.1 200 OK"} {
		if got := ask(t, p, "GET "+s.URL+path+" HTTP/1.1\r\nHost: "+host(s)+"\r\n\r\n"); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	p.forget(host(s)) // as another connection does
	if !errors.Is(p.Failure(s.URL+"/hangup"), ErrNoAnswer) || p.Failure(s.URL+"/icon") != nil || p.Failure(host(s)) != nil {
		t.Errorf("%v", p.Failures())
	}
}

func TestProxyAnswersOnlyItsUser(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux knows whose a connection is")
	}
	s := site(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") })
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
	c, err := net.Dial("tcp", p.Address())
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
	_ = p.Close()
	if _, err := r.ReadByte(); err == nil {
		t.Error("the tunnel is still open")
	}
}

func TestProxyTraffic(t *testing.T) {
	s := site(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) })
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

func TestHostPort(t *testing.T) {
	for in, want := range map[string]string{
		"http://a/": "a:80", "https://a/x?y": "a:443", "http://a:8080": "a:8080", "https://[::1]/": "[::1]:443", "%": "",
	} {
		if got := HostPort(in); got != want {
			t.Errorf("HostPort(%q) = %q, want %q", in, got, want)
		}
	}
}
