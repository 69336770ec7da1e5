// Package web serves the pages that people look at: the browser app, whose one
// page draws every screen from the API, and the documentation of the API at
// /docs, drawn in the browser from the OpenAPI document. All is embedded,
// fetches nothing from elsewhere and runs under a strict content security policy.
package web

import (
	_ "embed"
	"net/http"
)

var (
	//go:embed docs.html
	docsHTML []byte
	//go:embed docs.css
	docsCSS []byte
	//go:embed docs.js
	docsJS []byte
	//go:embed llms.txt
	llmsTXT []byte
)

// policy lets a page use its own style and script and talk to its own server;
// nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Docs serves the documentation: the page at /docs and its parts below it, and
// /llms.txt, which says the main things to language models (llmstxt.org). It
// expects the OpenAPI document at /v2/openapi.json of the same server.
func Docs() *http.ServeMux {
	mux := http.NewServeMux()
	for path, part := range map[string]struct {
		kind string
		body []byte
	}{
		"/docs":          {"text/html; charset=utf-8", docsHTML},
		"/docs/docs.css": {"text/css; charset=utf-8", docsCSS},
		"/docs/docs.js":  {"text/javascript; charset=utf-8", docsJS},
		"/llms.txt":      {"text/plain; charset=utf-8", llmsTXT},
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h.Set("Content-Type", part.kind)
			h.Set("Content-Security-Policy", policy)
			h.Set("Cache-Control", "public, max-age=300")
			h.Set("X-Content-Type-Options", "nosniff")
			_, _ = w.Write(part.body)
		})
	}
	return mux
}
