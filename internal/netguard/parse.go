package netguard

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// entry is one line of an allow or deny list: a network or a name, on one port
// or on all (0).
type entry struct {
	prefix netip.Prefix // valid for networks and addresses
	host   string       // lower case; for names
	port   uint16
}

// parseEntry reads "10.0.0.0/8", "10.1.2.3", "[::1]:80", "host" or "host:80".
func parseEntry(s string) (entry, error) {
	s = strings.TrimSpace(s)
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.Addr().Is4In6() {
			return entry{}, fmt.Errorf("%q: write the network as IPv4", s)
		}
		return entry{prefix: p.Masked()}, nil
	}
	var e entry
	host := s
	if h, port, err := net.SplitHostPort(s); err == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return entry{}, fmt.Errorf("%q: the port must be 1 to 65535", s)
		}
		host, e.port = h, uint16(n)
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		a = a.Unmap().WithZone("")
		e.prefix = netip.PrefixFrom(a, a.BitLen())
		return e, nil
	}
	if !validName(host) {
		return entry{}, fmt.Errorf("%q is neither a network, nor an address, nor a host name with or without a port", s)
	}
	e.host = strings.ToLower(strings.TrimSuffix(host, "."))
	return e, nil
}

func validName(s string) bool {
	if s == "" || len(s) > 253 || strings.HasPrefix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789.-_") == ""
}

func (e entry) matchesAddr(a netip.Addr, port uint16) bool {
	return e.prefix.IsValid() && e.prefix.Contains(a) && (e.port == 0 || e.port == port)
}

func (e entry) matchesName(host string, port uint16) bool {
	return e.host != "" && e.host == host && (e.port == 0 || e.port == port)
}

// splitHostPort takes "host:port" apart: the host in lower case without a
// closing dot, the port as a number.
func splitHostPort(address string) (string, uint16, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("%w: %q is not host:port", ErrRefused, address)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", 0, fmt.Errorf("%w: %q has no port", ErrRefused, address)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" {
		return "", 0, fmt.Errorf("%w: %q has no host", ErrRefused, address)
	}
	return host, uint16(n), nil
}

// literal reads a host that is an IP address in any notation that browsers and
// C libraries accept: besides the usual ones, 1 to 4 parts in decimal, octal
// ("0177.0.0.1") or hexadecimal ("0x7f000001").
func literal(host string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a, true
	}
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var v uint64
	for i, p := range parts {
		n, ok := number(p)
		if !ok {
			return netip.Addr{}, false
		}
		if i < len(parts)-1 {
			if n > 255 {
				return netip.Addr{}, false
			}
			v |= n << (24 - 8*i)
			continue
		}
		if n >= 1<<(32-8*i) { // the last part fills the remaining bytes
			return netip.Addr{}, false
		}
		v |= n
	}
	return v4([]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}), true
}

// number reads one part of an IPv4 address as inet_aton does.
func number(s string) (uint64, bool) {
	base := 10
	switch {
	case len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X"):
		base, s = 16, s[2:]
	case len(s) > 1 && s[0] == '0':
		base, s = 8, s[1:]
	}
	n, err := strconv.ParseUint(s, base, 32)
	return n, err == nil
}
