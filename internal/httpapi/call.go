package httpapi

import (
	"context"
	"encoding/hex"
	"hash"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// call is what is known of one request; it travels in the context and is
// completed on the way (route, account), so that the log line can tell it all.
type call struct {
	id      string // X-Request-Id
	base    string // absolute address of the server, without a slash at its end
	hosts   []string
	route   string // pattern, for metrics and log
	account saccade.Account
	token   saccade.Token
	body    hash.Hash // of the body, when an Idempotency-Key came along
	key     string    // the Idempotency-Key
}

type callKey struct{}

// callOf gives the request's call; outside of one, an empty call.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// idempotency is what the store needs to recognise a repeated request: the key,
// and a hash over the address and the bytes of the body. nil without a key.
func (c *call) idempotency(path string) *store.Idempotency {
	if c.key == "" {
		return nil
	}
	c.body.Write([]byte("\x00" + path))
	return &store.Idempotency{Key: c.key, BodyHash: hex.EncodeToString(c.body.Sum(nil))}
}
