package account

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store"
)

// webhookRequest describes a webhook endpoint.
type webhookRequest struct {
	URL      string   `json:"url" maxLength:"2048" doc:"Public http(s) address; private networks are refused." example:"https://hooks.example.com/saccade"`
	Events   []string `json:"events,omitempty" nullable:"false" doc:"analysis.succeeded, analysis.failed; empty: both." example:"[\"analysis.succeeded\",\"analysis.failed\"]"`
	Disabled bool     `json:"disabled,omitempty" doc:"Keep it, but deliver nothing." example:"false"`
}

// WebhookView is a webhook endpoint of the account.
type WebhookView struct {
	ID        string   `json:"id" doc:"Opaque id." example:"7c4k2m4qz3v6w8y2b4d6f8h2k5"`
	URL       string   `json:"url" doc:"Where messages go." example:"https://hooks.example.com/saccade"`
	Events    []string `json:"events" nullable:"false" doc:"What it gets messages about; empty: everything." example:"[]"`
	Secret    string   `json:"secret" doc:"Signs the messages, by the Standard Webhooks scheme." example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
	Disabled  bool     `json:"disabled" doc:"Whether deliveries are off: switched off, or the receiver answered 410." example:"false"`
	CreatedAt string   `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
}

type webhookOutput struct{ Body WebhookView }

type webhooksOutput struct {
	Body struct {
		Webhooks      []WebhookView `json:"webhooks" nullable:"false" doc:"Oldest first."`
		SigningSecret string        `json:"signing_secret" doc:"Signs messages to the webhook of a single analysis (webhook at POST)." example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
	} `nameHint:"WebhookList"`
}

func viewWebhook(e store.Webhook) WebhookView {
	events := e.Events
	if events == nil {
		events = []string{}
	}
	return WebhookView{ID: e.ID, URL: e.URL, Events: events, Secret: e.Secret, Disabled: e.DisabledAt != nil, CreatedAt: route.Stamp(e.CreatedAt)}
}

func (g *group) createWebhook(ctx context.Context, in *struct{ Body webhookRequest }) (*webhookOutput, error) {
	if err := g.deps.Addresses.CheckWebhook(ctx, saccade.Webhook{URL: in.Body.URL, Events: in.Body.Events}); err != nil {
		return nil, err
	}
	e := store.Webhook{Account: route.AccountOf(ctx), URL: in.Body.URL, Events: in.Body.Events}
	if in.Body.Disabled {
		now := g.now()
		e.DisabledAt = &now
	}
	e, err := g.deps.Webhooks.CreateWebhook(ctx, e)
	return &webhookOutput{Body: viewWebhook(e)}, err
}

func (g *group) listWebhooks(ctx context.Context, _ *route.None) (*webhooksOutput, error) {
	account := route.AccountOf(ctx)
	all, err := g.deps.Webhooks.Webhooks(ctx, account)
	if err != nil {
		return nil, err
	}
	secret, err := g.deps.Webhooks.WebhookSecret(ctx, account)
	if err != nil {
		return nil, err
	}
	out := &webhooksOutput{}
	out.Body.Webhooks, out.Body.SigningSecret = make([]WebhookView, 0, len(all)), secret
	for _, e := range all {
		out.Body.Webhooks = append(out.Body.Webhooks, viewWebhook(e))
	}
	return out, nil
}

// webhookID is the input of operations on one endpoint or delivery.
type webhookID struct {
	ID string `path:"id" doc:"The id from the list." example:"7c4k2m4qz3v6w8y2b4d6f8h2k5"`
}

func (g *group) getWebhook(ctx context.Context, in *webhookID) (*webhookOutput, error) {
	e, err := g.webhook(ctx, in.ID)
	return &webhookOutput{Body: viewWebhook(e)}, err
}

func (g *group) webhook(ctx context.Context, id string) (store.Webhook, error) {
	if !route.ValidID(id) {
		return store.Webhook{}, httpfront.ErrNoRoute
	}
	return g.deps.Webhooks.Webhook(ctx, route.AccountOf(ctx), id)
}

func (g *group) updateWebhook(ctx context.Context, in *struct {
	ID   string `path:"id" doc:"The id from the list." example:"7c4k2m4qz3v6w8y2b4d6f8h2k5"`
	Body webhookRequest
}) (*webhookOutput, error) {
	e, err := g.webhook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := g.deps.Addresses.CheckWebhook(ctx, saccade.Webhook{URL: in.Body.URL, Events: in.Body.Events}); err != nil {
		return nil, err
	}
	e.URL, e.Events = in.Body.URL, in.Body.Events
	switch {
	case !in.Body.Disabled:
		e.DisabledAt = nil
	case e.DisabledAt == nil:
		now := g.now()
		e.DisabledAt = &now
	}
	e, err = g.deps.Webhooks.UpdateWebhook(ctx, e)
	return &webhookOutput{Body: viewWebhook(e)}, err
}

func (g *group) deleteWebhook(ctx context.Context, in *webhookID) (*route.Empty, error) {
	if !route.ValidID(in.ID) {
		return nil, httpfront.ErrNoRoute
	}
	return &route.Empty{}, g.deps.Webhooks.DeleteWebhook(ctx, route.AccountOf(ctx), in.ID)
}
