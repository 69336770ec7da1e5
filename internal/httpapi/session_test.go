package httpapi

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/access"
)

// cookie returns the session cookie that an answer sets.
func (r reply) cookie(t *testing.T) *http.Cookie {
	t.Helper()
	cookies := (&http.Response{Header: r.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies in %v", len(cookies), r.header)
	}
	return cookies[0]
}

// signIn signs a browser in and returns what it then sends.
func (h *harness) signIn() map[string]string {
	h.t.Helper()
	r := h.send("POST", h.at("/session"), object{"token": h.token}, nil)
	r.into(h.t, 200, nil)
	c := r.cookie(h.t)
	return map[string]string{"Cookie": c.Name + "=" + c.Value}
}

// with returns headers and further ones.
func with(headers map[string]string, more ...string) map[string]string {
	all := map[string]string{}
	for k, v := range headers {
		all[k] = v
	}
	for i := 0; i+1 < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

func TestSession(t *testing.T) {
	h := newHarness(t)
	r := h.send("POST", h.at("/session"), object{"token": h.token}, nil)
	var body struct{ Account, ExpiresAt string }
	r.into(t, 200, &body)
	c := r.cookie(t)
	if body.Account != "acme" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || c.Path != "/" || c.Domain != "" ||
		time.Until(c.Expires) < access.SessionTTL-time.Hour || strings.Contains(c.Value, h.token) || strings.Contains(string(r.body), c.Value) {
		t.Errorf("%s with %s", r.body, r.header.Get("Set-Cookie"))
	}
	mine := map[string]string{"Cookie": c.Name + "=" + c.Value}
	for _, path := range []string{"/v2/usage", "/v2/analyses", "/v2/webhooks", "/v2/upload-urls"} {
		h.send("GET", h.at(path), nil, mine).into(t, 200, nil)
	}
	id := h.image()
	h.send("GET", h.at("/v2/analyses/"+id), nil, mine).into(t, 200, nil)
	h.succeed(id)
	if r := h.send("GET", h.at("/v2/analyses/"+id+"/events"), nil, mine); r.status != 200 || !strings.Contains(string(r.body), "event: success") {
		t.Errorf("events: %d %s", r.status, r.body)
	}
	gone := h.send("DELETE", h.at("/session"), nil, mine)
	if gone.into(t, 204, nil); gone.cookie(t).MaxAge >= 0 || gone.cookie(t).Value != "" {
		t.Errorf("signing out leaves %s", gone.header.Get("Set-Cookie"))
	}
	h.send("GET", h.at("/v2/usage"), nil, mine).wantError(t, 401, saccade.CodeAuth)
	h.send("DELETE", h.at("/session"), nil, mine).into(t, 204, nil) // once more
	h.send("DELETE", h.at("/session"), nil, nil).into(t, 204, nil)
	h.call("GET", "/v2/usage", nil).into(t, 200, nil) // the token is as it was
}

func TestSessionsAreRefused(t *testing.T) {
	h := newHarness(t)
	for name, body := range map[string]any{
		"no token": object{}, "wrong": object{"token": "sac_aaaa"}, "empty": object{"token": ""}, "a number": object{"token": 7},
		"a session": object{"token": strings.TrimPrefix(h.signIn()["Cookie"], "saccade_session=")}, "no JSON": "token=" + h.token,
		"huge": object{"token": strings.Repeat("a", 1<<20)}, "nothing": nil,
	} {
		r := h.send("POST", h.at("/session"), body, nil)
		if r.status != 401 && r.status != 400 || r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s %s", name, r.status, r.body, r.header.Get("Set-Cookie"))
		}
	}
	good := h.signIn()["Cookie"]
	name, value, _ := strings.Cut(good, "=")
	for _, cookie := range []string{name + "=", name + "=" + h.token, name + "=sas_", "other=" + value, name + "=" + strings.ToUpper(value), name + "=" + strings.Repeat("x", 5000), name} {
		h.send("GET", h.at("/v2/usage"), nil, map[string]string{"Cookie": cookie}).wantError(t, 401, saccade.CodeAuth)
	}
	// A token goes before a session, and a wrong one does not fall back to it.
	h.send("GET", h.at("/v2/usage"), nil, map[string]string{"Cookie": good, "Authorization": "Bearer sac_aaaa"}).wantError(t, 401, saccade.CodeAuth)
}

// TestSessionFixation: what a browser was made to hold before the sign-in is of no use
// after it.
func TestSessionFixation(t *testing.T) {
	h := newHarness(t)
	planted := h.signIn() // the attacker's own session, planted in the browser
	name, value, _ := strings.Cut(planted["Cookie"], "=")
	r := h.send("POST", h.at("/session"), object{"token": h.other}, planted)
	r.into(t, 200, nil)
	if c := r.cookie(t); c.Name != name || c.Value == value {
		t.Errorf("the planted session lives on: %s", r.header.Get("Set-Cookie"))
	}
	h.send("GET", h.at("/v2/usage"), nil, planted).wantError(t, 401, saccade.CodeAuth)
	// A made-up one is never taken over.
	r = h.send("POST", h.at("/session"), object{"token": h.token}, map[string]string{"Cookie": name + "=sas_mine"})
	r.into(t, 200, nil)
	if r.cookie(t).Value == "sas_mine" {
		t.Error("a session that the browser chose")
	}
}

// TestOtherSitesCannotUseASession: whatever a page of another site makes a browser send, a
// session changes nothing.
func TestOtherSitesCannotUseASession(t *testing.T) {
	h := newHarness(t)
	mine := h.signIn()
	image := object{"input": object{"type": "image", "content": "aGVsbG8="}}
	for name, tc := range map[string]struct {
		headers map[string]string
		status  int
	}{
		"another site":         {with(mine, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"), 403},
		"a neighbor":           {with(mine, "Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"), 403},
		"an old browser":       {with(mine, "Origin", "https://evil.example"), 403},
		"a sandboxed frame":    {with(mine, "Origin", "null"), 403},
		"the app":              {with(mine, "Sec-Fetch-Site", "same-origin", "Origin", h.url), 201},
		"the app, old browser": {with(mine, "Origin", h.url), 201},
		"a program":            {mine, 201},
		"a token from a page":  {with(h.bearer(), "Sec-Fetch-Site", "cross-site", "Origin", "https://plugin.example"), 201},
		"a token beside it":    {with(mine, "Authorization", "Bearer "+h.token, "Sec-Fetch-Site", "cross-site", "Origin", "https://plugin.example"), 201},
	} {
		if r := h.send("POST", h.at("/v2/analyses"), image, tc.headers); r.status != tc.status {
			t.Errorf("%s: %d, want %d: %s", name, r.status, tc.status, r.body)
		}
	}
	evil := with(mine, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
	h.send("DELETE", h.at("/session"), nil, evil).wantError(t, 403, saccade.CodeClient)
	h.send("POST", h.at("/session"), object{"token": h.other}, evil).wantError(t, 403, saccade.CodeClient)
	h.send("GET", h.at("/v2/usage"), nil, mine).into(t, 200, nil)
}

func TestSessionEndsWithItsToken(t *testing.T) {
	h := newHarness(t)
	mine := h.signIn()
	tokens, err := h.store.Tokens(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	h.send("GET", h.at("/v2/usage"), nil, mine).into(t, 200, nil)
	for _, token := range tokens {
		if err := h.store.RevokeToken(t.Context(), token.ID); err != nil {
			t.Fatal(err)
		}
	}
	h.send("GET", h.at("/v2/usage"), nil, mine).wantError(t, 401, saccade.CodeAuth)
}

func TestSessionExpires(t *testing.T) {
	h := newHarness(t)
	mine := h.signIn()
	h.clock.advance(access.SessionTTL)
	h.send("GET", h.at("/v2/usage"), nil, mine).wantError(t, 401, saccade.CodeAuth)
}

// TestCookieFollowsTheAddress: its path is that of the service, and over TLS it never
// leaves it.
func TestCookieFollowsTheAddress(t *testing.T) {
	for address, want := range map[string]string{
		"https://x.example":           "__Host-saccade_session /",
		"https://x.example/saccade":   "saccade_session /saccade",
		"http://x.example/a/b/":       "saccade_session /a/b",
		"http://x.example:8080":       "saccade_session_8080 /",
		"https://x.example:8443/look": "saccade_session_8443 /look",
	} {
		h := newHarness(t, func(c *Config, _ *Deps) { c.PublicURL = address })
		r := h.send("POST", h.at("/session"), object{"token": h.token}, nil)
		r.into(t, 200, nil)
		c := r.cookie(t)
		if got := c.Name + " " + c.Path; got != want || c.Secure != strings.HasPrefix(address, "https:") {
			t.Errorf("%s: %s", address, r.header.Get("Set-Cookie"))
		}
		// Behind a proxy that changes Host, the public address is this site.
		headers := map[string]string{"Cookie": c.Name + "=" + c.Value, "Origin": strings.SplitAfter(address, ".example")[0] + port(address)}
		h.send("POST", h.at("/v2/webhooks"), object{"url": "https://hooks.example.com/"}, headers).into(t, 201, nil)
	}
}

func port(address string) string {
	for _, p := range []string{":8080", ":8443"} {
		if strings.Contains(address, p) {
			return p
		}
	}
	return ""
}

func TestSignInLink(t *testing.T) {
	h := newHarness(t)
	link := func() string {
		t.Helper()
		secret, err := h.store.CreateSignIn(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		return h.at("/signin?code=" + secret)
	}
	address := link()
	h.send("HEAD", address, nil, nil) // looking at a link does not use it
	for _, site := range []string{"cross-site", "same-site"} {
		h.send("GET", address, nil, map[string]string{"Sec-Fetch-Site": site}).wantError(t, 403, saccade.CodeClient)
	}
	r := h.send("GET", address, nil, map[string]string{"Sec-Fetch-Site": "none"})
	if r.status != 303 || r.header.Get("Location") != h.url+"/" || r.header.Get("Cache-Control") != "no-store" || r.header.Get("Referrer-Policy") != "no-referrer" {
		t.Fatalf("%d %v", r.status, r.header)
	}
	c := r.cookie(t)
	h.send("GET", h.at("/v2/usage"), nil, map[string]string{"Cookie": c.Name + "=" + c.Value}).into(t, 200, nil)
	late := link()
	h.clock.advance(access.SignInTTL)
	for _, wrong := range []string{address, late, h.at("/signin"), h.at("/signin?code="), h.at("/signin?code=sai_%00"), h.at("/signin?code=" + strings.Repeat("s", 4000))} {
		r := h.send("GET", wrong, nil, nil)
		r.wantError(t, 401, saccade.CodeAuth)
		if r.header.Get("Set-Cookie") != "" {
			t.Errorf("%.60s sets a cookie", wrong)
		}
	}
	if log := h.log.String(); strings.Contains(log, "sai_") || strings.Contains(log, "sas_") || strings.Contains(log, h.token) {
		t.Error("the log holds a secret")
	}
}

// TestSignInsAreRated: who guesses is slowed down, by address.
func TestSignInsAreRated(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.RateLimit, c.RateBurst = 0.5, 3 })
	for range 3 {
		h.send("POST", h.at("/session"), object{"token": "sac_guess"}, nil).wantError(t, 401, saccade.CodeAuth)
	}
	h.send("POST", h.at("/session"), object{"token": h.token}, nil).wantError(t, 429, saccade.CodeRateLimited)
	h.send("GET", h.at("/signin?code=sai_guess"), nil, nil).wantError(t, 429, saccade.CodeRateLimited)
	h.call("GET", "/v2/usage", nil).into(t, 200, nil)
}
