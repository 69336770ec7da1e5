package httpapi

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"github.com/saccade-dev/saccade/internal/httpapi/oidc"
	"github.com/saccade-dev/saccade/internal/store/access"
)

// person is somebody whom the provider knows, with whatever claims.
type person struct {
	*mockoidc.MockUser
	change func(claims map[string]any)
}

// Claims implements mockoidc.User.
func (p person) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	b, err := json.Marshal(base)
	claims := jwt.MapClaims{}
	if err == nil {
		err = json.Unmarshal(b, &claims)
	}
	claims["acct"] = "acme"
	if p.change != nil {
		p.change(claims)
	}
	return claims, err
}

// provided is a server with a provider beside it, and a browser.
type provided struct {
	*harness
	provider *mockoidc.MockOIDC
	browser  *http.Client
}

func newProvided(t *testing.T, change ...func(*Config, *Deps)) *provided {
	t.Helper()
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Shutdown() })
	p := &provided{provider: m}
	p.harness = newHarness(t, append([]func(*Config, *Deps){func(c *Config, _ *Deps) {
		c.OIDC.Issuer, c.OIDC.ClientID, c.OIDC.ClientSecret, c.OIDC.AccountClaim, c.OIDC.Name = m.Issuer(), m.ClientID, m.ClientSecret, "acct", "Example"
	}}, change...)...)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	p.browser = &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return p
}

// visit opens an address and returns the answer, read to its end.
func (p *provided) visit(address string) (*http.Response, string) {
	p.t.Helper()
	r, err := p.browser.Get(address)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r, string(b)
}

// cross begins to sign somebody in and returns where the provider leads back to.
func (p *provided) cross(who mockoidc.User, query string) *url.URL {
	p.t.Helper()
	p.provider.QueueUser(who)
	r, body := p.visit(p.at(oidc.Path + query))
	if r.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("%d %s", r.StatusCode, body)
	}
	r, body = p.visit(r.Header.Get("Location"))
	if r.StatusCode != http.StatusFound {
		p.t.Fatalf("the provider answers %d %s", r.StatusCode, body)
	}
	back, err := url.Parse(r.Header.Get("Location"))
	if err != nil {
		p.t.Fatal(err)
	}
	return back
}

// account returns whose session the browser has, "" without one.
func (p *provided) signedIn() bool {
	p.t.Helper()
	r, _ := p.visit(p.at("/v2/usage"))
	return r.StatusCode == http.StatusOK
}

func TestOIDC(t *testing.T) {
	p := newProvided(t)
	back := p.cross(person{MockUser: mockoidc.DefaultUser()}, "?next=/a/5h7xk2m4qz3v6w8y2b4d6f8h2k")
	r, body := p.visit(back.String())
	if r.StatusCode != 200 || !strings.Contains(body, `url=`+p.url+`/a/5h7xk2m4qz3v6w8y2b4d6f8h2k"`) || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", r.StatusCode, body)
	}
	if !p.signedIn() {
		t.Fatal("the browser is not signed in")
	}
	tokens, err := p.store.Tokens(p.ctx(), "acme")
	if err != nil || len(tokens) != 2 || tokens[1].Hint != access.OIDCHint || time.Until(*tokens[1].ExpiresAt) > oidc.SessionTTL {
		t.Fatalf("%+v, %v", tokens, err)
	}
	if r, body = p.visit(back.String()); r.StatusCode != 401 || !p.signedIn() { // the way back is good once
		t.Errorf("again: %d %s", r.StatusCode, body)
	}
	q := httptest.NewRequest("DELETE", p.at("/session"), nil)
	q.RequestURI = ""
	if r, err = p.browser.Do(q); err != nil || r.StatusCode != 204 || p.signedIn() {
		t.Errorf("signing out: %v, %v", r, err)
	}
	if tokens, err = p.store.Tokens(p.ctx(), "acme"); err != nil || tokens[1].RevokedAt == nil {
		t.Errorf("the token that nobody holds is still there: %+v, %v", tokens, err)
	}
}

