package main

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/capture"
	"github.com/saccade-dev/saccade/internal/netguard"
)

// localPages captures pages for somebody at this machine: public ones, which
// can reach nothing private but what is allowed, and those of the machine itself.
type localPages struct{ public, own *capture.Browser }

func newLocalPages(allow []string) (*localPages, error) {
	cfg := capture.DefaultConfig()
	cfg.Net, cfg.Log = netguard.DefaultConfig(), slog.Default()
	cfg.Net.Allow = allow
	public, err := capture.New(cfg)
	if err != nil {
		return nil, err
	}
	cfg.Net.Allow = append([]string{"127.0.0.0/8", "::1", "localhost"}, allow...)
	own, err := capture.New(cfg)
	return &localPages{public, own}, err
}

// Capture implements pipeline.Capturer.
func (p *localPages) Capture(ctx context.Context, address string, medium saccade.Medium) ([]byte, error) {
	if onThisMachine(address) {
		return p.own.Capture(ctx, address, medium)
	}
	return p.public.Capture(ctx, address, medium)
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
