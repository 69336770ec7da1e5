package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
)

// maxAnswer bounds an answer of the provider, in bytes.
const maxAnswer = 1 << 20

// Provider finds out where a provider is when it is first needed, and again when that has
// become old. Safe for concurrent use.
type Provider struct {
	issuer string
	client *http.Client
	now    func() time.Time

	mu     sync.Mutex
	found  *gooidc.Provider
	at     time.Time // of found
	failed time.Time
	err    error // of failed
}

// NewProvider returns a provider; nothing is asked yet.
func NewProvider(issuer string, now func() time.Time) *Provider {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &Provider{issuer: issuer, now: now, client: &http.Client{Timeout: answerTimeout, Transport: bounded{transport}}}
}

// bounded cuts answers that are too large.
type bounded struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.Transport.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	}
	return answer, err
}

// Discover returns the provider as it describes itself. One that does not answer is left
// alone for a moment; what it said before stays good meanwhile.
func (p *Provider) Discover(ctx context.Context) (*gooidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.found != nil && now.Sub(p.at) < discoverEvery {
		return p.found, nil
	}
	if p.err != nil && now.Sub(p.failed) < failedFor {
		return p.last()
	}
	// The first who asks does so for all: not bound to whoever goes away.
	found, err := gooidc.NewProvider(gooidc.ClientContext(context.WithoutCancel(ctx), p.client), p.issuer)
	if err == nil {
		err = usable(found)
	}
	if err != nil {
		p.failed, p.err = now, err
		return p.last()
	}
	p.found, p.at, p.err = found, now, nil
	return found, nil
}

// last returns what was known before the provider did not answer.
func (p *Provider) last() (*gooidc.Provider, error) {
	if p.found != nil {
		return p.found, nil
	}
	return nil, fmt.Errorf("oidc: the provider %s does not answer as it should: %w", p.issuer, p.err)
}

// usable reports what is missing in the provider's description of itself.
func usable(p *gooidc.Provider) error {
	e := p.Endpoint()
	if e.AuthURL == "" || e.TokenURL == "" {
		return errors.New("it names no authorization_endpoint or no token_endpoint")
	}
	return nil
}

// Close ends the connections that wait for further use.
func (p *Provider) Close() { p.client.CloseIdleConnections() }
