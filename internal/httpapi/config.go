package httpapi

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Config is what the operator may choose. The zero value is not usable; start
// from [DefaultConfig].
type Config struct {
	// PublicURL is the address under which clients reach the server, without
	// "/v2": "https://saccade.example.com". Empty: taken from each request.
	PublicURL string

	// TrustProxy makes X-Forwarded-Proto and X-Forwarded-Host count. Only for
	// servers that can be reached through their own proxy alone.
	TrustProxy bool

	MaxUploadBytes int64         // of one video; 100 MiB
	MaxImageBytes  int64         // of one image, before Base64; 20 MiB
	UploadTTL      time.Duration // life of an upload link; 1 h
	LinkTTL        time.Duration // life of an output link; 1 h
	ResultTTL      time.Duration // image results are gone after it; 1 h, 0: never
	TextTTL        time.Duration // generated texts are gone after it; 1 h, 0: never

	RateLimit float64 // requests a second and token; 50, 0: no limit
	RateBurst int     // requests at once and token; 200

	MaxInFlight  int           // requests at once, held polls and streams included; 2048
	MaxTransfers int           // uploads and downloads at once; 256
	MaxWait      time.Duration // of ?wait and of one event stream's silence; 60 s
	Version      string        // of the program, for the document and the log
}

// DefaultConfig is a configuration that works everywhere.
func DefaultConfig() Config {
	return Config{
		MaxUploadBytes: 100 << 20,
		MaxImageBytes:  20 << 20,
		UploadTTL:      time.Hour,
		LinkTTL:        time.Hour,
		ResultTTL:      time.Hour,
		TextTTL:        time.Hour,
		RateLimit:      50,
		RateBurst:      200,
		MaxInFlight:    2048,
		MaxTransfers:   256,
		MaxWait:        60 * time.Second,
		Version:        "dev",
	}
}

// Validate reports every fault at once, each by the name of its variable.
func (c Config) Validate() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		ok := err == nil && (u.Scheme == "http" || u.Scheme == "https") && validHost(u.Host) &&
			u.RawQuery == "" && u.Fragment == "" && u.User == nil
		fault(!ok, "SACCADE_PUBLIC_URL: %q is not an address like https://saccade.example.com", c.PublicURL)
		fault(ok && strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/v2"), "SACCADE_PUBLIC_URL: leave out the /v2 at its end")
	}
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"SACCADE_MAX_UPLOAD_BYTES", c.MaxUploadBytes}, {"SACCADE_MAX_IMAGE_BYTES", c.MaxImageBytes},
		{"SACCADE_UPLOAD_TTL", int64(c.UploadTTL)}, {"SACCADE_LINK_TTL", int64(c.LinkTTL)},
		{"SACCADE_MAX_IN_FLIGHT", int64(c.MaxInFlight)}, {"SACCADE_MAX_TRANSFERS", int64(c.MaxTransfers)},
		{"SACCADE_MAX_WAIT", int64(c.MaxWait)},
	} {
		fault(n.value <= 0, "%s: must be above 0", n.name)
	}
	fault(c.ResultTTL < 0, "SACCADE_RESULT_TTL: must not be negative (0 keeps results)")
	fault(c.TextTTL < 0, "SACCADE_TEXT_TTL: must not be negative (0 keeps texts)")
	fault(c.RateLimit < 0, "SACCADE_RATE_LIMIT: must not be negative (0 switches the limit off)")
	fault(c.RateLimit > 0 && c.RateBurst < 1, "SACCADE_RATE_BURST: must be 1 or more")
	return errors.Join(faults...)
}
