package httpapi

import (
	"errors"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
)

// Config is what the operator may choose. Start from [DefaultConfig].
type Config struct {
	httpfront.Config
	Limits service.Limits

	RateLimit float64 // requests a second and token; 50, 0: no limit
	RateBurst int     // requests at once and token; 200

	MaxTransfers int           // uploads and downloads at once; 256
	MaxWait      time.Duration // of ?wait; 60 s
}

// DefaultConfig is a configuration that works everywhere.
func DefaultConfig() Config {
	return Config{
		Config: httpfront.DefaultConfig(), Limits: service.DefaultLimits(),
		RateLimit: 50, RateBurst: 200, MaxTransfers: 256, MaxWait: 60 * time.Second,
	}
}

// Validate reports everything that is wrong at once, each by the name of its field and, where
// there is one, of its flag and variable.
func (c Config) Validate() error {
	errs := []error{c.Config.Validate(), c.Limits.Validate()}
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
	return errors.Join(errs...)
}
