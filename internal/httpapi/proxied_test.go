package httpapi

import (
	"net/netip"
	"testing"

	"github.com/saccade-dev/saccade"
)

// TestBudgetsByClient: behind a named proxy, one client that asks too much takes nothing
// from the others; from elsewhere the header is worth nothing.
func TestBudgetsByClient(t *testing.T) {
	tight := func(proxy string) func(*Config, *Deps) {
		return func(c *Config, _ *Deps) {
			c.RateLimit, c.RateBurst = 0.001, 2
			c.Proxies = []netip.Prefix{netip.MustParsePrefix(proxy)}
		}
	}
	signIn := func(h *harness, from string) int {
		h.t.Helper()
		return h.send("POST", h.at("/session"), object{"token": "sac_wrong"},
			map[string]string{"X-Forwarded-For": from}).status
	}
	for name, tc := range map[string]struct {
		proxy string
		other int // what another client is answered then
	}{"named": {"127.0.0.0/8", 401}, "somebody else's": {"10.0.0.0/8", 429}} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, tight(tc.proxy))
			for i, want := range []int{401, 401, 429} {
				if got := signIn(h, "203.0.113.9"); got != want {
					t.Errorf("try %d: %d, want %d", i, got, want)
				}
			}
			if got := signIn(h, "203.0.113.10"); got != tc.other {
				t.Errorf("another client: %d, want %d", got, tc.other)
			}
		})
	}
}

// TestSharePasswordsByClient: who guesses at a password keeps nobody else out.
func TestSharePasswordsByClient(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	id := h.image()
	h.succeed(id)
	var share struct{ ID string }
	h.call("POST", "/v2/shares", object{"analysis": id, "password": "right"}).into(t, 201, &share)
	look := func(from, password string) reply {
		t.Helper()
		return h.send("GET", h.at("/v2/shares/"+share.ID), nil, map[string]string{"X-Forwarded-For": from, "X-Share-Password": password})
	}
	for range 5 {
		look("203.0.113.9", "wrong").wantError(t, 401, saccade.CodeAuth)
	}
	look("203.0.113.9", "right").wantError(t, 429, saccade.CodeRateLimited)
	if got := look("203.0.113.10", "right").status; got != 200 {
		t.Errorf("another viewer: %d", got)
	}
	for i := range 40 { // many addresses together have a bound as well
		if look(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}).String(), "wrong").status == 429 {
			return
		}
	}
	t.Error("any number of addresses may guess")
}