func claim(name string, value any) func(map[string]any) {
	return func(c map[string]any) { c[name] = value }
}

// refusals are all that may be wrong with what comes back: on the way, and in the token.
var refusals = map[string]struct {
	change func(claims map[string]any)
	back   func(p *provided, back url.Values)
	status int
	says   string
}{
	"wrong state":           {back: func(_ *provided, q url.Values) { q.Set("state", strings.Repeat("A", 26)) }, status: 401, says: "not begun in this browser"},
	"no state":              {back: func(_ *provided, q url.Values) { q.Del("state") }, status: 401, says: "not begun in this browser"},
	"another browser":       {back: func(p *provided, _ url.Values) { p.browser.Jar, _ = cookiejar.New(nil) }, status: 401, says: "not begun in this browser"},
	"too late":              {back: func(p *provided, _ url.Values) { p.clock.advance(11 * time.Minute) }, status: 401, says: "10 minutes"},
	"no code":               {back: func(_ *provided, q url.Values) { q.Del("code") }, status: 401, says: "did not succeed"},
	"invented code":         {back: func(_ *provided, q url.Values) { q.Set("code", "x") }, status: 401, says: "did not succeed"},
	"another issuer's":      {back: func(_ *provided, q url.Values) { q.Set("iss", "https://evil.example") }, status: 401, says: "did not succeed"},
	"refused":               {back: func(_ *provided, q url.Values) { q.Set("error", "access_denied") }, status: 401, says: "(access_denied)"},
	"refused with nonsense": {back: func(_ *provided, q url.Values) { q.Set("error", "<script>") }, status: 401, says: "(unknown)"},
	"used code": {back: func(p *provided, q url.Values) {
		p.provider.SessionStore.Store[q.Get("code")].Granted = true
	}, status: 401, says: "did not succeed"},
	"another browser's code": {back: func(p *provided, q url.Values) {
		q.Set("code", p.foreign().Get("code"))
	}, status: 401, says: "did not succeed"},
	"foreign issuer":   {change: claim("iss", "https://evil.example"), status: 401, says: "did not succeed"},
	"another client":   {change: claim("aud", "other"), status: 401, says: "did not succeed"},
	"another party":    {change: claim("azp", "other"), status: 401, says: "did not succeed"},
	"expired":          {change: claim("exp", time.Now().Add(-time.Hour).Unix()), status: 401, says: "did not succeed"},
	"no expiry":        {change: func(c map[string]any) { delete(c, "exp") }, status: 401, says: "did not succeed"},
	"not yet":          {change: claim("nbf", time.Now().Add(time.Hour).Unix()), status: 401, says: "did not succeed"},
	"another try's":    {change: claim("nonce", "other"), status: 401, says: "did not succeed"},
	"no nonce":         {change: func(c map[string]any) { delete(c, "nonce") }, status: 401, says: "did not succeed"},
	"no claim":         {change: func(c map[string]any) { delete(c, "acct") }, status: 403, says: "is missing"},
	"a list":           {change: claim("acct", []string{"acme", "rival"}), status: 403, says: "is not a text"},
	"a list of one":    {change: claim("acct", []string{"acme"}), status: 403, says: "is not a text"},
	"a number":         {change: claim("acct", 7), status: 403, says: "is not a text"},
	"an object":        {change: claim("acct", map[string]any{"name": "acme"}), status: 403, says: "is not a text"},
	"nothing":          {change: claim("acct", nil), status: 403, says: "is not a text"},
	"empty":            {change: claim("acct", " "), status: 403, says: "is empty"},
	"no name":          {change: claim("acct", "../acme"), status: 403, says: "cannot be an account's name"},
	"an address":       {change: claim("acct", "jane.doe@example.com"), status: 403, says: "cannot be an account's name"},
	"too long":         {change: claim("acct", strings.Repeat("a", 64)), status: 403, says: "cannot be an account's name"},
	"spaces about it":  {change: claim("acct", " acme"), status: 403, says: "cannot be an account's name"},
	"another spelling": {change: claim("acct", "ACME"), status: 403, says: "saccade account add ACME"},
	"unknown":          {change: claim("acct", "stranger"), status: 403, says: "saccade account add stranger"},
	"distributed claim": {change: func(c map[string]any) {
		c["_claim_names"] = map[string]any{"acct": "src"}
		c["_claim_sources"] = map[string]any{}
	}, status: 401, says: "did not succeed"},
}

