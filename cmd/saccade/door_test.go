package main_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/httpfront/tlstest"
)

// trusting is a client that knows one certificate.
func trusting(t *testing.T, cert string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: time.Minute}
}

// TestTLS: the service speaks TLS by itself, its cookies are for TLS alone, and a renewed
// certificate is in use without a restart.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	tlstest.Write(t, cert, key, "saccade.example")
	s := start(t, t.TempDir(), "--model", "baseline", "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(s.url, "https://") {
		t.Fatalf("it listens on %s", s.url)
	}
	c := trusting(t, cert)
	r, err := c.Post(s.url+"/session", "application/json", strings.NewReader(`{"token": "`+s.token+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if len(r.Cookies()) != 1 || !r.Cookies()[0].Secure || !r.Cookies()[0].HttpOnly || r.ProtoMajor != 2 {
		t.Errorf("%d by %s: cookies %v", r.StatusCode, r.Proto, r.Cookies())
	}
	plain, err := http.Get("http" + strings.TrimPrefix(s.url, "https") + "/healthz")
	if err == nil {
		_ = plain.Body.Close()
		if plain.StatusCode != http.StatusBadRequest {
			t.Errorf("plain HTTP: %d", plain.StatusCode)
		}
	}
	tlstest.Write(t, cert, key, "renewed.example")
	c = trusting(t, cert)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		r, err := c.Get(s.url + "/healthz")
		if err == nil {
			_ = r.Body.Close()
			if r.TLS.PeerCertificates[0].Subject.CommonName == "renewed.example" {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the renewed certificate is not in use: %v", err)
		}
	}
}
