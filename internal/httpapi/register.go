package httpapi

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/saccade-dev/saccade"
)

// Marks of operations, in huma's metadata.
const (
	markPublic = "public" // wants no token
	markAddOn  = "add-on" // answers 404 to accounts without dynamic-saliency
)

// bodyTimeout is how long a client may take to send a JSON body.
const bodyTimeout = time.Minute

// register adds an operation whose handler returns ordinary errors.
func register[I, O any](a *API, op huma.Operation, h func(context.Context, *I) (*O, error)) {
	a.order = append(a.order, op.OperationID)
	op.BodyReadTimeout = bodyTimeout
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = maxBody
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err == nil {
			return out, nil
		}
		e := toWire(ctx, err)
		a.logFault(ctx, e, err)
		return nil, e
	})
}

// logFault tells the operator the cause of an error that the client only sees
// the public side of.
func (a *API) logFault(ctx context.Context, e *wireError, err error) {
	if e.status < 500 || errors.Is(err, context.Canceled) {
		return
	}
	c := callOf(ctx)
	a.log.ErrorContext(ctx, "request failed", "request_id", c.id, "route", c.route, "status", e.status, "error", err)
}

// authenticate is huma's middleware: it finds the account behind the token,
// before a byte of the body is read.
func (a *API) authenticate(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	r, w := humago.Unwrap(ctx)
	if op.Metadata[markPublic] == true {
		next(ctx)
		return
	}
	if err := a.admit(r); err != nil {
		a.fail(w, r, err)
		return
	}
	c := callOf(r.Context())
	if op.Metadata[markAddOn] == true && !c.account.Has(saccade.AddOnVideo) {
		a.fail(w, r, errNoRoute)
		return
	}
	if err := prepareBody(r, c); err != nil {
		a.fail(w, r, err)
		return
	}
	if op.MaxBodyBytes > maxBody && (r.ContentLength < 0 || r.ContentLength > maxBody) {
		// A large body is held in memory several times over while it is read.
		if !a.largeBodies.await(r.Context(), largeBodyWait) {
			a.fail(w, r, errBusy)
			return
		}
		defer a.largeBodies.leave()
	}
	next(ctx)
}

// Bodies above maxBody are read a few at a time; the others wait their turn.
const (
	maxLargeBodies = 8
	largeBodyWait  = 30 * time.Second
)

// admit checks token and rate.
func (a *API) admit(r *http.Request) error {
	plain := bearer(r.Header.Get("Authorization"))
	if plain == "" {
		return errAuth
	}
	if !a.authGate.enter() {
		return &busyError{errBusy, time.Second}
	}
	account, token, err := a.deps.Accounts.Authenticate(r.Context(), plain)
	a.authGate.leave()
	if err != nil {
		if saccade.IsCode(err, saccade.CodeAuth) {
			return errAuth.With(err)
		}
		return err
	}
	c := callOf(r.Context())
	c.account, c.token = account, token
	if wait, ok := a.limiter.allow(token.ID, a.now()); !ok {
		return &busyError{saccade.Errorf(saccade.CodeRateLimited,
			"Too many requests with this token. Please slow down and try again after the time in Retry-After."), wait}
	}
	return nil
}

var keyForm = regexp.MustCompile(`^[\x21-\x7e]{1,255}$`)

// prepareBody notes the Idempotency-Key and hashes the body as it is read. It
// also makes Content-Type irrelevant: clients label their JSON as they please.
func prepareBody(r *http.Request, c *call) error {
	r.Header.Set("Content-Type", "application/json")
	body := &lingeringBody{ReadCloser: r.Body}
	r.Body = body
	if key := r.Header.Get("Idempotency-Key"); key != "" && r.Method == http.MethodPost {
		if !keyForm.MatchString(key) {
			return saccade.Errorf(saccade.CodeClient, "An Idempotency-Key has 1 to 255 visible ASCII characters.").About("Idempotency-Key")
		}
		c.key, c.body = key, sha256.New()
		body.sum = c.body
	}
	return nil
}

// lingeringBody reads on for a while when it is closed early, so that a client
// that is still sending gets to read its answer instead of a reset connection.
type lingeringBody struct {
	io.ReadCloser
	sum hash.Hash
}

// Read feeds the hash.
func (b *lingeringBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.sum != nil {
		b.sum.Write(p[:n])
	}
	return n, err
}

// linger is how much of an unwanted body is read before the connection is cut.
const linger = 64 << 20

// Close reads on and closes. The read deadline of the request still holds.
func (b *lingeringBody) Close() error {
	_, _ = io.CopyN(io.Discard, b.ReadCloser, linger)
	return b.ReadCloser.Close()
}