// TestOIDCRefuses: whatever is wrong with what comes back, nobody is signed in.
func TestOIDCRefuses(t *testing.T) {
	for name, tc := range refusals {
		t.Run(name, func(t *testing.T) {
			p := newProvided(t)
			back := p.cross(person{mockoidc.DefaultUser(), tc.change}, "")
			q := back.Query()
			if tc.back != nil {
				tc.back(p, q)
			}
			back.RawQuery = q.Encode()
			r, body := p.visit(back.String())
			if r.StatusCode != tc.status || !strings.Contains(body, tc.says) || p.signedIn() {
				t.Errorf("%d %s, signed in: %v", r.StatusCode, body, p.signedIn())
			}
			if again, _ := p.visit(back.String()); again.StatusCode != 401 {
				t.Errorf("again: %d", again.StatusCode) // the try is over
			}
			if all, err := p.store.Accounts(p.ctx()); err != nil || len(all) != 2 {
				t.Errorf("accounts %v, %v", all, err)
			}
			if !strings.Contains(p.log.String(), "a sign-in did not succeed") || strings.Contains(p.log.String(), q.Get("code")) && q.Get("code") != "" && q.Get("code") != "x" {
				t.Errorf("the log: %s", p.log)
			}
		})
	}
}

// foreign returns what the provider leads another browser back with.
func (p *provided) foreign() url.Values {
	jar := p.browser.Jar
	p.browser.Jar, _ = cookiejar.New(nil)
	q := p.cross(person{MockUser: mockoidc.DefaultUser()}, "").Query()
	p.browser.Jar = jar
	return q
}

// tamper changes the ID token on its way from the provider.
func tamper(change func(token string) string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/token") {
				next.ServeHTTP(w, r)
				return
			}
			rec := httptest.NewRecorder()
			next.ServeHTTP(rec, r)
			var answer map[string]any
			_ = json.Unmarshal(rec.Body.Bytes(), &answer)
			if token, ok := answer["id_token"].(string); ok {
				if token = change(token); token == "" {
					delete(answer, "id_token")
				} else {
					answer["id_token"] = token
				}
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(rec.Code)
			_ = json.NewEncoder(w).Encode(answer)
		})
	}
}

func TestOIDCSignatures(t *testing.T) {
	encode := func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }
	for name, change := range map[string]func(string) string{
		"changed": func(token string) string {
			parts := strings.Split(token, ".")
			payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
			return parts[0] + "." + encode(strings.Replace(string(payload), `"acme"`, `"rival"`, 1)) + "." + parts[2]
		},
		"unsigned": func(token string) string {
			return encode(`{"alg":"none","typ":"JWT"}`) + "." + strings.Split(token, ".")[1] + "."
		},
		"missing":  func(string) string { return "" },
		"nonsense": func(string) string { return "a.b" },
		"huge":     func(string) string { return strings.Repeat("a", 2<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvided(t)
			if err := p.provider.AddMiddleware(tamper(change)); err == nil {
				t.Fatal("middleware after the start is possible now: use it")
			}
			p.provider.Server.Handler = tamper(change)(p.provider.Server.Handler)
			back := p.cross(person{MockUser: mockoidc.DefaultUser()}, "")
			r, body := p.visit(back.String())
			if r.StatusCode != 401 && r.StatusCode != 503 || p.signedIn() {
				t.Errorf("%d %s", r.StatusCode, body)
			}
		})
	}
}

