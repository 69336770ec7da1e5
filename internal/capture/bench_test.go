package capture

import (
	"net/http"
	"os"
	"testing"

	"github.com/saccade-dev/saccade"
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
