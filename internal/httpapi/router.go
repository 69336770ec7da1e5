package httpapi

import (
	"net/http"
	"path"
	"strings"

	"github.com/saccade-dev/saccade"
)

// router is a ServeMux that answers in the API's form where the mux would
// answer in plain text or redirect: unknown paths, wrong methods, unclean
// paths. It implements what humago wants of a mux.
type router struct {
	mux  *http.ServeMux
	fail func(http.ResponseWriter, *http.Request, error)
}

// HandleFunc registers a pattern of ServeMux.
//
// One pair of our paths overlaps without either being the more specific:
// /analyses/{id}/events and /analyses/video/{id} both match
// /analyses/video/events. ServeMux refuses such a pair, so the former is
// registered with a free last segment and compared here.
func (rt *router) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	const overlap = "/analyses/{id}/events"
	if !strings.HasSuffix(pattern, overlap) {
		rt.mux.HandleFunc(pattern, h)
		return
	}
	free := strings.TrimSuffix(pattern, "events") + "{leaf}"
	rt.mux.HandleFunc(free, func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("leaf") != "events" {
			rt.fail(w, r, errNoRoute)
			return
		}
		h(w, r)
	})
}

// ServeHTTP finds the route. A trailing slash is tolerated.
func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p := r.URL.Path; len(p) > 1 && strings.HasSuffix(p, "/") {
		trimmed := *r.URL
		trimmed.Path = strings.TrimSuffix(p, "/")
		trimmed.RawPath = strings.TrimSuffix(r.URL.RawPath, "/")
		r.URL = &trimmed
	}
	if p := r.URL.Path; p == "" || p[0] != '/' || path.Clean(p) != p || strings.ContainsRune(p, 0) {
		rt.fail(w, r, errNoRoute)
		return
	}
	h, pattern := rt.mux.Handler(r)
	if pattern == "" {
		rt.refuse(w, r, h)
		return
	}
	callOf(r.Context()).route = pattern
	rt.mux.ServeHTTP(w, r)
}

// refuse answers what no route matches. The mux's own handler knows whether it
// is the path or the method, and which methods there are.
func (rt *router) refuse(w http.ResponseWriter, r *http.Request, h http.Handler) {
	verdict := &verdictWriter{header: http.Header{}}
	h.ServeHTTP(verdict, r)
	if verdict.status != http.StatusMethodNotAllowed {
		rt.fail(w, r, errNoRoute)
		return
	}
	allow := verdict.header.Get("Allow")
	w.Header().Set("Allow", allow)
	rt.fail(w, r, saccade.Errorf(saccade.CodeMethod, "This address does not serve %s. Possible: %s.", clip(r.Method, 20), allow))
}

// verdictWriter keeps the status and headers of an answer and drops its body.
type verdictWriter struct {
	header http.Header
	status int
}

// Header gives the headers.
func (v *verdictWriter) Header() http.Header { return v.header }

// Write drops the body.
func (v *verdictWriter) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader keeps the status.
func (v *verdictWriter) WriteHeader(status int) { v.status = status }
