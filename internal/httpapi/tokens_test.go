package httpapi

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

type tokenList struct {
	Tokens []struct {
		ID, Hint  string
		Current   bool
		ExpiresAt string `json:"expires_at"`
	}
}

func TestTokens(t *testing.T) {
	h := newHarness(t)
	var made struct{ ID, Token, Hint string }
	r := h.call("POST", "/v2/tokens", object{"expires_in": 3600})
	r.into(t, 201, &made)
	if !strings.HasPrefix(made.Token, made.Hint) || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s with %v", r.body, r.header)
	}
	own := map[string]string{"Authorization": "Bearer " + made.Token}
	h.send("GET", h.at("/v2/usage"), nil, own).into(t, 200, nil)
	var list tokenList
	r = h.send("GET", h.at("/v2/tokens"), nil, own)
	r.into(t, 200, &list)
	if len(list.Tokens) != 2 || list.Tokens[0].Current || !list.Tokens[1].Current || list.Tokens[1].ID != made.ID || list.Tokens[0].ExpiresAt != "" {
		t.Errorf("%+v", list)
	}
	if strings.Contains(string(r.body), made.Token) || strings.Contains(string(r.body), h.token) {
		t.Error("the list shows a token")
	}
	// A token that ends makes none that does not.
	for _, body := range []object{{}, {"expires_in": 7200}} {
		var child struct {
			ExpiresAt string `json:"expires_at"`
		}
		h.send("POST", h.at("/v2/tokens"), body, own).into(t, 201, &child)
		if child.ExpiresAt != list.Tokens[1].ExpiresAt {
			t.Errorf("%v: ends %q, its parent %q", body, child.ExpiresAt, list.Tokens[1].ExpiresAt)
		}
	}
	session := h.send("POST", h.at("/session"), object{"token": made.Token}, nil).cookie(t)
	h.send("DELETE", h.at("/v2/tokens/"+made.ID), nil, map[string]string{"Authorization": "Bearer " + h.other}).wantError(t, 404, saccade.CodeClient)
	h.call("DELETE", "/v2/tokens/"+made.ID, nil).into(t, 204, nil)
	h.send("GET", h.at("/v2/usage"), nil, own).wantError(t, 401, saccade.CodeAuth)
	h.send("GET", h.at("/v2/usage"), nil, map[string]string{"Cookie": session.Name + "=" + session.Value}).wantError(t, 401, saccade.CodeAuth)
	h.clock.advance(2 * time.Hour)
	h.call("GET", "/v2/tokens", nil).into(t, 200, &list)
	if len(list.Tokens) != 1 {
		t.Errorf("those that have ended are listed: %+v", list)
	}
}

// TestTokensOfASignInLink: nobody holds the token of a link, so that those made in its
// session need not end with it.
func TestTokensOfASignInLink(t *testing.T) {
	h := newHarness(t)
	secret, err := h.store.CreateSignIn(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	c := h.send("GET", h.at("/signin?code="+secret), nil, nil).cookie(t)
	var made struct {
		ExpiresAt string `json:"expires_at"`
	}
	h.send("POST", h.at("/v2/tokens"), object{}, map[string]string{"Cookie": c.Name + "=" + c.Value}).into(t, 201, &made)
	if made.ExpiresAt != "" {
		t.Errorf("it ends %s", made.ExpiresAt)
	}
}

func TestTokensAreRefused(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.RateLimit = 0 })
	for _, body := range []any{object{"expires_in": 1}, object{"expires_in": -5}, object{"expires_in": 1e12}, object{"expires_in": "soon"}, "{"} {
		if r := h.call("POST", "/v2/tokens", body); r.status != 400 {
			t.Errorf("%v: %d %s", body, r.status, r.body)
		}
	}
	for _, id := range []string{"nosuchid", "%00", strings.Repeat("a", 99)} {
		h.call("DELETE", "/v2/tokens/"+id, nil).wantError(t, 404, saccade.CodeClient)
	}
	for range 99 {
		h.call("POST", "/v2/tokens", object{}).into(t, 201, nil)
	}
	h.call("POST", "/v2/tokens", object{}).wantError(t, 409, saccade.CodeConflict)
}

