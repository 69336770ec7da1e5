package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/saccade-dev/saccade"
)

// Webhook is an address of the account that is told of the end of analyses.
type Webhook struct {
	ID        string            `json:"id"`
	URL       string            `json:"url"`
	Events    []string          `json:"events"` // empty: all
	Secret    string            `json:"secret"` // signs the messages (Standard Webhooks)
	Disabled  bool              `json:"disabled"`
	CreatedAt saccade.Timestamp `json:"created_at"`
}

// CreateWebhook adds an address; no events are all events.
func (c *Client) CreateWebhook(ctx context.Context, address string, events ...string) (w Webhook, err error) {
	body := saccade.Webhook{URL: address, Events: events}
	err = c.do(ctx, call{method: http.MethodPost, path: "/webhooks", body: body}, &w)
	return w, err
}

// Webhooks lists the account's addresses, oldest first.
func (c *Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	var v struct {
		Webhooks []Webhook `json:"webhooks"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/webhooks", repeat: true}, &v)
	return v.Webhooks, err
}

// DeleteWebhook removes an address.
func (c *Client) DeleteWebhook(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/webhooks/" + url.PathEscape(id)}, nil)
}

// Delivery is one message to one address.
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
}

// Deliveries gives a page of the log of messages, newest first, about one
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
