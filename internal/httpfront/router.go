package httpfront

import (
	"net/http"
	"path"
	"strings"

	"github.com/saccade-dev/saccade"
)

// HandleFunc registers a pattern of http.ServeMux. Where the mux would answer in
// plain text or redirect (unknown paths, wrong methods, unclean paths), the front
// answers in its own form; a trailing slash is tolerated.
//
// Two patterns such as /a/{id}/leaf and /a/b/{id} overlap without either being
// the more specific, and ServeMux refuses them. Name the former in
// [Deps].Overlapping (by its end): it is registered with a free last segment and
// compared here.
func (f *Front) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	for _, overlap := range f.overlapping {
		if strings.HasSuffix(pattern, overlap) {
			f.handleLeaf(pattern, h)
			return
		}
	}
	f.mux.HandleFunc(pattern, h)
}

func (f *Front) handleLeaf(pattern string, h http.HandlerFunc) {
	leaf := path.Base(pattern)
	f.mux.HandleFunc(strings.TrimSuffix(pattern, leaf)+"{leaf}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("leaf") != leaf {
			f.Fail(w, r, ErrNoRoute)
			return
		}
		h(w, r)
	})
}

// Pattern returns the pattern that serves a request, "" for none.
func (f *Front) Pattern(r *http.Request) string {
	_, pattern := f.mux.Handler(r)
	return pattern
}

// route finds the handler.
func (f *Front) route(w http.ResponseWriter, r *http.Request) {
	if p := r.URL.Path; len(p) > 1 && strings.HasSuffix(p, "/") {
		trimmed := *r.URL
		trimmed.Path = strings.TrimSuffix(p, "/")
		trimmed.RawPath = strings.TrimSuffix(r.URL.RawPath, "/")
		r.URL = &trimmed
	}
	if p := r.URL.Path; p == "" || p[0] != '/' || path.Clean(p) != p || strings.ContainsRune(p, 0) {
		f.Fail(w, r, ErrNoRoute)
		return
	}
	h, pattern := f.mux.Handler(r)
	if pattern == "" {
		f.noRoute(w, r, h)
		return
	}
	CallOf(r.Context()).Route = pattern
	f.mux.ServeHTTP(w, r)
}

// noRoute answers what no route matches. The mux's own handler knows whether it
// is the path or the method, and which methods there are.
func (f *Front) noRoute(w http.ResponseWriter, r *http.Request, h http.Handler) {
	verdict := &verdictWriter{header: http.Header{}}
	h.ServeHTTP(verdict, r)
	if verdict.status != http.StatusMethodNotAllowed {
		f.Fail(w, r, ErrNoRoute)
		return
	}
	allow := verdict.header.Get("Allow")
	w.Header().Set("Allow", allow)
	f.Fail(w, r, saccade.Errorf(saccade.CodeMethod, "This address does not serve %s. Possible: %s.", Truncate(r.Method, 20), allow))
}

// verdictWriter keeps the status and headers of an answer and drops its body.
type verdictWriter struct {
	header http.Header
	status int
}

// Header returns the headers.
func (v *verdictWriter) Header() http.Header { return v.header }

// Write drops the body.
func (v *verdictWriter) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader keeps the status.
func (v *verdictWriter) WriteHeader(status int) { v.status = status }
