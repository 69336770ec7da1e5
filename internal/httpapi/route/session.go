package route

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// cookieName begins the name of the cookie that holds a session.
const cookieName = "saccade_session"

// hostPrefix makes browsers hold a cookie to its own host, whatever neighbors set
// (RFC 6265bis, 4.1.3.2). It wants https and the path "/".
const hostPrefix = "__Host-"

// SessionCookie returns the cookie of a session, for the address that the request came by:
// kept from scripts, sent to this service alone and never along with the request of another
// site. Without a secret it removes the cookie.
func SessionCookie(ctx context.Context, secret string, expires time.Time) http.Cookie {
	name, path, secure := cookieOf(httpfront.CallOf(ctx).Base)
	c := http.Cookie{Name: name, Path: path, Value: secret, Secure: secure, HttpOnly: true, SameSite: http.SameSiteStrictMode, Expires: expires.UTC()}
	if secret == "" {
		c.MaxAge, c.Expires = -1, time.Time{}
	}
	return c
}

// cookieOf returns name, path and security of the cookie at a base address. Browsers do not
// tell ports apart, so that the name does.
func cookieOf(base string) (name, path string, secure bool) {
	name, path = cookieName, "/"
	u, err := url.Parse(base)
	if err != nil {
		return name, path, false
	}
	if u.Path != "" {
		path = u.Path
	}
	if port := u.Port(); port != "" {
		name += "_" + port
	}
	if secure = u.Scheme == "https"; secure && path == "/" {
		name = hostPrefix + name
	}
	return name, path, secure
}

// sessionOf returns the secret of the request's session cookie, "" without one.
func sessionOf(r *http.Request) string {
	name, _, _ := cookieOf(httpfront.CallOf(r.Context()).Base)
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// flowName begins the name of the cookie that holds a try to sign in at a provider.
const flowName = "saccade_signin"

// FlowCookie returns the cookie that holds a try to sign in for a while. Unlike a session it
// is sent when another site leads here, as the provider does at its end. Without a value it
// removes the cookie.
func FlowCookie(ctx context.Context, value string, life time.Duration) http.Cookie {
	name, path, secure := cookieOf(httpfront.CallOf(ctx).Base)
	c := http.Cookie{Name: flowOf(name), Path: path, Value: value, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(life.Seconds())}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

func flowOf(session string) string { return strings.Replace(session, cookieName, flowName, 1) }

// FlowOf returns what the cookie of [FlowCookie] holds, "" without one.
func FlowOf(r *http.Request) string {
	name, _, _ := cookieOf(httpfront.CallOf(r.Context()).Base)
	c, err := r.Cookie(flowOf(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// hasSession reports whether a request comes with a session, valid or not.
func hasSession(r *http.Request) bool { return sessionOf(r) != "" }

// checkSite refuses what another site makes a browser do. Browsers alone say where a
// request comes from; everybody else passes.
func (t *Table) checkSite(r *http.Request) error {
	if err := t.cross.Check(r); err != nil {
		return saccade.Errorf(saccade.CodeForbidden,
			"This request comes from a page of another site, which may not use your session. Send it with a token of your own.").With(err)
	}
	return nil
}
