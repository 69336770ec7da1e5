package operator_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/cmd/saccade/operator"
)

func TestHealthAddress(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080/healthz", ":80": "http://127.0.0.1:80/healthz", "0.0.0.0:80": "http://127.0.0.1:80/healthz",
		"[::]:80": "http://[::1]:80/healthz", "host.example:9": "http://host.example:9/healthz",
		"": "", "8080": "", "127.0.0.1": "", "127.0.0.1:0": "", "127.0.0.1:": "",
	} {
		got, err := operator.Health{Listen: listen}.Address()
		if got != want || (err == nil) == (want == "") {
			t.Errorf("%q is %q, %v; want %q", listen, got, err, want)
		}
	}
	if got, _ := (operator.Health{Listen: ":443", TLSCert: "x", Ready: true}).Address(); got != "https://127.0.0.1:443/readyz" {
		t.Error(got)
	}
}

// TestHealth: what else listens there is not taken for the service, and what failed is
// named.
func TestHealth(t *testing.T) {
	status, body := 200, `{"status": "ok", "version": "1"}`
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body == "hang" {
			<-r.Context().Done()
			return
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	plain, secure := httptest.NewServer(h), httptest.NewTLSServer(h)
	defer plain.Close()
	defer secure.Close()
	ask := func(s *httptest.Server, cert string, limit time.Duration) (string, error) {
		return operator.Health{Listen: s.Listener.Addr().String(), TLSCert: cert, Timeout: limit}.Ask(t.Context())
	}
	for _, c := range []struct {
		status     int
		body, want string
	}{
		{503, `{"status": "unavailable", "checks": {"database": "failed", "model": "ok", "storage": "failed"}}`, "unavailable: database, storage"},
		{200, `<html>`, "something else"}, {200, "", "something else"}, {200, `{}`, "something else"}, {404, `[]`, "something else"},
	} {
		status, body = c.status, c.body
		if _, err := ask(plain, "", time.Minute); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
	}
	status, body = 200, `{"status": "ok", "version": "1"}`
	for _, s := range []struct {
		server *httptest.Server
		cert   string
	}{{plain, ""}, {secure, "cert.pem"}} {
		if said, err := ask(s.server, s.cert, time.Minute); err != nil || said != "ok 1" {
			t.Errorf("%q, %v", said, err)
		}
	}
	if _, err := ask(secure, "", time.Minute); err == nil {
		t.Error("HTTPS was asked as HTTP")
	}
	body = "hang"
	if _, err := ask(plain, "", 10*time.Millisecond); err == nil {
		t.Error("no answer is taken for one")
	}
	if _, err := (operator.Health{Listen: "127.0.0.1:1", Timeout: time.Second}).Ask(t.Context()); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("nobody listens: %v", err)
	}
}
