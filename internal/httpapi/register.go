package httpapi

import (
	"context"
	"crypto/sha256"
	"net/http"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// register adds an operation whose handler returns ordinary errors.
func register[I, O any](a *API, op huma.Operation, h func(context.Context, *I) (*O, error)) {
	op.BodyReadTimeout = httpfront.BodyTimeout
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxBody + 1 // huma refuses what reaches the limit
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err == nil {
			return out, nil
		}
		e := httpfront.NewErrorBody(ctx, onWire(err))
		a.front.LogError(ctx, e, err)
		return nil, e
	})
}

// authenticate is huma's middleware: it finds the account behind the token,
// before a byte of the body is read.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	r, w := humago.Unwrap(ctx)
	c := &caller{}
	if err := a.checkCaller(r, c); err != nil {
		a.front.Refuse(w, r, err)
		return
	}
	if op.Metadata[openapi.AddOn] == true && !c.account.Has(saccade.AddOnVideo) {
		a.front.Refuse(w, r, httpfront.ErrNoRoute)
		return
	}
	if err := prepareBody(r, c); err != nil {
		a.front.Refuse(w, r, err)
		return
	}
	if op.MaxBodyBytes > maxBody+1 && (r.ContentLength < 0 || r.ContentLength > maxBody) {
		// A large body is held in memory several times over while it is read.
		if !a.largeBodies.Wait(r.Context(), c.account.Name, largeBodyWait) {
			a.front.Refuse(w, r, httpfront.ErrBusy)
			return
		}
		defer a.largeBodies.Leave(c.account.Name)
	}
	body := &httpfront.SharedBody{ReadCloser: r.Body, Ctx: r.Context(), Shares: a.decodes, Key: c.account.Name, Small: smallBody, Patience: largeBodyWait}
	defer body.Release()
	r.Body = body
	next(huma.WithValue(ctx, callerKey{}, c))
}

// Bodies above maxBody are read a few at a time; the others wait their turn.
const (
	maxLargeBodies = 8
	largeBodyShare = 6 // of them, those of one account
	largeBodyWait  = 30 * time.Second
)

// checkCaller checks token and rate.
func (a *API) checkCaller(r *http.Request, c *caller) error {
	plain := bearer(r.Header.Get("Authorization"))
	if plain == "" {
		return errAuth
	}
	if !a.authentications.Enter() {
		return httpfront.RetryAfter(httpfront.ErrBusy, time.Second)
	}
	account, token, err := a.deps.Accounts.Authenticate(r.Context(), plain)
	a.authentications.Leave()
	if err != nil {
		if saccade.IsCode(err, saccade.CodeAuth) {
			return errAuth.With(err)
		}
		return err
	}
	c.account, c.token = account, token
	httpfront.CallOf(r.Context()).Account = account.Name
	if wait, ok := a.limiter.Allow(token.ID, a.now()); !ok {
		return httpfront.RetryAfter(saccade.Errorf(saccade.CodeRateLimited,
			"Too many requests with this token. Please slow down and try again after the time in Retry-After."), wait)
	}
	return nil
}

var keyForm = regexp.MustCompile(`^[\x21-\x7e]{1,255}$`)

// prepareBody keeps the Idempotency-Key and hashes the body as it is read. It
// also makes Content-Type irrelevant: clients label their JSON as they please.
func prepareBody(r *http.Request, c *caller) error {
	r.Header.Set("Content-Type", "application/json")
	body := httpfront.NewJSONBody(r.Body, httpfront.JSONBudget{
		Bytes: maxBody, Values: maxValues, Free: [2]string{"input", "content"}, List: checkList,
	})
	r.Body = body
	if key := r.Header.Get("Idempotency-Key"); key != "" && r.Method == http.MethodPost {
		if !keyForm.MatchString(key) {
			return saccade.Errorf(saccade.CodeClient, "An Idempotency-Key has 1 to 255 visible ASCII characters.").About("Idempotency-Key")
		}
		c.key, c.body = key, sha256.New()
		body.Sum = c.body
	}
	return nil
}

// The budget of a JSON body.
const (
	maxBody   = 2 << 20 // bytes, beside input.content
	maxValues = 250_000
	maxList   = 1000 // elements of a list that the API reads
)

// listMembers are the members of a request that the API reads lists of.
var listMembers = map[string]bool{"input": true, "predictions": true, "aois": true, "webhook": true, "events": true}

// checkList refuses lists that are too long before their elements are looked at.
func checkList(member string, depth, n int) error {
	switch {
	case member == "aois" && depth == 2 && n > saccade.MaxAOIs:
		return saccade.ValidateAOIs(make([]saccade.AOI, n))
	case n > maxList && listMembers[member]:
		return saccade.Errorf(saccade.CodeInvalidInput, "A list has at most %d elements.", maxList).About(member)
	}
	return nil
}
