package operator

import (
	"fmt"
	"net/url"
	"time"

	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/state"
)

// soon is how long before its end a certificate should have been renewed.
const soon = 7 * 24 * time.Hour

// Doctor tries the certificate, where there is one; publicURL is where browsers reach the
// service.
func (d Door) Doctor(publicURL string) []state.Check {
	if d.TLSCert == "" {
		return nil
	}
	check := func(ok bool, detail string) []state.Check {
		return []state.Check{{Name: "certificate", OK: ok, Needed: true, Detail: detail}}
	}
	c, err := httpfront.OpenCertificate(d.TLSCert, d.TLSKey, nil, nil)
	if err != nil {
		return check(false, err.Error())
	}
	ends := c.Expires().UTC()
	switch left := time.Until(ends); {
	case left <= 0:
		return check(false, fmt.Sprintf("it ended on %s; renew it", ends.Format(time.DateOnly)))
	case left < soon:
		return check(false, fmt.Sprintf("it ends on %s; renew it now", ends.Format(time.DateOnly)))
	}
	if u, err := url.Parse(publicURL); err == nil && u.Scheme == "https" {
		if err := c.VerifyHostname(u.Hostname()); err != nil {
			return check(false, fmt.Sprintf("it is not for %s of --public-url: %v", u.Hostname(), err))
		}
	}
	return check(true, "until "+ends.Format(time.DateOnly)+", read anew when the files change")
}
