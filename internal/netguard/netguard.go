// Package netguard keeps requests that strangers cause away from the operator's
// own network.
//
// A user of the server may name web pages to capture and addresses to call
// back. Whoever may name an address may try to name ours: the loopback, the
// private network, the cloud's metadata service. The contract of this package:
// a connection made through a [Guard] ends at a public address, on a permitted
// port, or at something that the operator listed by hand.
//
// The check happens on the resolved address, in the moment of connecting
// ([net.Dialer.ControlContext]). A name that resolves to a public address when
// asked and to a private one when connected (DNS rebinding), a redirect, or a
// number in octal therefore gains nothing. [Guard.CheckURL] is a convenience: it
// says at once what would fail later.
//
// It cannot know a NAT64 prefix or a public address that are the operator's
// own; those can be listed in [Config].Deny.
package netguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/saccade-dev/saccade"
)

// Config says what a [Guard] lets through: public addresses on the permitted
// ports, and the exceptions. [DefaultConfig] has no exceptions.
type Config struct {
	// Ports are the permitted ports; empty: those of DefaultConfig.
	Ports []uint16
	// HighPorts permits 1024 to 65535 as well (for webhooks, which often
	// live on a port of their own).
	HighPorts bool
	// Allow lists exceptions: a network "10.0.0.0/8", an address
	// "10.1.2.3", a host "intranet.example", or any of the latter two with a
	// port "127.0.0.1:8080". An entry without a port permits every port.
	Allow []string
	// Deny lists networks and addresses to refuse although they are public.
	// It comes before Allow.
	Deny []string
	// Timeout of one connection attempt; 0: 10 s.
	Timeout time.Duration
}

// defaultTimeout of one connection attempt.
const defaultTimeout = 10 * time.Second

// DefaultConfig permits public addresses on the ports on which web pages are
// served: 80, 443, 8080 and 8443.
func DefaultConfig() Config {
	return Config{Ports: []uint16{80, 443, 8080, 8443}, Timeout: defaultTimeout}
}

// Validate reports every fault at once, each naming its field.
func (c Config) Validate() error {
	var faults []error
	for _, s := range c.Allow {
		if _, err := parseEntry(s); err != nil {
			faults = append(faults, fmt.Errorf("Allow: %w", err))
		}
	}
	for _, s := range c.Deny {
		if e, err := parseEntry(s); err != nil {
			faults = append(faults, fmt.Errorf("Deny: %w", err))
		} else if e.host != "" || e.port != 0 {
			faults = append(faults, fmt.Errorf("Deny: %q: only networks and addresses can be denied", s))
		}
	}
	if c.Timeout < 0 {
		faults = append(faults, errors.New("Timeout: must not be negative"))
	}
	return errors.Join(faults...)
}

// Guard opens connections to permitted addresses only. It is immutable and
// safe for concurrent use.
type Guard struct {
	ports     []uint16
	highPorts bool
	allow     []entry
	deny      []entry
	timeout   time.Duration
}

// New makes a guard. The error lists all faults of the configuration.
func New(c Config) (*Guard, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("netguard: %w", err)
	}
	g := &Guard{ports: c.Ports, highPorts: c.HighPorts, timeout: c.Timeout}
	if len(g.ports) == 0 {
		g.ports = DefaultConfig().Ports
	}
	if g.timeout == 0 {
		g.timeout = defaultTimeout
	}
	for _, s := range c.Allow {
		e, _ := parseEntry(s) // valid, see above
		g.allow = append(g.allow, e)
	}
	for _, s := range c.Deny {
		e, _ := parseEntry(s)
		g.deny = append(g.deny, e)
	}
	return g, nil
}

// DialContext connects to "host:port" over TCP. It resolves the host itself
// and refuses, with [ErrRefused], whatever the configuration does not permit.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return nil, fmt.Errorf("%w: network %q", ErrRefused, network)
	}
	host, port, err := splitHostPort(address)
	if err != nil {
		return nil, err
	}
	named := slices.ContainsFunc(g.allow, func(e entry) bool { return e.matchesName(host, port) })
	d := net.Dialer{
		Timeout: g.timeout,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			return g.permit(network, address, named)
		},
	}
	return d.DialContext(ctx, network, net.JoinHostPort(host, strconv.Itoa(int(port))))
}

// permit judges an address that is about to be connected to. named means that
// the operator allowed the host by name, so that its address does not matter.
func (g *Guard) permit(network, address string, named bool) error {
	if !strings.HasPrefix(network, "tcp") {
		return fmt.Errorf("%w: network %q", ErrRefused, network)
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q is not an address", ErrRefused, address)
	}
	addr, port := ap.Addr().Unmap(), ap.Port()
	for _, e := range g.deny {
		if e.prefix.Contains(addr) {
			return fmt.Errorf("%w: %s is denied by the operator", ErrRefused, addr)
		}
	}
	if named {
		return nil
	}
	for _, e := range g.allow {
		if e.matchesAddr(addr, port) {
			return nil
		}
	}
	if err := Public(ap.Addr()); err != nil {
		return err
	}
	return g.permitPort(port)
}

func (g *Guard) permitPort(port uint16) error {
	if slices.Contains(g.ports, port) || (g.highPorts && port >= 1024) {
		return nil
	}
	return fmt.Errorf("%w: port %d is not permitted", ErrRefused, port)
}

// Transport makes an http.Transport whose every connection is guarded. It uses
// no proxy of the environment, because a proxy would connect on our behalf
// where we cannot look.
func (g *Guard) Transport() *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            g.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           32,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  30 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// CheckURL reads an address as a user typed it and says at once what can never
// be reached: a scheme other than http and https, a missing host, credentials,
// a port or a literal address that is refused. Names are not resolved. The
// error is an [*saccade.Error] with CodeInvalidInput.
func (g *Guard) CheckURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || len(raw) > 8192 {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "This is not an address. Write it as https://example.com/page.")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "Only addresses that start with http:// or https:// are possible.")
	}
	if u.Hostname() == "" || u.Opaque != "" {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "The address has no host. Write it as https://example.com/page.")
	}
	if u.User != nil {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "An address with a user name or password in it is not possible.")
	}
	if err := g.checkHost(u); err != nil {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "This address cannot be used: only public addresses on the usual ports are reachable from here. The operator can allow others.").With(err)
	}
	return u, nil
}

// checkHost judges what can be judged without asking a name server.
func (g *Guard) checkHost(u *url.URL) error {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	host, p, err := splitHostPort(net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return err
	}
	for _, e := range g.allow {
		if e.matchesName(host, p) {
			return nil
		}
	}
	if a, ok := literal(host); ok {
		return g.permit("tcp", netip.AddrPortFrom(a, p).String(), false)
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		for _, e := range g.allow {
			if e.matchesAddr(netip.AddrFrom4([4]byte{127, 0, 0, 1}), p) {
				return nil
			}
		}
		return fmt.Errorf("%w: %s is loopback", ErrRefused, host)
	}
	return g.permitPort(p)
}
