package httpfront

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config is what the operator may choose. Start from [DefaultConfig].
type Config struct {
	// PublicURL is the address under which clients reach the server, without
	// "/v2": "https://saccade.example.com". Empty: taken from each request.
	PublicURL string

	// TrustProxy makes X-Forwarded-Proto and X-Forwarded-Host count. Only for
	// servers that can be reached through their own proxy alone.
	TrustProxy bool

	// Proxies are the addresses of the server's own proxies. Of requests that come from
	// there, X-Forwarded-Proto, -Host and -For count, and of no others.
	Proxies []netip.Prefix

	// CORSOrigins are the origins whose pages may use the API with a token of their own:
	// "https://app.example.com", "null" (files and sandboxed frames), "*" (all). None by
	// default.
	CORSOrigins []string

	MaxInFlight int    // requests at once, long polls and streams included; 2048
	Version     string // of the program, for /healthz
}

// DefaultConfig is a configuration that works everywhere.
func DefaultConfig() Config { return Config{MaxInFlight: 2048, Version: "dev"} }

// Validate reports everything that is wrong at once, each by the name of its field and, where
// there is one, of its flag and variable.
func (c Config) Validate() error {
	var errs []error
	if c.MaxInFlight <= 0 {
		errs = append(errs, fmt.Errorf("MaxInFlight is %d and must be above 0", c.MaxInFlight))
	}
	for _, p := range c.Proxies {
		if !p.IsValid() || p.Bits() == 0 {
			errs = append(errs, fmt.Errorf("Proxies (--trust-proxy, SACCADE_TRUST_PROXY): %v is not the address of a proxy", p))
		}
	}
	for _, origin := range c.CORSOrigins {
		if wrong := wrongOrigin(origin); wrong != "" {
			errs = append(errs, fmt.Errorf("CORSOrigins (--cors-origin, SACCADE_CORS_ORIGIN): %s", wrong))
		}
	}
	if c.PublicURL != "" {
		const name = "PublicURL (--public-url, SACCADE_PUBLIC_URL)"
		u, err := url.Parse(c.PublicURL)
		switch {
		case err != nil || (u.Scheme != "http" && u.Scheme != "https") || !ValidHost(u.Host) || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
			errs = append(errs, fmt.Errorf("%s: %q is not an address like https://saccade.example.com", name, c.PublicURL))
		case strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/v2"):
			errs = append(errs, fmt.Errorf("%s: leave out the /v2 at its end", name))
		}
	}
	return errors.Join(errs...)
}

// Deps is what a front works with. All may be left out.
type Deps struct {
	Checks      []Check                // what /readyz asks
	Collectors  []prometheus.Collector // beside those of the requests, for /metrics
	Overlapping []string               // see [Front.HandleFunc]
	Log         *slog.Logger           // nil: discarded
	Now         func() time.Time       // nil: time.Now
}
