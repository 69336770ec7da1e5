package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store/access"
)

// The addresses of this package, below that of the service. The second is what the
// provider has to know as redirect URI.
const (
	Path         = "/signin/oidc"
	callbackPath = "/signin/oidc/callback"
)

// Sessions finds accounts and begins and ends sessions; *store.Store does.
type Sessions interface {
	Account(ctx context.Context, name string) (saccade.Account, error)
	EnsureAccount(ctx context.Context, name string) (saccade.Account, error)
	BeginSession(ctx context.Context, v access.Voucher) (access.Session, error)
	EndSession(ctx context.Context, secret string) error
	NoteFailedSignIn(ctx context.Context, how string) error
}

// signIn is the two addresses.
type signIn struct {
	cfg      Config
	sessions Sessions
	provider *Provider
	table    *route.Table
	now      func() time.Time
}

// Register adds the addresses to a table, whose front it uses. Call the answer at the end:
// it ends the connections to the provider.
func Register(t *route.Table, cfg Config, sessions Sessions) (end func()) {
	s := &signIn{cfg: cfg, sessions: sessions, provider: NewProvider(cfg.Issuer, t.Now), table: t, now: t.Now}
	t.Front().HandleFunc("GET "+Path, s.door(s.begin))
	t.Front().HandleFunc("GET "+callbackPath, s.door(s.end))
	return s.provider.Close
}

// door serves a browser within the bounds of requests without a token. Nothing of it is
// kept by anybody.
func (s *signIn) door(serve func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet { // HEAD: nothing happens
			return
		}
		err := s.table.Public(r, func(ctx context.Context) error {
			err := serve(w, r.WithContext(ctx))
			if saccade.IsCode(err, saccade.CodeAuth) || saccade.IsCode(err, saccade.CodeForbidden) {
				_ = s.sessions.NoteFailedSignIn(ctx, access.OIDCHint) // best effort: the answer is the same
			}
			return err
		})
		if err != nil {
			s.note(r, err)
			s.table.Front().Fail(w, r, err)
		}
	}
}

// note logs why a sign-in did not succeed: the browser is not told all of it.
func (s *signIn) note(r *http.Request, err error) {
	if e := saccade.AsError(err); e.Code.Status() < http.StatusInternalServerError { // others are logged anyhow
		s.table.Front().Log().WarnContext(r.Context(), "a sign-in did not succeed", "request_id", httpfront.CallOf(r.Context()).ID, "err", httpfront.Truncate(err.Error(), 500))
	}
}

// oauth returns the client as the provider sees it.
func (s *signIn) oauth(ctx context.Context, p *gooidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: s.cfg.ClientID, ClientSecret: s.cfg.ClientSecret, Endpoint: p.Endpoint(),
		RedirectURL: httpfront.CallOf(ctx).Base + callbackPath, Scopes: append([]string{gooidc.ScopeOpenID}, s.cfg.Scopes...)}
}

// discover returns the provider, or the error that says it does not answer.
func (s *signIn) discover(ctx context.Context) (*gooidc.Provider, error) {
	p, err := s.provider.Discover(ctx)
	if err != nil {
		return nil, s.away(err)
	}
	return p, nil
}

func (s *signIn) away(cause error) error {
	return httpfront.RetryAfter(saccade.Errorf(saccade.CodeOverCapacity,
		"%s, which signs people in here, does not answer. Please try again in a moment, or sign in with a token.", s.cfg.Label()).With(cause), failedFor)
}

