package main_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	trace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// TestTelemetry sends traces to a collector and looks for what must and must
// not be in them.
func TestTelemetry(t *testing.T) {
	var mu sync.Mutex
	var got bytes.Buffer
	var spans spanTree
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.WriteString(&got, r.URL.Path+"\n")
		b, _ := io.ReadAll(r.Body)
		_, _ = got.Write(b)
		spans.add(b)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
	t.Setenv("OTEL_SERVICE_NAME", "heat-of-the-night")
	s := start(t, t.TempDir())
	const parent = "0af7651916cd43dd8448eb211c80319c"
	a := s.callWith("POST", "/analyses/video", object{"input": object{"content": s.upload(encoded(t, "v.webm", "-f lavfi -i testsrc2=s=64x64:d=0.5:r=10"+vp8))}},
		map[string]string{"traceparent": "00-" + parent + "-b7ad6b7169203331-01"})
	s.settle(a.text("location"), time.Minute)
	s.terminate(20 * time.Second)
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"/v1/traces", "heat-of-the-night", "analysis", "saccade.frames", "http.response.status_code", a.text("id")} {
		if !bytes.Contains(got.Bytes(), []byte(want)) {
			t.Errorf("the traces lack %q", want)
		}
	}
	if above := spans.above("analysis"); above != "POST" {
		t.Errorf("above the attempt is %q, not the request that ordered it", above)
	}
	if got := spans.trace("analysis"); got != parent {
		t.Errorf("the attempt is in the trace %s, not in the client's", got)
	}
	for _, secret := range []string{s.token, "sig="} {
		if bytes.Contains(got.Bytes(), []byte(secret)) {
			t.Errorf("the traces tell a secret: %q", secret)
		}
	}
}

// spanTree is the spans that a collector was sent.
type spanTree struct {
	names, parents, traces map[string]string // by the id of a span
}

// add reads one request of an exporter.
func (s *spanTree) add(body []byte) {
	if s.names == nil {
		s.names, s.parents, s.traces = map[string]string{}, map[string]string{}, map[string]string{}
	}
	var r trace.ExportTraceServiceRequest
	if proto.Unmarshal(body, &r) != nil {
		return
	}
	for _, resource := range r.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				id := hex.EncodeToString(span.SpanId)
				s.names[id], s.parents[id], s.traces[id] = span.Name, hex.EncodeToString(span.ParentSpanId), hex.EncodeToString(span.TraceId)
			}
		}
	}
}

// find returns the id of the span with a name.
func (s *spanTree) find(name string) string {
	for id, n := range s.names {
		if n == name {
			return id
		}
	}
	return ""
}

func (s *spanTree) above(name string) string { return s.names[s.parents[s.find(name)]] }
func (s *spanTree) trace(name string) string { return s.traces[s.find(name)] }
