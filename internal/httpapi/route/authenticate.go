package route

import (
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
	c := &Caller{}
	if err := t.checkCaller(r, c); err != nil {
		t.front.Refuse(w, r, err)
		return
	}
	if op.Metadata[AddOn] == true && !c.Account.Has(saccade.AddOnVideo) {
		t.front.Refuse(w, r, httpfront.ErrNoRoute)
		return
	}
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
	next(huma.WithValue(ctx, callerKey{}, c))
}

// checkCaller checks token and rate.
func (t *Table) checkCaller(r *http.Request, c *Caller) error {
	plain := bearer(r.Header.Get("Authorization"))
	if plain == "" {
		return errAuth
	}
	if !t.authentications.Enter() {
		return httpfront.RetryAfter(httpfront.ErrBusy, time.Second)
	}
	account, token, err := t.accounts.Authenticate(r.Context(), plain)
	t.authentications.Leave()
	if err != nil {
		if saccade.IsCode(err, saccade.CodeAuth) {
			return errAuth.With(err)
		}
		return err
	}
	c.Account, c.Token = account, token
	httpfront.CallOf(r.Context()).Account = account.Name
	if wait, ok := t.limiter.Allow(token.ID, t.now()); !ok {
		return httpfront.RetryAfter(saccade.Errorf(saccade.CodeRateLimited,
			"Too many requests with this token. Please slow down and try again after the time in Retry-After."), wait)
	}
	return nil
}
