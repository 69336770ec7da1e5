package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

// Client calls one server with one token. Make it with [New].
type Client struct {
	base    string // with /v2, without a slash at its end
	token   string
	http    *http.Client
	retries int
	pause   time.Duration // before a repetition, when the server names none
}

// Option changes a client.
type Option func(*Client)

// WithHTTPClient sets the HTTP client: proxies, certificates, time-outs.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithRetries sets how often a request is repeated that can be; 4 by default,
// 0 switches repetition off.
func WithRetries(n int) Option { return func(c *Client) { c.retries = max(0, n) } }

// New makes a client of the server at an address like
// "https://saccade.example.com", with or without "/v2". It sends nothing yet.
func New(baseURL, token string, options ...Option) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(baseURL, "/"))
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("client: %q is not the address of a server, like https://saccade.example.com", baseURL)
	}
	if strings.TrimSpace(token) == "" {
		return nil, errors.New("client: the token is empty")
	}
	c := &Client{
		base: strings.TrimSuffix(u.String(), "/v2") + "/v2", token: strings.TrimSpace(token),
		http: &http.Client{}, retries: 4, pause: time.Second,
	}
	for _, o := range options {
		o(c)
	}
	return c, nil
}

// What a call can meet beside the errors of the server, for errors.Is.
var (
	// ErrUnreachable: no answer came, for want of a name, a connection or time.
	ErrUnreachable = errors.New("client: the server cannot be reached")
	// ErrForeign: what answers does not speak this API.
	ErrForeign = errors.New("client: the answer is not as documented; is this the address of a server?")
)

// call is one request to the API.
type call struct {
	method string
	path   string // below /v2
	query  url.Values
	body   any // nil: none
	key    string
	repeat bool // harmless to send twice
}

// callTimeout is how long one answer may take; a long poll takes half a minute.
const callTimeout = 2 * time.Minute

// do sends a call and decodes the answer into v, unless that is nil.
func (c *Client) do(ctx context.Context, k call, v any) error {
	_, err := c.send(ctx, k, v)
	return err
}

// send is do that also returns the headers of the answer.
func (c *Client) send(ctx context.Context, k call, v any) (http.Header, error) {
	var body []byte
	if k.body != nil {
		var err error
		if body, err = json.Marshal(k.body); err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
	}
	for try := 0; ; try++ {
		header, after, err := c.once(ctx, k, body, v)
		if err == nil || after < 0 || !k.repeat || try >= c.retries {
			return header, err
		}
		if err := c.backOff(ctx, try, after); err != nil {
			return nil, err
		}
	}
}

// backOff waits before a repetition: as long as the server said or, with 0,
// longer after every try.
func (c *Client) backOff(ctx context.Context, try int, after time.Duration) error {
	if after <= 0 {
		after = c.pause << min(try, 5)
	}
	return sleep(ctx, after)
}

// once sends a call once. On an error, after is the time to wait before the
// call is worth another try: 0 if the server named none, negative if it never
// is.
func (c *Client) once(ctx context.Context, k call, body []byte, v any) (_ http.Header, after time.Duration, _ error) {
	limited, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	r, err := c.request(limited, k, body)
	if err != nil {
		return nil, -1, err
	}
	res, err := c.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, -1, ctx.Err()
		}
		return nil, 0, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 400 {
		return res.Header, retryAfter(res), decodeError(res)
	}
	if v == nil || res.StatusCode == http.StatusNoContent {
		return res.Header, -1, nil
	}
	if err := json.NewDecoder(res.Body).Decode(v); err != nil {
		return res.Header, 0, fmt.Errorf("%w (%s %s): %w", ErrForeign, k.method, k.path, err)
	}
	return res.Header, -1, nil
}

// request makes the HTTP request of a call.
func (c *Client) request(ctx context.Context, k call, body []byte) (*http.Request, error) {
	address := c.base + k.path
	if len(k.query) > 0 {
		address += "?" + k.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, k.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if k.key != "" {
		r.Header.Set("Idempotency-Key", k.key)
	}
	return r, nil
}

// retryAfter returns after what time an error answer is worth another try: 0 if
// the server named none, negative if it never is.
func retryAfter(res *http.Response) time.Duration {
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		if after := seconds(res.Header); after <= maxRetryAfter {
			return after
		}
	}
	return -1
}

// maxRetryAfter is the longest wait within a call: a quota of a day is the caller's to
// wait for.
const maxRetryAfter = 5 * time.Minute

// seconds reads Retry-After; 0 when there is none.
func seconds(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 3600)) * time.Second
}

// maxError is how much of an error answer is read.
const maxError = 64 << 10

// decodeError turns an error answer back into the error that the server had.
func decodeError(res *http.Response) error {
	raw, _ := io.ReadAll(io.LimitReader(res.Body, maxError))
	var body struct {
		Error *saccade.Error `json:"error"`
		Msg   string         `json:"msg"` // of the generated texts
	}
	_ = json.Unmarshal(raw, &body) // what is not JSON is reported below
	e := body.Error
	switch {
	case e != nil && e.Code != "":
	case body.Msg != "":
		e = &saccade.Error{Message: body.Msg, Code: saccade.CodeClient}
		if res.StatusCode == http.StatusGone {
			e.Code = saccade.CodeGone
		}
	default: // a proxy, perhaps
		e = saccade.Errorf(saccade.CodeClient, "The server answered %s.", res.Status).With(ErrForeign)
		if res.StatusCode >= 500 {
			e.Code = saccade.CodeServer
		}
	}
	if e.Code == saccade.CodeClient {
		e.Code = codeForStatus(res.StatusCode)
	}
	if e.RequestID == "" {
		e.RequestID = res.Header.Get("X-Request-Id")
	}
	return e
}

// codeForStatus returns the code behind client_error, which only the status
// names.
func codeForStatus(status int) saccade.Code {
	for _, c := range []saccade.Code{saccade.CodeNotFound, saccade.CodeTooLarge, saccade.CodeForbidden, saccade.CodeMethod} {
		if c.Status() == status {
			return c
		}
	}
	return saccade.CodeClient
}

// sleep waits for a time, or until the context ends, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
