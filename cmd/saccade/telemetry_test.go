package main_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// TestTelemetry sends traces to a collector and looks for what must and must
// not be in them.
func TestTelemetry(t *testing.T) {
	var mu sync.Mutex
	var got bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.WriteString(&got, r.URL.Path+"\n")
		_, _ = io.Copy(&got, r.Body)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
	t.Setenv("OTEL_SERVICE_NAME", "heat-of-the-night")
	s := start(t, t.TempDir())
	a := s.video(s.upload(encoded(t, "v.webm", "-f lavfi -i testsrc2=s=64x64:d=0.5:r=10"+vp8)))
	s.settle(a.text("location"), time.Minute)
	s.terminate(20 * time.Second)
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"/v1/traces", "heat-of-the-night", "analysis", "saccade.frames", "http.response.status_code", a.text("id")} {
		if !bytes.Contains(got.Bytes(), []byte(want)) {
			t.Errorf("the traces lack %q", want)
		}
	}
	for _, secret := range []string{s.token, "sig="} {
		if bytes.Contains(got.Bytes(), []byte(secret)) {
			t.Errorf("the traces tell a secret: %q", secret)
		}
	}
}
