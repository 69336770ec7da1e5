package capture

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/netguard"
)

// explain turns any error of a capture into one that may be shown. parent is
// the caller's context, run the one of the capture; s may be nil.
func (b *Browser) explain(parent, run context.Context, s *session, err error) error {
	if parent.Err() != nil {
		return parent.Err()
	}
	var start *startError
	if s == nil && errors.As(err, &start) && run.Err() == nil {
		return saccade.Errorf(saccade.CodeServer, "The browser of this server did not start. Please try again; if it persists, tell the operator to run: saccade doctor.").With(err)
	}
	cause := context.Cause(run)
	if s != nil && s.ctx.Err() != nil {
		if c := context.Cause(s.ctx); !errors.Is(c, context.Canceled) {
			cause = c
		}
	}
	if cause == nil {
		cause = err
	}
	var public *saccade.Error
	switch {
	case errors.Is(cause, errTimeout):
		return saccade.Errorf(saccade.CodeWebPage, "The page did not come to rest within %v. Please try again later, or send a screenshot as an image.", b.cfg.Timeout).With(err)
	case errors.Is(cause, errMemory):
		return saccade.Errorf(saccade.CodeWebPage, "The page needs more memory than one page may have (%d MiB). Please send a screenshot as an image instead.", b.cfg.Memory>>20).With(err)
	case errors.Is(cause, errDownload), errors.Is(err, errDownload):
		return saccade.Errorf(saccade.CodeWebPage, "The address gives a file to download, not a page. Please give the address of a page.").With(err)
	case errors.As(err, &public):
		return public
	}
	return saccade.Errorf(saccade.CodeWebPage, "The browser lost the page. Please try again; if it persists, send a screenshot as an image.").With(err)
}

// badStatus is the error for a document that came with an error status, be it
// the site's or, when the site was not reached, our proxy's.
func (s *session) badStatus(d *document) error {
	if err := s.proxy.failure(hostPort(d.url)); err != nil {
		return unreachable(d.url, err)
	}
	return saccade.Errorf(saccade.CodeWebPage, "The site answered with status %d (%s). Please check that the page is open to everybody and opens in a private window.", d.status, http.StatusText(d.status))
}

// failed is the error for an address that did not load at all. text is
// Chromium's, "net::ERR_...".
func (s *session) failed(address, text string) error {
	// After a redirect the address that failed is another one.
	for _, a := range []string{s.page.state().asked, address} {
		if err := s.proxy.failure(hostPort(a)); err != nil {
			return unreachable(a, err)
		}
	}
	cause := errors.New(text)
	switch {
	case strings.Contains(text, "ERR_CERT") || strings.Contains(text, "ERR_SSL"):
		return saccade.Errorf(saccade.CodeWebPage, "The secure connection to the site failed (%s). The site's certificate must be valid for everybody.", short(text)).With(cause)
	case strings.Contains(text, "ERR_TOO_MANY_REDIRECTS"):
		return saccade.Errorf(saccade.CodeWebPage, "The site redirects in a circle. Please give the address of the page itself.").With(cause)
	case strings.Contains(text, "ERR_INVALID_AUTH_CREDENTIALS"):
		return saccade.Errorf(saccade.CodeWebPage, "The site asks for a password (status 401). Only pages that are open to everybody can be captured.").With(cause)
	case strings.Contains(text, "ERR_ABORTED"):
		return saccade.Errorf(saccade.CodeWebPage, "The site sent no page. Please give the address of a page.").With(cause)
	case strings.Contains(text, "ERR_UNKNOWN_URL_SCHEME"), strings.Contains(text, "ERR_UNSAFE_REDIRECT"), strings.Contains(text, "ERR_UNSAFE_PORT"):
		return saccade.Errorf(saccade.CodeWebPage, "The page leads to an address that cannot be opened here. Please give the address of the page itself.").With(cause)
	}
	return saccade.Errorf(saccade.CodeWebPage, "The page could not be loaded (%s). Please check the address and try again.", short(text)).With(cause)
}

// unreachable tells why the proxy did not connect.
func unreachable(address string, err error) error {
	host := "the site"
	if u, e := url.Parse(address); e == nil && u.Hostname() != "" {
		host = fmt.Sprintf("%q", u.Hostname())
	}
	var dns *net.DNSError
	switch {
	case errors.Is(err, netguard.ErrRefused):
		return saccade.Errorf(saccade.CodeWebPage, "The page is at %s, or led there, which is not a public address. Only public addresses on the usual ports can be captured.", host).With(err)
	case errors.Is(err, errTraffic):
		return saccade.Errorf(saccade.CodeWebPage, "The page loads more than one page may. Please send a screenshot as an image instead.").With(err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return saccade.Errorf(saccade.CodeWebPage, "There is no host named %s. Please check the address.", host).With(err)
	}
	return saccade.Errorf(saccade.CodeWebPage, "The server %s could not be reached. Please check that the page opens from elsewhere and try again.", host).With(err)
}

// hostPort gives the "host:port" that the proxy is asked for.
func hostPort(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func short(text string) string { return strings.TrimPrefix(text, "net::") }
