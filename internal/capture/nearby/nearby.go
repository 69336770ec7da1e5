// Package nearby captures pages for somebody who sits at this machine: public
// ones, which can reach nothing private but what is allowed, and those of the
// machine itself, which can reach the machine too. A server must not use it.
package nearby

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/capture"
	"github.com/saccade-dev/saccade/internal/element"
	"github.com/saccade-dev/saccade/internal/netguard"
)

// Pages captures pages. It is safe for concurrent use.
type Pages struct{ public, own *capture.Browser }

// New makes Pages. Private addresses in allow, as netguard.Config.Allow has them,
// may be reached by every page.
func New(allow []string) (*Pages, error) {
	cfg := capture.DefaultConfig()
	cfg.Net, cfg.Log = netguard.DefaultConfig(), slog.Default()
	cfg.Net.Allow = allow
	public, err := capture.New(cfg)
	if err != nil {
		return nil, err
	}
	cfg.Net.Allow = append([]string{"127.0.0.0/8", "::1", "localhost"}, allow...)
	own, err := capture.New(cfg)
	return &Pages{public, own}, err
}

// Capture returns the page at address as PNG, as capture.Browser does.
func (p *Pages) Capture(ctx context.Context, address string, medium saccade.Medium) ([]byte, error) {
	if onThisMachine(address) {
		return p.own.Capture(ctx, address, medium)
	}
	return p.public.Capture(ctx, address, medium)
}

// Visit opens a page, as capture.Browser does.
func (p *Pages) Visit(ctx context.Context, v element.Visit, use func(*element.Page) error) error {
	if onThisMachine(v.Address) {
		return p.own.Visit(ctx, v, use)
	}
	return p.public.Visit(ctx, v, use)
}

// onThisMachine reports whether the address of a page names the loopback.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}