func TestCORS(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.CORSOrigins = []string{"https://app.example", "null"} })
	upload := uploadURL(h)
	preflight := func(origin, method string) map[string]string {
		return map[string]string{"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
	}
	for _, address := range []string{h.at("/v2/analyses"), h.at("/v2/analyses/video/x"), upload, h.at("/v2/nothing")} {
		for origin, allowed := range map[string]bool{"https://app.example": true, "null": true, "https://evil.example": false, "https://app.example.evil": false, "http://app.example": false, "": false} {
			r := h.send("OPTIONS", address, nil, preflight(origin, "PUT"))
			if (r.status == 204) != allowed || (r.header.Get("Access-Control-Allow-Origin") == origin && origin != "") != allowed ||
				strings.Contains(r.header.Get("Access-Control-Allow-Headers"), "Authorization") != allowed || r.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s from %q: %d %v", address, origin, r.status, r.header)
			}
			if !strings.Contains(strings.Join(r.header["Vary"], ","), "Origin") {
				t.Errorf("%s from %q: Vary %v", address, origin, r.header["Vary"])
			}
		}
	}
	r := h.send("GET", h.at("/v2/usage"), nil, with(h.bearer(), "Origin", "https://app.example"))
	if r.into(t, 200, nil); r.header.Get("Access-Control-Allow-Origin") != "https://app.example" || !strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "Retry-After") {
		t.Errorf("%v", r.header)
	}
	r = h.send("GET", h.at("/v2/usage"), nil, map[string]string{"Origin": "https://app.example"})
	if r.wantError(t, 401, saccade.CodeAuth); r.header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("the page cannot read why it is refused")
	}
	if r := h.send("PUT", upload, webm, map[string]string{"Origin": "null"}); r.status != 200 || r.header.Get("Access-Control-Allow-Origin") != "null" {
		t.Errorf("an upload from a plug-in: %d %v", r.status, r.header)
	}
	// A session is of no use to it.
	mine := h.signIn()
	for _, origin := range []string{"https://app.example", "null"} {
		h.send("POST", h.at("/v2/tokens"), object{}, with(mine, "Origin", origin, "Sec-Fetch-Site", "cross-site")).wantError(t, 403, saccade.CodeClient)
	}
	if r := h.send("OPTIONS", h.at("/healthz"), nil, preflight("null", "GET")); r.status == 204 {
		t.Error("the operator's addresses answer pages")
	}
	private := h.send("OPTIONS", h.at("/v2/usage"), nil, with(preflight("null", "GET"), "Access-Control-Request-Private-Network", "true"))
	if private.header.Get("Access-Control-Allow-Private-Network") != "true" {
		t.Errorf("%v", private.header)
	}
}

func TestCORSOff(t *testing.T) {
	h := newHarness(t)
	r := h.send("OPTIONS", h.at("/v2/analyses"), nil, map[string]string{"Origin": "https://app.example", "Access-Control-Request-Method": "POST"})
	if r.wantError(t, 405, saccade.CodeClient); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%v", r.header)
	}
	for origin, ok := range map[string]bool{"https://a.example": true, "http://localhost:3000": true, "null": true, "*": true, "figma://x": true,
		"a.example": false, "https://a.example/": false, "https://A.example": false, "https://u@a.example": false, "": false, "https://*.example?x": false} {
		c := DefaultConfig()
		c.CORSOrigins = []string{origin}
		if err := c.Validate(); (err == nil) != ok || err != nil && !strings.Contains(fmt.Sprint(err), "SACCADE_CORS_ORIGIN") {
			t.Errorf("%q: %v", origin, err)
		}
	}
}
