package httpapi

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
)

func vouching(proxy string) func(*Config, *Deps) {
	return func(c *Config, _ *Deps) {
		c.UserHeader, c.Proxies = "X-Forwarded-User", []netip.Prefix{netip.MustParsePrefix(proxy)}
	}
}

func TestUserHeader(t *testing.T) {
	h := newHarness(t, vouching("127.0.0.0/8"))
	id := h.image()
	as := func(user string, more ...string) map[string]string {
		return with(map[string]string{"X-Forwarded-User": user, "X-Forwarded-For": "203.0.113.9"}, more...)
	}
	h.send("GET", h.at("/v2/analyses/"+id), nil, as("acme")).into(t, 200, nil)
	h.send("GET", h.at("/v2/analyses/"+id), nil, as("rival")).wantError(t, 404, saccade.CodeClient)
	h.send("GET", h.at("/v2/usage"), nil, as("stranger")).wantError(t, 401, saccade.CodeAuth)
	for _, name := range []string{"", " ", "../acme", "acme,rival", "ACME", strings.Repeat("a", 64)} {
		h.send("GET", h.at("/v2/usage"), nil, as(name)).wantError(t, 401, saccade.CodeAuth)
	}
	// A token says more than a proxy, a proxy more than a session.
	h.send("GET", h.at("/v2/analyses/"+id), nil, as("rival", "Authorization", "Bearer "+h.token)).into(t, 200, nil)
	h.send("GET", h.at("/v2/usage"), nil, as("acme", "Authorization", "Bearer sac_wrong")).wantError(t, 401, saccade.CodeAuth)
	h.send("GET", h.at("/v2/analyses/"+id), nil, as("rival", "Cookie", h.signIn()["Cookie"])).wantError(t, 404, saccade.CodeClient)
	// The page of another site cannot use it.
	h.send("DELETE", h.at("/v2/analyses/"+id), nil, as("acme", "Sec-Fetch-Site", "cross-site")).wantError(t, 403, saccade.CodeClient)
	// What is made with it does not outlive it for long.
	var made struct {
		ExpiresAt string `json:"expires_at"`
	}
	h.send("POST", h.at("/v2/tokens"), object{}, as("acme")).into(t, 201, &made)
	if made.ExpiresAt == "" {
		t.Error("a token without an end")
	}
	if page := h.send("GET", h.at("/"), nil, as("acme")); !strings.Contains(string(page.body), `data-session="yes"`) {
		t.Errorf("the app asks to sign in: %.300s", page.body)
	}
	// Two of them: one is not the proxy's.
	r, err := http.NewRequestWithContext(t.Context(), "GET", h.at("/v2/usage"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header["X-Forwarded-User"] = []string{"acme", "rival"}
	h.do(r).wantError(t, 401, saccade.CodeAuth)
}

// TestUserHeaderOfOthers: from elsewhere, the header is ignored, and the log says so.
func TestUserHeaderOfOthers(t *testing.T) {
	h := newHarness(t, vouching("10.0.0.0/8"))
	as := map[string]string{"X-Forwarded-User": "acme", "X-Forwarded-For": "10.0.0.1"}
	for range 20 {
		h.send("GET", h.at("/v2/usage"), nil, as).wantError(t, 401, saccade.CodeAuth)
	}
	if page := h.send("GET", h.at("/"), nil, as); !strings.Contains(string(page.body), `data-session="no"`) {
		t.Errorf("the app believes it: %.300s", page.body)
	}
	if n := strings.Count(h.log.String(), "the header that names the user is ignored"); n < 1 || n > 3 {
		t.Errorf("%d lines in the log", n)
	}
	h.send("GET", h.at("/v2/usage"), nil, with(as, "Authorization", "Bearer "+h.token)).into(t, 200, nil)

	off := newHarness(t)
	off.send("GET", off.at("/v2/usage"), nil, as).wantError(t, 401, saccade.CodeAuth)
}

func TestUserHeaderFaults(t *testing.T) {
	for name, want := range map[string]string{"X-Forwarded-User": "SACCADE_TRUST_PROXY", "Authorization": "not the name of a header", "X Y": "not the name of a header", "cookie": "not the name of a header"} {
		c := DefaultConfig()
		c.UserHeader = name
		if name != "X-Forwarded-User" {
			c.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		}
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
