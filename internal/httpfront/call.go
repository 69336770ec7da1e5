package httpfront

import "context"

// Call is what is known of one request. It travels in the request's context and
// is completed on the way, for the log line at its end.
type Call struct {
	ID      string   // X-Request-Id
	Base    string   // absolute address of the server, without a slash at its end
	Hosts   []string // under which a link counts as issued by this server
	Route   string   // pattern, for metrics and log
	Account string   // who asks; "" until a handler knows

	slot *slot
}

type callKey struct{}

// CallOf returns the request's call; outside of one, an empty call.
func CallOf(ctx context.Context) *Call {
	if c, ok := ctx.Value(callKey{}).(*Call); ok {
		return c
	}
	return &Call{}
}

// WithCall returns a context that carries the call.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}
