package web

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestDocsAreSelfContained(t *testing.T) {
	h := Docs()
	for path, kind := range map[string]string{
		"/docs": "text/html", "/docs/docs.css": "text/css", "/docs/docs.js": "text/javascript", "/llms.txt": "text/plain",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		if m := regexp.MustCompile(`https?://[^\s"']+`).FindString(w.Body.String()); m != "" {
			t.Errorf("%s reaches out to %s", path, m)
		}
		if strings.Contains(w.Body.String(), "innerHTML") {
			t.Errorf("%s writes HTML from data", path)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has no policy", path)
		}
	}
}