// begin leads the browser to the provider.
func (s *signIn) begin(w http.ResponseWriter, r *http.Request) error {
	p, err := s.discover(r.Context())
	if err != nil {
		return err
	}
	f := newFlow(r.URL.Query().Get("next"), s.now())
	c := route.FlowCookie(r.Context(), f.String(), flowTTL)
	http.SetCookie(w, &c)
	to := s.oauth(r.Context(), p).AuthCodeURL(f.State, gooidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// end is where the provider leads the browser back to. Whatever comes of it, the try is
// over.
func (s *signIn) end(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	over := route.FlowCookie(ctx, "", 0)
	http.SetCookie(w, &over)
	f, err := readFlow(route.FlowOf(r), q.Get("state"), s.now())
	if err != nil {
		return err
	}
	if iss := q.Get("iss"); iss != "" && iss != s.cfg.Issuer { // RFC 9207
		return errRefused.With(fmt.Errorf("oidc: the answer is of the issuer %q", iss))
	}
	if why := q.Get("error"); why != "" {
		return refusal(why)
	}
	token, err := s.redeem(ctx, f, q.Get("code"))
	if err != nil {
		return err
	}
	session, err := s.session(ctx, token)
	if err != nil {
		return err
	}
	if former := route.CallerOf(ctx).Session; former != "" { // what was known before the sign-in is of no use after it
		_ = s.sessions.EndSession(ctx, former)
	}
	c := route.SessionCookie(ctx, session.Secret, session.ExpiresAt)
	http.SetCookie(w, &c)
	lead(w, httpfront.CallOf(ctx).Base+f.Next)
	return nil
}

// errRefused is answered where the provider's word does not hold; why is in the log.
var errRefused = saccade.Errorf(saccade.CodeAuth, "The sign-in did not succeed. Please try again; if it persists, tell the operator the request id.")

var refusalForm = regexp.MustCompile(`^[a-z_]{1,60}$`) // RFC 6749, 4.1.2.1, and extensions

// refusal is the error of a sign-in that the provider refused, or the user.
func refusal(why string) error {
	if !refusalForm.MatchString(why) {
		why = "unknown"
	}
	return saccade.Errorf(saccade.CodeAuth, "The sign-in was refused (%s). Please try again, or ask whoever runs your sign-in.", why)
}

// redeem exchanges the code for an ID token and verifies it.
func (s *signIn) redeem(ctx context.Context, f flow, code string) (*gooidc.IDToken, error) {
	p, err := s.discover(ctx)
	if err != nil {
		return nil, err
	}
	if code == "" {
		return nil, errRefused.With(errors.New("oidc: the answer has no code"))
	}
	ctx = gooidc.ClientContext(ctx, s.provider.client)
	tokens, err := s.oauth(ctx, p).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	var answered *oauth2.RetrieveError
	switch {
	case errors.As(err, &answered) && answered.Response.StatusCode < http.StatusInternalServerError:
		// Not all of it: the answer may repeat the code.
		return nil, errRefused.With(fmt.Errorf("oidc: the provider answered %d %q", answered.Response.StatusCode, httpfront.Truncate(answered.ErrorCode, 60)))
	case err != nil:
		return nil, s.away(err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return nil, errRefused.With(errors.New("oidc: the provider answered no ID token"))
	}
	token, err := p.Verifier(&gooidc.Config{ClientID: s.cfg.ClientID, Now: s.now}).Verify(ctx, raw)
	if err != nil {
		return nil, errRefused.With(err)
	}
	if token.Nonce != f.Nonce {
		return nil, errRefused.With(errors.New("oidc: the ID token was made for another try"))
	}
	return token, s.checkParty(token)
}

// checkParty refuses a token that was made for another client and names this one besides.
func (s *signIn) checkParty(token *gooidc.IDToken) error {
	var claims struct {
		Party string `json:"azp"`
	}
	if err := token.Claims(&claims); err != nil {
		return errRefused.With(err)
	}
	if claims.Party != s.cfg.ClientID && (claims.Party != "" || len(token.Audience) > 1) {
		return errRefused.With(fmt.Errorf("oidc: the ID token was made for the client %q", claims.Party))
	}
	return nil
}

// session begins the session of the account that the token names.
func (s *signIn) session(ctx context.Context, token *gooidc.IDToken) (access.Session, error) {
	name, err := s.accountOf(token)
	if err != nil {
		return access.Session{}, err
	}
	find := s.sessions.Account
	if s.cfg.CreateAccounts {
		find = s.sessions.EnsureAccount
	}
	a, err := find(ctx, name)
	switch {
	case saccade.IsCode(err, saccade.CodeNotFound):
		return access.Session{}, saccade.Errorf(saccade.CodeForbidden,
			"You are signed in at %s, but there is no account %q here. Ask whoever runs this service to make it (saccade account add %s).", s.cfg.Label(), name, name)
	case saccade.IsCode(err, saccade.CodeClient):
		return access.Session{}, s.errClaim("cannot be an account's name: those have 1 to 63 letters, digits, - and _").With(err)
	case err != nil:
		return access.Session{}, err
	}
	return s.sessions.BeginSession(ctx, access.Voucher{Account: a.Name, By: access.OIDCHint, Subject: token.Subject, TTL: SessionTTL})
}

// accountOf returns the name of the account in the token: the claim as it is, and nothing
// that would have to be chosen from.
func (s *signIn) accountOf(token *gooidc.IDToken) (string, error) {
	var claims map[string]json.RawMessage
	if err := token.Claims(&claims); err != nil {
		return "", errRefused.With(err)
	}
	raw, ok := claims[s.cfg.AccountClaim]
	if !ok {
		return "", s.errClaim("is missing")
	}
	var name string
	if err := json.Unmarshal(raw, &name); err != nil || string(raw) == "null" {
		return "", s.errClaim("is not a text").With(err)
	}
	if strings.TrimSpace(name) == "" {
		return "", s.errClaim("is empty")
	}
	if !nameForm.MatchString(name) {
		return "", s.errClaim("cannot be an account's name: those have 1 to 63 letters, digits, - and _")
	}
	return name, nil
}

// nameForm is that of accounts: another name is not even looked up.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

func (s *signIn) errClaim(what string) *saccade.Error {
	return saccade.Errorf(saccade.CodeForbidden,
		"You are signed in at %s, but the claim %q, which names the account here, %s. Whoever runs this service can choose another (--oidc-account-claim).", s.cfg.Label(), s.cfg.AccountClaim, what)
}

// lead answers a page that goes on by itself. A redirect would not do: the browser came
// from another site, so that it would not send the new cookie along.
func lead(w http.ResponseWriter, to string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	to = html.EscapeString(to)
	_, _ = fmt.Fprintf(w, `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signed in</title><meta http-equiv="refresh" content="0; url=%s"></head>
<body><p>You are signed in. <a href="%s">Go on to Saccade</a>.</p></body></html>
`, to, to)
}
