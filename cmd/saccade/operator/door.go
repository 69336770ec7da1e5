// Package operator holds the flags and commands of whoever runs a service for others:
// who may come in, how much they may use, what is kept of it.
//
// The contract is that of package main: flags and wiring only, one struct a group of
// flags or a command; Validate names the flag and its variable.
package operator

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/saccade-dev/saccade/internal/httpfront"
)

// Door is the flags about how requests come in.
type Door struct {
	TLSCert    string  `name:"tls-cert" placeholder:"FILE" help:"Serve HTTPS with this certificate (PEM, with those that sign it); read anew when it changes."`
	TLSKey     string  `name:"tls-key" placeholder:"FILE" help:"Key of that certificate (PEM)."`
	TrustProxy Proxies `placeholder:"ADDR" help:"Proxies to believe, as --trust-proxy=10.1.2.3,10.2.0.0/16: X-Forwarded-Proto and -Host, and by -For who asks. Bare: believe the first two of everybody; only where nobody gets past your own proxy."`
}

// Validate reports a certificate without its key.
func (d Door) Validate() error {
	if (d.TLSCert == "") != (d.TLSKey == "") {
		return errors.New("--tls-cert (SACCADE_TLS_CERT) and --tls-key (SACCADE_TLS_KEY) go together: one of them is missing")
	}
	return nil
}

// Scheme returns http or https.
func (d Door) Scheme() string {
	if d.TLSCert != "" {
		return "https"
	}
	return "http"
}

// Apply sets what the flags say.
func (d Door) Apply(cfg *httpfront.Config) {
	cfg.TrustProxy, cfg.Proxies = d.TrustProxy.All, d.TrustProxy.From
}

// Proxies is which proxies are believed: a flag that may have a value, or none.
type Proxies struct {
	All  bool // believe everybody, as far as links go
	From []netip.Prefix
}

// IsBool implements kong.BoolMapperValue: the flag may stand alone.
func (*Proxies) IsBool() bool { return true }

// Decode implements kong.MapperValue.
func (p *Proxies) Decode(ctx *kong.DecodeContext) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		*p = Proxies{All: true}
		return nil
	}
	return p.parse(fmt.Sprint(ctx.Scan.Pop().Value))
}

// parse reads a value: addresses, or a bool as flags without a value have it.
func (p *Proxies) parse(text string) error {
	if all, err := strconv.ParseBool(text); err == nil || text == "" || text == "yes" || text == "no" {
		*p = Proxies{All: all || text == "yes"}
		return nil
	}
	var from []netip.Prefix
	for part := range strings.SplitSeq(text, ",") {
		one, err := httpfront.ParseProxy(strings.TrimSpace(part))
		if err != nil {
			return fmt.Errorf("--trust-proxy (SACCADE_TRUST_PROXY): %w", err)
		}
		from = append(from, one)
	}
	*p = Proxies{From: from}
	return nil
}
