package netguard

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
)

// ErrRefused is in the chain of every refusal of this package: by address, by
// port or by scheme. Failures of the network itself do not carry it.
var ErrRefused = errors.New("address refused")

// span is a range of addresses that is not for the public Internet.
type span struct {
	prefix netip.Prefix
	what   string
}

// refusedV4 follows the IANA IPv4 special-purpose registry, and adds the
// metadata services of clouds that sit on public addresses.
var refusedV4 = []span{
	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared (carrier-grade NAT)"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("168.63.129.16/32"), "cloud metadata"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private"},
	{netip.MustParsePrefix("192.0.0.0/24"), "reserved"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "reserved"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private"},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},
}

// refusedV6 names what must not be reached inside and outside 2000::/3. What
// lies outside and is not named here is refused as "not global".
var refusedV6 = []span{
	{netip.MustParsePrefix("::/128"), "unspecified"},
	{netip.MustParsePrefix("::1/128"), "loopback"},
	{netip.MustParsePrefix("::/96"), "reserved"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "private (local NAT64)"},
	{netip.MustParsePrefix("2001::/23"), "reserved"}, // Teredo, ORCHID, benchmarking
	{netip.MustParsePrefix("2001:db8::/32"), "documentation"},
	{netip.MustParsePrefix("3fff::/20"), "documentation"},
	{netip.MustParsePrefix("fc00::/7"), "private"},
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("fec0::/10"), "private (site-local)"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

var (
	globalV6  = netip.MustParsePrefix("2000::/3")
	nat64     = netip.MustParsePrefix("64:ff9b::/96") // IPv4 address in the last 4 bytes
	sixToFour = netip.MustParsePrefix("2002::/16")    // IPv4 address in bytes 2..5
)

// Public reports whether an address belongs to the public Internet: nil, or an
// error with [ErrRefused] that says what the address is instead. IPv6 forms
// that carry an IPv4 address (mapped, NAT64, 6to4) are judged by that address.
func Public(a netip.Addr) error {
	if !a.IsValid() {
		return fmt.Errorf("%w: not an IP address", ErrRefused)
	}
	if a.Zone() != "" {
		return fmt.Errorf("%w: %s is link-local", ErrRefused, a)
	}
	if inner, ok := embedded(a); ok {
		if err := Public(inner); err != nil {
			return fmt.Errorf("%w (inside %s)", err, a)
		}
		return nil
	}
	spans := refusedV6
	if a.Is4() {
		spans = refusedV4
	}
	for _, s := range spans {
		if s.prefix.Contains(a) {
			return fmt.Errorf("%w: %s is %s", ErrRefused, a, s.what)
		}
	}
	if a.Is6() && !globalV6.Contains(a) {
		return fmt.Errorf("%w: %s is not global", ErrRefused, a)
	}
	if inner, ok := isatap(a); ok {
		return Public(inner)
	}
	return nil
}

// embedded returns the IPv4 address that an IPv6 address stands for.
func embedded(a netip.Addr) (netip.Addr, bool) {
	if a.Is4() {
		return netip.Addr{}, false
	}
	b := a.As16()
	switch {
	case a.Is4In6():
		return a.Unmap(), true
	case nat64.Contains(a):
		return v4(b[12:16]), true
	case sixToFour.Contains(a):
		return v4(b[2:6]), true
	}
	return netip.Addr{}, false
}

// isatap returns the IPv4 address of an ISATAP interface identifier, whatever
// its prefix: a host of a site may tunnel such packets to that address.
func isatap(a netip.Addr) (netip.Addr, bool) {
	b := a.As16()
	if a.Is6() && binary.BigEndian.Uint32(b[8:12])&^0x02000000 == 0x00005efe {
		return v4(b[12:16]), true
	}
	return netip.Addr{}, false
}

func v4(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b)) }
