package capture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/capture/proxy"
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
		return saccade.Errorf(saccade.CodeServer, "The browser of this server did not start. Please try again; if it persists, ask the operator to run: saccade doctor.").With(err)
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
		return webPage("The page did not come to rest within %v. Please try again later, or send a screenshot as an image.", b.cfg.Timeout).With(err)
	case errors.Is(cause, errMemory):
		return webPage("The page needs more memory than one page may have (%d MiB). Please send a screenshot as an image instead.", b.cfg.Memory>>20).With(err)
	case errors.Is(cause, errDisk):
		return webPage("The page stores more data than one page may (%d MiB). Please send a screenshot as an image instead.", b.cfg.Disk>>20).With(err)
	case errors.Is(cause, errDownload), errors.Is(err, errDownload):
		return webPage("The address leads to a file to download, not to a page. Please enter the address of a page.").With(err)
	case errors.As(err, &public):
		return public
	case errors.Is(err, errHung):
		return webPage("The page keeps the browser so busy that no image of it could be taken. Please send a screenshot as an image instead.").With(err)
	}
	return webPage("The browser lost the page. Please try again; if it persists, send a screenshot as an image.").With(err)
}

// webPage makes an error of this package.
func webPage(format string, args ...any) *saccade.Error {
	return saccade.Errorf(saccade.CodeWebPage, format, args...)
}

// noAnswer is the error for a site that is silent.
func (s *session) noAnswer() error {
	asked := s.page.state(0).asked
	if err := s.proxy.Failure(proxy.HostPort(asked)); err != nil {
		return unreachable(asked, err)
	}
	return webPage("The site did not answer within %v. Please try again later, or send a screenshot as an image.", s.b.cfg.AnswerWait)
}

// badStatus is the error for a document that came with an error status, be it
// the site's or, when the site was not reached, our proxy's.
func (s *session) badStatus(d *document) error {
	if err := cmp.Or(s.proxy.Failure(d.url), s.proxy.Failure(proxy.HostPort(d.url))); err != nil && d.status == http.StatusBadGateway {
		return unreachable(d.url, err)
	}
	return webPage("The site answered with status %d (%s). Please check that the page is open to everybody and opens in a private window.", d.status, http.StatusText(d.status))
}

// judgeKind refuses documents that are no pages although a browser shows
// something for them.
func (s *session) judgeKind(d *document) error {
	kind, _, _ := strings.Cut(strings.ToLower(d.mime), ";")
	switch {
	case kind == "application/pdf":
		return webPage("The address leads to a PDF, not to a page. Please send its pages as images (PNG or JPEG), or enter the address of a page.")
	case strings.HasPrefix(kind, "video/"), strings.HasPrefix(kind, "audio/"):
		return webPage("The address leads to a recording (%s), not to a page. Please send a video as WebM, or enter the address of a page.", kind)
	case d.ended && d.bytes == 0 && d.status == http.StatusOK && d.request != "":
		return webPage("The site answered with an empty page. Please check that the page is open to everybody and opens in a private window.")
	}
	return nil
}

