package httpfront

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

var hostForm = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})?)(:[0-9]{1,5})?$`)

// ValidHost reports whether a Host header may go into a link.
func ValidHost(host string) bool { return hostForm.MatchString(host) }

// address returns the absolute base of this request's links, and the hosts
// under which a link counts as issued by this server. ok is false for a Host
// that is none.
func (c Config) address(r *http.Request) (base string, hosts []string, ok bool) {
	host, scheme := r.Host, "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if c.TrustProxy || c.fromProxy(r) {
		if h := nearest(r.Header.Get("X-Forwarded-Host")); h != "" {
			host = h
		}
		if p := strings.ToLower(nearest(r.Header.Get("X-Forwarded-Proto"))); p == "http" || p == "https" {
			scheme = p
		}
	}
	if !ValidHost(host) {
		return "", nil, false
	}
	base, hosts = scheme+"://"+host, []string{canonicalHost(scheme, host)}
	if c.PublicURL == "" {
		return base, hosts, true
	}
	base = strings.TrimRight(c.PublicURL, "/")
	if u, err := url.Parse(base); err == nil {
		hosts = append(hosts, canonicalHost(u.Scheme, u.Host))
	}
	return base, hosts, true
}

// Base returns the absolute base of a request's links, without a slash at its
// end: PublicURL, or what the request was sent to. Empty for a Host that is none.
func (c Config) Base(r *http.Request) string {
	base, _, _ := c.address(r)
	return base
}

// nearest returns the first of a comma-separated list: the proxy nearest to the
// client.
func nearest(list string) string {
	first, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(first)
}

// canonicalHost returns a host in lower case without its scheme's default port.
func canonicalHost(scheme, host string) string {
	host = strings.ToLower(host)
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}
