package capture

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/element"
)

// BenchmarkCapturePage is one capture of the example page, the start of
// Chromium included: go test -run '^$' -bench CapturePage -benchtime 5x ./internal/capture
func BenchmarkCapturePage(b *testing.B) {
	src, err := os.ReadFile("../../examples/page.html")
	if err != nil {
		b.Fatal(err)
	}
	s := site(b, map[string]http.HandlerFunc{"/": html(string(src))})
	browser := newBrowser(b, nil, host(s))
	for b.Loop() {
		if _, err := browser.Capture(b.Context(), s.URL, saccade.MediumDesktop); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCaptureElements captures the example page plain and with its elements
// in turn; "times" is how much longer the latter takes, at most 1.3.
func BenchmarkCaptureElements(b *testing.B) {
	src, err := os.ReadFile("../../examples/page.html")
	if err != nil {
		b.Fatal(err)
	}
	s := site(b, map[string]http.HandlerFunc{"/": html(string(src))})
	browser := newBrowser(b, nil, host(s))
	var took [2]time.Duration
	for b.Loop() {
		for i, elements := range []bool{false, true} {
			begin := time.Now()
			if err := browser.Visit(b.Context(), element.Visit{Address: s.URL, Elements: elements}, func(*element.Page) error { return nil }); err != nil {
				b.Fatal(err)
			}
			took[i] += time.Since(begin)
		}
	}
	times := float64(took[1]) / float64(took[0])
	b.ReportMetric(times, "times")
	if b.N >= 3 && times > 1.3 {
		b.Errorf("with its elements a page takes %.2f times as long", times)
	}
}
