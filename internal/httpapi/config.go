package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/saccade-dev/saccade/internal/httpapi/oidc"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
)

var headerForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)

// otherHeaders have a meaning of their own.
var otherHeaders = []string{"Authorization", "Cookie", "Host", "Origin", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id", "Idempotency-Key"}

// Config is what the operator may choose. Start from [DefaultConfig].
type Config struct {
	httpfront.Config
	Limits service.Limits
	OIDC   oidc.Config // sign-in by a provider

	// UserHeader is the header in which the proxies of Proxies name the account of a request
	// that has no token; empty: none is believed.
	UserHeader string

	RateLimit float64 // requests a second and token; 50, 0: no limit
	RateBurst int     // requests at once and token; 200

	MaxTransfers int           // uploads and downloads at once; 256
	MaxWait      time.Duration // of ?wait; 60 s
}

// DefaultConfig is a configuration that works everywhere.
func DefaultConfig() Config {
	return Config{
		Config: httpfront.DefaultConfig(), Limits: service.DefaultLimits(), OIDC: oidc.DefaultConfig(),
		RateLimit: 50, RateBurst: 200, MaxTransfers: 256, MaxWait: 60 * time.Second,
	}
}

// Validate reports everything that is wrong at once, each by the name of its field and, where
// there is one, of its flag and variable.
func (c Config) Validate() error {
	errs := []error{c.Config.Validate(), c.Limits.Validate(), c.OIDC.Validate()}
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	const rate = "(--rate-limit, SACCADE_RATE_LIMIT)"
	bad(c.RateLimit < 0, "RateLimit %s is %g and must be 0 (no limit) or more", rate, c.RateLimit)
	bad(c.RateLimit > 0 && c.RateBurst < 1, "RateBurst is %d and must be 1 or more", c.RateBurst)
	bad(c.MaxTransfers <= 0, "MaxTransfers is %d and must be above 0", c.MaxTransfers)
	bad(c.MaxWait <= 0, "MaxWait is %v and must be above 0", c.MaxWait)
	const header = "UserHeader (--trust-user-header, SACCADE_TRUST_USER_HEADER)"
	bad(c.UserHeader != "" && len(c.Proxies) == 0, "%s needs the addresses of the proxies that send it: --trust-proxy=10.1.2.3 (SACCADE_TRUST_PROXY)", header)
	bad(c.UserHeader != "" && !headerForm.MatchString(c.UserHeader) || slices.Contains(otherHeaders, http.CanonicalHeaderKey(c.UserHeader)),
		"%s: %q is not the name of a header for users, like X-Forwarded-User", header, c.UserHeader)
	return errors.Join(errs...)
}
