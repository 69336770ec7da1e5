// Package webhook notifies other people's servers that something has happened, by
// the Standard Webhooks scheme (https://www.standardwebhooks.com), version v1.
//
// The contract: [Sender.Send] makes one attempt to POST one message, signed, to
// a permitted address ([netguard]), and returns the HTTP status of the answer.
// Only a status of 200..299 is a success. Redirects are not followed: they
// would carry the message to somebody who was not asked. When to try again is
// the caller's affair; an attempt repeated with the same [Delivery].ID is
// recognized by the receiver.
//
// A message carries three headers besides its JSON body, a
// [saccade.WebhookMessage]: [saccade.SignWebhook] makes the signature,
// [saccade.VerifyWebhook] is the side of the receiver.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/netguard"
)

// Timeout is how long one attempt may take, from the name to the answer: what
// receivers are told.
const Timeout = 10 * time.Second

const maxAnswer = 64 << 10 // bytes of an answer that are read

// Delivery is one message on its way.
type Delivery struct {
	ID      string // names the message, not the attempt
	URL     string
	Secret  string // "whsec_" and base64
	Payload []byte // JSON
}

// Sender sends messages. It is safe for concurrent use.
type Sender struct {
	guard  *netguard.Guard
	client *http.Client
	agent  string
	now    func() time.Time
}

// New makes a sender that reaches what the configuration permits; webhooks may
// be on any port from 1024 up besides the usual ones. The version goes into the
// User-Agent header.
func New(c netguard.Config, version string) (*Sender, error) {
	c.HighPorts = true
	g, err := netguard.New(c)
	if err != nil {
		return nil, err
	}
	return &Sender{
		guard: g,
		agent: "Saccade-Webhook/" + version,
		now:   time.Now,
		client: &http.Client{
			Transport:     g.Transport(),
			Timeout:       Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// CheckURL refuses at once an address that [Sender.Send] could never reach. The
// error is an [*saccade.Error] with CodeInvalidInput.
func (s *Sender) CheckURL(_ context.Context, address string) error {
	_, err := s.guard.CheckURL(address)
	return err
}

// Close ends the connections that are kept for reuse.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// Send makes one attempt. The status is 0 when there was no answer; every
// status but 2xx comes with an error. The text of an error is fit to be shown
// to the owner of the webhook.
func (s *Sender) Send(ctx context.Context, d Delivery) (int, error) {
	if _, err := s.guard.CheckURL(d.URL); err != nil {
		return 0, errors.New(saccade.AsError(err).Message)
	}
	now := s.now()
	signature, err := saccade.SignWebhook(d.Secret, d.ID, now, d.Payload)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Payload))
	if err != nil {
		return 0, errors.New("the address of the webhook is not valid")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", s.agent)
	req.Header.Set(saccade.WebhookIDHeader, d.ID)
	req.Header.Set(saccade.WebhookTimestampHeader, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(saccade.WebhookSignatureHeader, signature)
	res, err := s.client.Do(req)
	if err != nil {
		return 0, plain(err)
	}
	defer func() { _ = res.Body.Close() }()
	// Read a little, so that the connection can be used again.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return res.StatusCode, nil
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return res.StatusCode, fmt.Errorf("the webhook answered with a redirect (%d), which is not followed: register the address it leads to", res.StatusCode)
	}
	return res.StatusCode, fmt.Errorf("the webhook answered with status %d", res.StatusCode)
}

// plain says what went wrong without telling resolved addresses, which would
// let users explore the operator's network.
func plain(err error) error {
	var (
		dns     *net.DNSError
		timeout net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, netguard.ErrRefused):
		return errors.New("the address of the webhook is not public, or its port is not permitted")
	case errors.As(err, &dns):
		return errors.New("the host of the webhook was not found")
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Errorf("the webhook did not answer within %v", Timeout)
	}
	return &sendError{err}
}

// sendError hides the details of a failed connection from its text, but keeps
// them for logs by way of Unwrap.
type sendError struct{ err error }

func (e *sendError) Error() string { return "the webhook could not be reached" }
func (e *sendError) Unwrap() error { return e.err }