// failures says what Chromium's errors mean, by a part of their names, the
// special ones first.
var failures = []struct{ part, message string }{
	{"ERR_CERT_DATE_INVALID", "The secure connection to the site failed: its certificate has expired, or is not valid yet. The site's operator must renew it."},
	{"ERR_CERT_COMMON_NAME_INVALID", "The secure connection to the site failed: its certificate is for another name. Please check the address."},
	{"ERR_CERT_AUTHORITY_INVALID", "The secure connection to the site failed: its certificate comes from nobody whom browsers trust. The site's certificate must be valid for everybody."},
	{"ERR_CERT", "The secure connection to the site failed (%s). The site's certificate must be valid for everybody."},
	{"ERR_SSL_PROTOCOL_ERROR", "The secure connection to the site failed: there is no TLS at this address. Please check whether the page begins with http:// and not with https://."},
	{"ERR_SSL", "The secure connection to the site failed (%s). The site's certificate and its version of TLS must suit today's browsers."},
	{"ERR_CONTENT_DECODING", "The site sent its page damaged: it is announced as compressed (gzip or the like) and is not. No browser can show it; the site's operator must mend that."},
	{"ERR_INVALID_CHUNKED_ENCODING", "The site sent its page damaged: its pieces do not fit. No browser can show it; the site's operator must mend that."},
	{"ERR_INCOMPLETE_CHUNKED_ENCODING", "The site broke off before its page was sent. Please try again later."},
	{"ERR_CONTENT_LENGTH_MISMATCH", "The site broke off before its page was sent. Please try again later."},
	{"ERR_EMPTY_RESPONSE", "The site closed the connection without an answer. Please check that the page opens from elsewhere and try again."},
	{"ERR_CONNECTION_CLOSED", "The site closed the connection without an answer. Please check that the page opens from elsewhere and try again."},
	{"ERR_CONNECTION_RESET", "The site closed the connection without an answer. Please check that the page opens from elsewhere and try again."},
	{"ERR_INVALID_HTTP_RESPONSE", "The site's answer is not one of a web server. Please check the address."},
	{"ERR_TOO_MANY_REDIRECTS", "The site redirects in a circle. Please enter the address of the page itself."},
	{"ERR_INVALID_AUTH_CREDENTIALS", "The site asks for a password (status 401). Only pages that are open to everybody can be captured."},
	{"ERR_ABORTED", "The site sent no page. Please enter the address of a page."},
	{"ERR_UNKNOWN_URL_SCHEME", "The page leads to an address that cannot be opened here. Please enter the address of the page itself."},
	{"ERR_UNSAFE_REDIRECT", "The page leads to an address that cannot be opened here. Please enter the address of the page itself."},
	{"ERR_UNSAFE_PORT", "Browsers open no page on this port. Please serve the page on another one."},
}

// failed is the error for an address that did not load at all. text is
// Chromium's, "net::ERR_...".
func (s *session) failed(address, text string) error {
	// After a redirect the address that failed is another one.
	st := s.page.state(0)
	for _, a := range []string{st.asked, address} {
		if err := s.proxy.Failure(proxy.HostPort(a)); err != nil {
			return unreachable(a, err)
		}
	}
	if strings.Contains(text, "ERR_HTTP_RESPONSE_CODE_FAILURE") && st.status >= 400 { // without a body
		return s.badStatus(&document{url: st.asked, status: st.status})
	}
	cause, name := errors.New(text), strings.TrimPrefix(text, "net::")
	for _, f := range failures {
		if !strings.Contains(text, f.part) {
			continue
		}
		if strings.Contains(f.message, "%s") {
			return webPage(f.message, name).With(cause)
		}
		return webPage("%s", f.message).With(cause)
	}
	return webPage("The page could not be loaded (%s). Please check the address and try again.", name).With(cause)
}

// unreachable says why the proxy got no answer. A name that is not known and
// one that stands for an address of the operator's network are never
// distinguished: that would let strangers explore it.
func unreachable(address string, err error) error {
	host, named := "the site", false
	if u, e := url.Parse(address); e == nil && u.Hostname() != "" {
		_, notIP := netip.ParseAddr(u.Hostname())
		host, named = fmt.Sprintf("%q", u.Hostname()), notIP != nil
	}
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, proxy.ErrTraffic):
		return webPage("The page loads more than one page may. Please send a screenshot as an image instead.").With(err)
	case errors.Is(err, netguard.ErrRefused) && named, errors.As(err, &dns) && dns.IsNotFound:
		return webPage("The page is at %s, or led there, and no public site is known under that name. Please check the address; only public addresses on the usual ports can be captured.", host).With(err)
	case errors.Is(err, netguard.ErrRefused):
		return webPage("The page is at %s, or led there, which is not a public address. Only public addresses on the usual ports can be captured.", host).With(err)
	case errors.Is(err, proxy.ErrNoAnswer) && strings.Contains(err.Error(), "malformed HTTP"):
		return webPage("The answer of %s is not one of a web server. Please check whether the page begins with https:// and not with http://.", host).With(err)
	case errors.Is(err, proxy.ErrNoAnswer) && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)):
		return webPage("The server %s closed the connection without an answer. Please check that the page opens from elsewhere and try again.", host).With(err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return webPage("The server %s did not answer in time. Please try again later.", host).With(err)
	case errors.Is(err, proxy.ErrNoAnswer):
		return webPage("The answer of %s could not be read. Please check that the page opens from elsewhere and try again.", host).With(err)
	}
	return webPage("The server %s could not be reached. Please check that the page opens from elsewhere and try again.", host).With(err)
}
