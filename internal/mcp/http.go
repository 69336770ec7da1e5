package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// Limits of the endpoint.
const (
	maxBody   = 48 << 20 // of a request; an image is Base64
	smallBody = 128 << 10
	maxLarge  = 4 // requests with a larger body than smallBody at the same time
)

// Handler serves the tools by streamable HTTP, without sessions, to whom the front lets in:
// it is mounted behind the API's front, which asks for a token and names the account. api
// is the server's own handler: every call goes through it with the caller's token, and so
// through its limits. base returns the address that the API builds the links of a request
// on, without /v2.
func Handler(cfg Config, api http.Handler, base func(*http.Request) string) (http.Handler, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg.Root = nil // nobody reads files of the server
	h := &endpoint{cfg: cfg, api: api, base: base, large: httpfront.NewShares(maxLarge, maxLarge/2)}
	h.mcp = sdk.NewStreamableHTTPHandler(h.server, &sdk.StreamableHTTPOptions{
		Stateless: true, Logger: cfg.Log, MaxRequestBodyBytes: maxBody, PropagateRequestCancellation: true,
		DisableLocalhostProtection: true, // a token is needed, which no foreign page has
	})
	return h, nil
}

type endpoint struct {
	cfg   Config
	api   http.Handler
	base  func(*http.Request) string
	mcp   http.Handler
	large *httpfront.Shares // of the requests with large bodies, by account
}

type backendKey struct{}

// ServeHTTP reads the body, of which few large ones are let in at a time, before the tools
// get it: whoever sends slowly holds nothing for longer than the front allows. The answer
// may take as long as an analysis.
func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := e.backend(r)
	if err != nil {
		refuse(w, saccade.AsError(err))
		return
	}
	if r.ContentLength > smallBody || r.ContentLength < 0 {
		account := httpfront.CallOf(r.Context()).Account
		if !e.large.Enter(account) {
			refuse(w, saccade.Errorf(saccade.CodeOverCapacity, "Too many large requests at the same time. Try again in a few seconds."))
			return
		}
		defer e.large.Leave(account)
	}
	r = r.WithContext(context.WithValue(r.Context(), backendKey{}, b))
	if r.ContentLength != 0 {
		body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
		if err != nil {
			refuse(w, bodyError(err))
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // the front's, which would end a long call
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	e.mcp.ServeHTTP(httpfront.NewBodyWriter(w), r)
}

// bodyError says what is wrong with a body that did not come whole.
func bodyError(err error) *saccade.Error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return saccade.Errorf(saccade.CodeTooLarge, "A request has at most %d MiB here. Upload large files and name the analysis by its id.", maxBody>>20)
	}
	return saccade.Errorf(saccade.CodeClient, "The request broke off. Please send it again.").With(err)
}

func refuse(w http.ResponseWriter, err *saccade.Error) {
	w.Header().Set("Content-Type", "application/json")
	if err.Code == saccade.CodeAuth {
		w.Header().Set("WWW-Authenticate", `Bearer realm="saccade"`)
	}
	if s := err.Code.Status(); s == http.StatusServiceUnavailable || s == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "2")
	}
	w.WriteHeader(err.Code.Status())
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": err.Code.Wire(), "message": err.Message}}) // the client may be gone
}

// backend returns the API with the caller's token.
func (e *endpoint) backend(r *http.Request) (Served, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || strings.TrimSpace(token) == "" {
		return Served{}, saccade.Errorf(saccade.CodeAuth, "Send a token of this server: Authorization: Bearer TOKEN.")
	}
	forwarded := http.Header{}
	for name, values := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded-") {
			forwarded[name] = values
		}
	}
	c, err := client.New(e.base(r), token, client.WithRetries(1),
		client.WithHTTPClient(&http.Client{Transport: inProcess{e.api, e.base(r), r, forwarded}}))
	if err != nil {
		return Served{}, saccade.Errorf(saccade.CodeClient, "The address of the request is none.").With(err)
	}
	return Served{c}, nil
}

// server makes the tools for one request.
func (e *endpoint) server(r *http.Request) *sdk.Server {
	b, ok := r.Context().Value(backendKey{}).(Served)
	if !ok {
		return nil
	}
	s, err := New(e.cfg, b)
	if err != nil {
		return nil
	}
	return s
}

// inProcess is a RoundTripper that calls a handler. The answer streams: it is
// never held as a whole.
type inProcess struct {
	api       http.Handler
	base      string
	outer     *http.Request
	forwarded http.Header
}

// RoundTrip implements http.RoundTripper.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	base, err := url.Parse(p.base)
	if err != nil || base.Host != r.URL.Host { // objects that another server keeps
		return http.DefaultTransport.RoundTrip(r)
	}
	in := r.Clone(r.Context())
	in.URL.Path = strings.TrimPrefix(in.URL.Path, strings.TrimRight(base.Path, "/")) // which a proxy takes away
	in.URL.RawPath = ""
	in.RequestURI, in.RemoteAddr, in.Host = in.URL.RequestURI(), p.outer.RemoteAddr, p.outer.Host
	in.TLS = p.outer.TLS
	for name, values := range p.forwarded {
		in.Header[name] = values
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	pr, pw := io.Pipe()
	w := &answer{header: http.Header{}, body: pw, started: make(chan struct{})}
	go func() {
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler { //nolint:errorlint // panics with this very value
				_ = pw.CloseWithError(fmt.Errorf("the API panicked: %v", v))
			}
			w.WriteHeader(http.StatusOK)
			_ = pw.Close()
		}()
		p.api.ServeHTTP(w, in)
	}()
	select {
	case <-w.started:
	case <-r.Context().Done():
		_ = pr.CloseWithError(r.Context().Err())
		return nil, r.Context().Err()
	}
	return &http.Response{Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.sent, Body: pr, ContentLength: -1, Request: r}, nil
}

// answer is the ResponseWriter of one inner request.
type answer struct {
	header, sent http.Header
	status       int
	body         *io.PipeWriter
	started      chan struct{}
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 || status < 200 {
		return
	}
	a.status, a.sent = status, a.header.Clone()
	close(a.started)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	n, err := a.body.Write(bytes.Clone(b))
	if errors.Is(err, io.ErrClosedPipe) {
		err = http.ErrHandlerTimeout
	}
	return n, err
}

// Flush implements http.Flusher.
func (a *answer) Flush() { a.WriteHeader(http.StatusOK) }
