package httpapi

import (
	"context"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// caller is who makes a request, and the key under which it may be repeated. It
// travels in the request's context.
type caller struct {
	account saccade.Account
	token   saccade.Token
	body    hash.Hash // of the body, when an Idempotency-Key came along
	key     string    // the Idempotency-Key
}

type callerKey struct{}

// callerOf returns the request's caller; of an unauthenticated one, an empty
// caller.
func callerOf(ctx context.Context) *caller {
	if c, ok := ctx.Value(callerKey{}).(*caller); ok {
		return c
	}
	return &caller{}
}

// idempotency returns what the store needs to recognize a repeated request: the
// key, and a hash over the address and the bytes of the body. nil without a key.
func (c *caller) idempotency(path string) *store.Idempotency {
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
