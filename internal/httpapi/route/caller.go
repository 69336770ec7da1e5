package route

import (
	"context"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/audit"
)

// Caller is who makes a request, and the key under which it may be repeated. It
// travels in the request's context.
type Caller struct {
	Account saccade.Account
	Token   saccade.Token
	Session string // the secret of the session that the browser sent, valid or not

	body hash.Hash // of the body, when an Idempotency-Key came along
	key  string    // the Idempotency-Key
}

type callerKey struct{}

// with returns the context of a request, with its caller and who acts in the audit log.
func (c *Caller) with(ctx context.Context) context.Context {
	by := audit.Actor{Kind: audit.ByVisitor}
	if client := httpfront.CallOf(ctx).Client; client.IsValid() {
		by.Address = client.String()
	}
	if c.Account.Name != "" {
		by.Kind, by.ID = audit.ByAccount, c.Token.ID
	}
	return audit.By(context.WithValue(ctx, callerKey{}, c), by)
}

// CallerOf returns the request's caller; of an unauthenticated one, an empty
// caller.
func CallerOf(ctx context.Context) *Caller {
	if c, ok := ctx.Value(callerKey{}).(*Caller); ok {
		return c
	}
	return &Caller{}
}

// AccountOf returns the name of the caller's account, "" without one.
func AccountOf(ctx context.Context) string { return CallerOf(ctx).Account.Name }

// Idempotency returns what the store needs to recognize a repeated request: the
// key, and a hash over the address and the bytes of the body. nil without a key.
func (c *Caller) Idempotency(path string) *store.Idempotency {
	if c.key == "" {
		return nil
	}
	c.body.Write([]byte("\x00" + path))
	return &store.Idempotency{Key: c.key, BodyHash: hex.EncodeToString(c.body.Sum(nil))}
}

// bearer reads the token of an Authorization header; "" when there is none.
func bearer(header string) string {
	scheme, token, ok := strings.Cut(strings.TrimSpace(header), " ")
	if !ok || !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	token = strings.TrimSpace(token)
	if len(token) > 512 {
		return ""
	}
	return token
}
