package httpapi

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

var (
	hostForm = regexp.MustCompile(`^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})?)(:[0-9]{1,5})?$`)
	idForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// validHost reports whether a Host header may go into a link of ours.
func validHost(host string) bool { return hostForm.MatchString(host) }

// validID reports whether a path segment can be an id at all; everything else
// is answered without asking the database.
func validID(id string) bool { return idForm.MatchString(id) }

// address works out the absolute base of this request's links, and the hosts
// under which a link counts as ours. ok is false for a Host that is none.
func (c Config) address(r *http.Request) (base string, hosts []string, ok bool) {
	host, scheme := r.Host, "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if c.TrustProxy {
		if h := firstOf(r.Header.Get("X-Forwarded-Host")); h != "" {
			host = h
		}
		if p := strings.ToLower(firstOf(r.Header.Get("X-Forwarded-Proto"))); p == "http" || p == "https" {
			scheme = p
		}
	}
	if !validHost(host) {
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

// firstOf is the first of a comma-separated list: the proxy nearest to the client.
func firstOf(list string) string {
	first, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(first)
}

// canonicalHost is a host in lower case without its scheme's default port.
func canonicalHost(scheme, host string) string {
	host = strings.ToLower(host)
	if scheme == "https" {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

// uploadOf reads the owner and the id of an upload from the URL that named it:
// one of ours by host and path, with or without its query, expired or not. It
// never looks at the signature: the URL names the object, and who may use the
// object is the caller's question. prefix is the path of the public address.
func uploadOf(content string, hosts []string, prefix string) (account, id string, err error) {
	bad := saccade.Errorf(saccade.CodeInvalidInput,
		"input.content is not an upload URL of this server. Get one from GET /v2/upload-urls, PUT the video there, and send that URL unchanged.").About("input.content")
	content = strings.TrimSpace(content)
	if content == "" || len(content) > maxContentURL {
		return "", "", bad
	}
	u, err := url.Parse(content)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return "", "", bad.With(err)
	}
	if !slices.Contains(hosts, canonicalHost(u.Scheme, u.Host)) {
		return "", "", bad
	}
	own := u.EscapedPath() // blob.KeyOf refuses escapes; keep them visible
	key, err := blob.KeyOf(strings.TrimPrefix(own, prefix))
	if err != nil {
		return "", "", bad.With(err)
	}
	part := strings.Split(key, "/")
	if len(part) != 3 || part[0] != "uploads" || !validID(part[2]) {
		return "", "", bad
	}
	return part[1], part[2], nil
}

// maxContentURL is longer than any URL of ours.
const maxContentURL = 4096

// publicPrefix is the path of the public address: "" or "/below".
func (c Config) publicPrefix() string {
	u, err := url.Parse(strings.TrimRight(c.PublicURL, "/"))
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}
