package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/saccade-dev/saccade"
)

// Webhook is a URL of the account that is sent a message when an analysis ends.
type Webhook struct {
	ID        string            `json:"id"`
	URL       string            `json:"url"`
	Events    []string          `json:"events"` // empty: all
	Secret    string            `json:"secret"` // signs the messages (Standard Webhooks)
	Disabled  bool              `json:"disabled"`
	CreatedAt saccade.Timestamp `json:"created_at"`
}

// webhookRequest is what can be chosen of a webhook.
type webhookRequest struct {
	URL      string   `json:"url"`
	Events   []string `json:"events,omitempty"`
	Disabled bool     `json:"disabled,omitempty"`
}

// CreateWebhook adds a webhook; no events are all events.
func (c *Client) CreateWebhook(ctx context.Context, address string, events ...string) (w Webhook, err error) {
	body := webhookRequest{URL: address, Events: events}
	err = c.do(ctx, call{method: http.MethodPost, path: "/webhooks", body: body}, &w)
	return w, err
}

// Webhook returns one webhook.
func (c *Client) Webhook(ctx context.Context, id string) (w Webhook, err error) {
	err = c.do(ctx, call{method: http.MethodGet, path: "/webhooks/" + url.PathEscape(id), repeat: true}, &w)
	return w, err
}

// UpdateWebhook sets the URL, the events and whether the webhook with the ID of
// w is disabled, and returns it as it is then. The secret stays.
func (c *Client) UpdateWebhook(ctx context.Context, w Webhook) (updated Webhook, err error) {
	k := call{method: http.MethodPut, path: "/webhooks/" + url.PathEscape(w.ID), repeat: true,
		body: webhookRequest{URL: w.URL, Events: w.Events, Disabled: w.Disabled}}
	err = c.do(ctx, k, &updated)
	return updated, err
}

// Webhooks lists the account's webhooks, oldest first.
func (c *Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	v, err := c.webhooks(ctx)
	return v.Webhooks, err
}

// SigningSecret returns the secret that signs messages to the webhook of a
// single analysis ([VideoRequest.Webhook], [ImageRequest.Webhook]).
func (c *Client) SigningSecret(ctx context.Context) (string, error) {
	v, err := c.webhooks(ctx)
	return v.SigningSecret, err
}

type webhookList struct {
	Webhooks      []Webhook `json:"webhooks"`
	SigningSecret string    `json:"signing_secret"`
}

func (c *Client) webhooks(ctx context.Context) (v webhookList, err error) {
	err = c.do(ctx, call{method: http.MethodGet, path: "/webhooks", repeat: true}, &v)
	return v, err
}

// maxMessage is how long the body of a message may be.
const maxMessage = 1 << 20

// Message is a message that a webhook received.
type Message struct {
	saccade.WebhookMessage
	ID string // the same for every attempt: remember it to recognize repetitions
}

// ReadMessage reads the request that a server sent to a webhook and returns its
// message, once it is certain that somebody who knows one of the secrets sent
// it, unchanged and within [saccade.WebhookTolerance]. The secrets are those of
// [Webhook.Secret] and [Client.SigningSecret]. On an error, which is one of
// saccade.ErrWebhook... if the message is forged or stale, answer 400; on
// success answer 204 within ten seconds, before any work: a message that is not
// answered is sent again.
func ReadMessage(r *http.Request, secrets ...string) (Message, error) {
	payload, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxMessage))
	if err != nil {
		return Message{}, fmt.Errorf("client: the message cannot be read: %w", err)
	}
	err = saccade.ErrWebhookSecret // no secret is none
	for _, secret := range secrets {
		if err = saccade.VerifyWebhook(secret, r.Header, payload, time.Now()); !errors.Is(err, saccade.ErrWebhookSignature) {
			break
		}
	}
	if err != nil {
		return Message{}, err
	}
	m := Message{ID: r.Header.Get(saccade.WebhookIDHeader)}
	if err := json.Unmarshal(payload, &m.WebhookMessage); err != nil {
		return Message{}, fmt.Errorf("client: the message is not as documented: %w", err)
	}
	return m, nil
}

// DeleteWebhook removes a webhook.
func (c *Client) DeleteWebhook(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/webhooks/" + url.PathEscape(id)}, nil)
}

// Delivery is one message to one webhook.
type Delivery struct {
	ID         string            `json:"id"`
	Webhook    string            `json:"webhook"` // empty: the webhook of a single analysis
	URL        string            `json:"url"`
	Analysis   string            `json:"analysis"`
	Event      string            `json:"event"`
	State      string            `json:"state"` // pending, delivered, failed
	Attempts   int               `json:"attempts"`
	HTTPStatus int               `json:"http_status"` // 0: no answer
	Error      string            `json:"error"`
	CreatedAt  saccade.Timestamp `json:"created_at"`
	NextAt     saccade.Timestamp `json:"next_attempt_at"` // while pending
	EndedAt    saccade.Timestamp `json:"ended_at"`        // when it was delivered or given up

	Message saccade.WebhookMessage `json:"payload"`
}

// Deliveries returns a page of the log of messages, newest first, about one
// analysis or, with "", about all; and the cursor of the next page.
func (c *Client) Deliveries(ctx context.Context, analysis, after string) (page []Delivery, next string, err error) {
	q := url.Values{}
	for name, value := range map[string]string{"analysis": analysis, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	var v struct {
		Deliveries []Delivery `json:"deliveries"`
		Next       string     `json:"next"`
	}
	err = c.do(ctx, call{method: http.MethodGet, path: "/webhook-deliveries", query: q, repeat: true}, &v)
	return v.Deliveries, v.Next, err
}

// Redeliver sends a message once more.
func (c *Client) Redeliver(ctx context.Context, id string) (d Delivery, err error) {
	err = c.do(ctx, call{method: http.MethodPost, path: "/webhook-deliveries/" + url.PathEscape(id) + "/redeliver"}, &d)
	return d, err
}
