package route

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// authenticate is huma's middleware: it finds the account behind the token,
// before a byte of the body is read.
func (t *Table) authenticate(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	r, w := humago.Unwrap(ctx)
	c := &Caller{Session: sessionOf(r)}
	check := t.checkCaller
	if op.Metadata[Public] == true {
		check = t.checkPublic
	}
	if err := check(r, c); err != nil {
		t.front.Refuse(w, r, err)
		return
	}
	if op.Metadata[AddOn] == true && !c.Account.Has(saccade.AddOnVideo) {
		t.front.Refuse(w, r, httpfront.ErrNoRoute)
		return
	}
	if !t.front.EnterAccount(c.Account.Name) {
		t.front.Refuse(w, r, httpfront.ErrBusy)
		return
	}
	defer t.front.LeaveAccount(c.Account.Name)
	if err := prepareBody(r, c); err != nil {
		t.front.Refuse(w, r, err)
		return
	}
	if op.MaxBodyBytes > MaxBody+1 && (r.ContentLength < 0 || r.ContentLength > MaxBody) {
		// A large body is held in memory several times over while it is read.
		if !t.largeBodies.Wait(r.Context(), c.Account.Name, largeBodyWait) {
			t.front.Refuse(w, r, httpfront.ErrBusy)
			return
		}
		defer t.largeBodies.Leave(c.Account.Name)
	}
	body := &httpfront.SharedBody{ReadCloser: r.Body, Ctx: r.Context(), Shares: t.decodes, Key: c.Account.Name, Small: smallBody, Patience: largeBodyWait}
	defer body.Release()
	r.Body = body
	next(huma.WithContext(ctx, c.with(ctx.Context())))
}

// Public calls f for a request of a route that needs no token and that huma does not
// serve, within the bounds of such requests; the context has the caller.
func (t *Table) Public(r *http.Request, f func(context.Context) error) error {
	c := &Caller{Session: sessionOf(r)}
	if err := t.checkPublic(r, c); err != nil {
		return err
	}
	return f(c.with(r.Context()))
}

// Authenticated calls f for a request of a route that huma does not serve, once its token
// or session is known; the context has the caller. Errors of f come back.
func (t *Table) Authenticated(r *http.Request, f func(context.Context) error) error {
	c := &Caller{Session: sessionOf(r)}
	if err := t.checkCaller(r, c); err != nil {
		return err
	}
	return f(c.with(r.Context()))
}

// checkPublic checks site and rate, by the address that the request comes from.
func (t *Table) checkPublic(r *http.Request, _ *Caller) error {
	if err := t.checkSite(r); err != nil {
		return err
	}
	return t.checkRate("from " + httpfront.CallOf(r.Context()).ClientKey())
}

// checkRate takes a request off the allowance of a key.
func (t *Table) checkRate(key string) error {
	if wait, ok := t.limiter.Allow(key, t.now()); !ok {
		return httpfront.RetryAfter(saccade.Errorf(saccade.CodeRateLimited,
			"Too many requests with this token. Please slow down and try again after the time in Retry-After."), wait)
	}
	return nil
}

// checkCaller checks token and rate. A token goes before what a proxy says, and that before
// a session; what these alone authenticate must come from this site.
func (t *Table) checkCaller(r *http.Request, c *Caller) error {
	secret, authenticate := bearer(r.Header.Get("Authorization")), t.accounts.Authenticate
	if name, ok := t.vouched.name(r, t.now()); ok && secret == "" {
		return t.checkVouched(r, c, name)
	}
	if secret == "" && c.Session != "" {
		if err := t.checkSite(r); err != nil {
			return err
		}
		secret, authenticate = c.Session, t.accounts.AuthenticateSession
	}
	if secret == "" {
		return errAuth
	}
	if !t.authentications.Enter() {
		return httpfront.RetryAfter(httpfront.ErrBusy, time.Second)
	}
	account, token, err := authenticate(r.Context(), secret)
	t.authentications.Leave()
	if err != nil {
		if saccade.IsCode(err, saccade.CodeAuth) {
			return errAuth.With(err)
		}
		return err
	}
	c.Account, c.Token = account, token
	httpfront.CallOf(r.Context()).Account = account.Name
	return t.checkRate(token.ID)
}
