package httpfront

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// What pages of the origins in [Config].CORSOrigins may send and read. Never with
// credentials: they bring a token of their own.
const (
	corsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, X-Request-Id, X-Share-Password, Range, If-None-Match"
	corsExposed = "Location, Retry-After, X-Request-Id, Idempotent-Replayed, ETag, Accept-Ranges, Content-Range"
	corsMaxAge  = "7200" // seconds that a browser may remember the answer; none remembers it longer
)

// wrongOrigin says what is wrong with an origin of the configuration; "" is nothing.
func wrongOrigin(origin string) string {
	if origin == "null" || origin == "*" {
		return ""
	}
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
	case u.Path != "":
		return fmt.Sprintf("%q has a path; an origin ends with its host and port", origin)
	case u.Scheme != strings.ToLower(u.Scheme) || u.Host != strings.ToLower(u.Host):
		return fmt.Sprintf("%q must be in lower case", origin)
	default:
		return ""
	}
	return fmt.Sprintf("%q is not an origin like https://app.example.com, null or *", origin)
}

// cors lets pages of the configured origins read the answer, and answers their preflight
// requests; it reports whether it did the latter.
func (f *Front) cors(w http.ResponseWriter, r *http.Request) (answered bool) {
	if len(f.cfg.CORSOrigins) == 0 || isOperation(r.URL.Path) {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(f.cfg.CORSOrigins, origin) && !slices.Contains(f.cfg.CORSOrigins, "*") {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", corsExposed)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", corsMaxAge)
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" { // a public page asks a server at home
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}
