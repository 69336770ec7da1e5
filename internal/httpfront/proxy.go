package httpfront

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxHops is how many proxies are followed back in X-Forwarded-For.
const maxHops = 20

// ParseProxy reads the address of a proxy, "10.1.2.3", or a network of them,
// "10.1.0.0/16". The network of all addresses is none.
func ParseProxy(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if a, e := netip.ParseAddr(text); e == nil && a.Zone() == "" {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err == nil && p.Addr().Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	switch {
	case err != nil:
		return p, fmt.Errorf("%q is neither an address like 10.1.2.3 nor a network like 10.1.0.0/16", text)
	case p.Bits() == 0:
		return p, fmt.Errorf("%q would trust everybody", text)
	}
	return p.Masked(), nil
}

// fromProxy reports whether a request comes from one of the proxies.
func (c Config) fromProxy(r *http.Request) bool { return c.isProxy(peer(r)) }

func (c Config) isProxy(a netip.Addr) bool {
	return slices.ContainsFunc(c.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// peer returns the address at the other end of the connection; invalid where there is none.
func peer(r *http.Request) netip.Addr { return parseHop(r.RemoteAddr) }

// client returns the address that asks. Every proxy adds the address that it was called
// from at the end of X-Forwarded-For; what stands before the first that is no proxy of
// ours may be invented.
func (c Config) client(r *http.Request) netip.Addr {
	at := peer(r)
	if !c.isProxy(at) {
		return at
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= max(0, len(hops)-maxHops); i-- {
		hop := parseHop(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			return at
		}
		if at = hop; !c.isProxy(at) {
			return at
		}
	}
	return at
}

// parseHop reads an address, with or without a port.
func parseHop(text string) netip.Addr {
	if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return a.Unmap().WithZone("")
	}
	if p, err := netip.ParseAddrPort(text); err == nil {
		return p.Addr().Unmap().WithZone("")
	}
	return netip.Addr{}
}
