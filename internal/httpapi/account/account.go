// Package account serves the operations about the caller's own account: what it
// used, its webhooks and the log of what was delivered to them, its tokens, the
// sessions of its browsers, and the log of who did what.
package account

import (
	"context"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// Webhooks keeps an account's webhooks and the log of deliveries.
type Webhooks interface {
	WebhookList
	Deliveries(ctx context.Context, account string, o store.DeliveryOptions) (page []store.Delivery, next string, err error)
	Delivery(ctx context.Context, account, id string) (store.Delivery, error)
	Redeliver(ctx context.Context, account, id string) (store.Delivery, error)
}

// WebhookList is the part of [Webhooks] about the webhooks themselves.
type WebhookList interface {
	CreateWebhook(ctx context.Context, w store.Webhook) (store.Webhook, error)
	Webhooks(ctx context.Context, account string) ([]store.Webhook, error)
	Webhook(ctx context.Context, account, id string) (store.Webhook, error)
	UpdateWebhook(ctx context.Context, w store.Webhook) (store.Webhook, error)
	DeleteWebhook(ctx context.Context, account, id string) error
	WebhookSecret(ctx context.Context, account string) (string, error)
}

// Usage sums up what an account did in a span of time, and what it may use; *store.Store
// does.
type Usage interface {
	Usage(ctx context.Context, account string, from, to time.Time) ([]store.Usage, error)
	Quota(ctx context.Context, account string) (quota.State, error)
}

// Addresses judges where messages may go; *service.Service does.
type Addresses interface {
	CheckWebhook(ctx context.Context, w saccade.Webhook) error
}

// Deps is what the operations need; all of it is required.
type Deps struct {
	Webhooks  Webhooks
	Usage     Usage
	Addresses Addresses
	Sessions  Sessions
	Tokens    Tokens
	Trail     Trail
}

// group is the operations.
type group struct {
	deps  Deps
	table *route.Table
	now   func() time.Time
}

// Register adds the operations to a table.
func Register(t *route.Table, deps Deps) {
	g := &group{deps: deps, table: t, now: t.Now}
	route.Add(t, "create-webhook", g.createWebhook)
	route.Add(t, "list-webhooks", g.listWebhooks)
	route.Add(t, "get-webhook", g.getWebhook)
	route.Add(t, "update-webhook", g.updateWebhook)
	route.Add(t, "delete-webhook", g.deleteWebhook)
	route.Add(t, "list-deliveries", g.listDeliveries)
	route.Add(t, "get-delivery", g.getDelivery)
	route.Add(t, "redeliver", g.redeliver)
	route.Add(t, "get-usage", g.usage)
	route.Add(t, "list-audit", g.listAudit)
	route.Add(t, "list-tokens", g.listTokens)
	route.Add(t, "create-token", g.createToken)
	route.Add(t, "revoke-token", g.revokeToken)
	route.Add(t, "create-session", g.createSession)
	route.Add(t, "delete-session", g.deleteSession)
	t.Front().HandleFunc("GET /signin", g.signIn)
}