// TestOIDCStaysHere: the way in leads to no other site, whoever made the link to it.
func TestOIDCStaysHere(t *testing.T) {
	p := newProvided(t)
	for next, want := range map[string]string{
		"": "/", "/": "/", "/a/x": "/a/x", "/settings/": "/settings/", "//evil.example": "/", "https://evil.example": "/", "/\\evil.example": "/", "\\\\evil.example": "/",
		"/%2Fevil.example": "/", "javascript:alert(1)": "/", "/a?x=//evil.example": "/", "/a#x": "/", "@evil.example": "/", "/../x": "/", "evil": "/", "/a\r\nSet-Cookie: x=y": "/", `/"><script>`: "/",
	} {
		back := p.cross(person{MockUser: mockoidc.DefaultUser()}, "?next="+url.QueryEscape(next))
		if r, body := p.visit(back.String()); r.StatusCode != 200 || !strings.Contains(body, `content="0; url=`+p.url+want+`"`) {
			t.Errorf("%q leads to %s", next, body)
		}
	}
}

// TestOIDCFixation: a session that was known before the sign-in is of no use after it.
func TestOIDCFixation(t *testing.T) {
	p := newProvided(t)
	planted := p.signIn()["Cookie"]
	name, value, _ := strings.Cut(planted, "=")
	here, _ := url.Parse(p.url)
	p.browser.Jar.SetCookies(here, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
	if !p.signedIn() {
		t.Fatal("the planted session does not work at all")
	}
	p.visit(p.cross(person{MockUser: mockoidc.DefaultUser()}, "").String())
	for _, c := range p.browser.Jar.Cookies(here) {
		if c.Value == value || c.Name != name {
			t.Errorf("the browser has the cookie %s=%s", c.Name, c.Value)
		}
	}
	if got := p.send("GET", p.at("/v2/usage"), nil, map[string]string{"Cookie": planted}).status; got != 401 {
		t.Errorf("the planted session answers %d", got)
	}
}

func TestOIDCCreatesAccounts(t *testing.T) {
	p := newProvided(t, func(c *Config, _ *Deps) { c.OIDC.CreateAccounts, c.OIDC.AccountClaim = true, "sub" })
	user := mockoidc.DefaultUser()
	user.Subject = "0f1d2c3b-aaaa-bbbb-cccc-1234567890ab"
	for range 2 {
		r, body := p.visit(p.cross(person{MockUser: user}, "").String())
		if r.StatusCode != 200 || !p.signedIn() {
			t.Fatalf("%d %s", r.StatusCode, body)
		}
	}
	if all, err := p.store.Accounts(p.ctx()); err != nil || len(all) != 3 {
		t.Errorf("%v, %v", all, err)
	}
}

// TestOIDCAway: a provider that does not answer keeps nobody else out, and is asked again.
func TestOIDCAway(t *testing.T) {
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Shutdown() })
	up := false
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up {
			http.Error(w, "out of order", http.StatusBadGateway)
			return
		}
		m.Server.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	p := newProvided(t, func(c *Config, _ *Deps) { c.OIDC.Issuer = front.URL + "/oidc" })
	begin := func() int {
		r, _ := p.visit(p.at(oidc.Path))
		return r.StatusCode
	}
	if got := begin(); got != 503 {
		t.Errorf("away: %d", got)
	}
	up = true
	if got := begin(); got != 503 {
		t.Errorf("asked again at once: %d", got)
	}
	p.clock.advance(time.Minute)
	if got := begin(); got != 503 { // it calls itself by its own address: it is not who it should be
		t.Errorf("a provider that says it is another one: %d", got)
	}
	p.call("GET", "/v2/usage", nil).into(t, 200, nil)
}
