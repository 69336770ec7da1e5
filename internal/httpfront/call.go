package httpfront

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
)

// Call is what is known of one request. It travels in the request's context and
// is completed on the way, for the log line at its end.
type Call struct {
	ID      string // X-Request-Id
	Base    string // absolute address of the server, without a slash at its end
	Route   string // pattern, for metrics and log
	Account string // who asks; "" until a handler knows
	Proxied bool   // whether it came by one of [Config].Proxies

	// Client is the address that asks: that of the connection, or what the proxies of
	// [Config].Proxies say. Invalid where it is unknown.
	Client netip.Addr

	hosts []string // under which a URL is this server's
	slot  *slot
}

// Serves reports whether scheme and host of a URL are this server's: those of its
// public address, or those that the request came by.
func (c *Call) Serves(u *url.URL) bool {
	return slices.Contains(c.hosts, canonicalHost(u.Scheme, u.Host))
}

// ClientKey returns what a budget is counted by: the client's address, of IPv6 the network
// that one customer has (/64).
func (c *Call) ClientKey() string {
	if !c.Client.Is6() {
		return c.Client.String()
	}
	p, err := c.Client.Prefix(64)
	if err != nil {
		return c.Client.String()
	}
	return p.String()
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
