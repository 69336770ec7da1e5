package httpapi

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// checkHook accepts http and https addresses with a host, and known events.
// param names the object of the request that holds them; "" is the request.
func (a *API) checkHook(ctx context.Context, address string, events []string, param string) error {
	at := func(field string) string { return strings.TrimPrefix(param+"."+field, ".") }
	u, err := url.Parse(address)
	if err != nil || len(address) > maxHookURL || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") ||
		u.User != nil || strings.ContainsFunc(address, unicode.IsControl) {
		return saccade.Errorf(saccade.CodeInvalidInput, "A webhook's url is an http or https address like https://hooks.example.com/saccade.").About(at("url"))
	}
	if err := store.CheckEvents(events); err != nil {
		return saccade.Errorf(saccade.CodeInvalidInput, "%s", saccade.AsError(err).Message).About(at("events"))
	}
	if a.deps.Guard == nil {
		return nil
	}
	if err := a.deps.Guard.CheckURL(ctx, address); err != nil {
		e := saccade.AsError(err)
		if e.Code == saccade.CodeServer { // not meant for clients; the guard only ever judges the address
			e = saccade.Errorf(saccade.CodeInvalidInput, "This webhook address cannot be called: it is not a public address.").With(err)
		}
		return e.About(at("url"))
	}
	return nil
}

// hookRequest describes a webhook endpoint.
type hookRequest struct {
	URL      string   `json:"url" maxLength:"2048" doc:"Public http(s) address; private networks are refused." example:"https://hooks.example.com/saccade"`
	Events   []string `json:"events,omitempty" nullable:"false" doc:"analysis.succeeded, analysis.failed; empty: both." example:"[\"analysis.succeeded\",\"analysis.failed\"]"`
	Disabled bool     `json:"disabled,omitempty" doc:"Keep it, but deliver nothing." example:"false"`
}

// hookView is a webhook endpoint of the account.
type hookView struct {
	ID        string   `json:"id" doc:"Opaque id." example:"7c4k2m4qz3v6w8y2b4d6f8h2k5"`
	URL       string   `json:"url" doc:"Where messages go." example:"https://hooks.example.com/saccade"`
	Events    []string `json:"events" nullable:"false" doc:"What it is told of; empty: everything." example:"[]"`
	Secret    string   `json:"secret" doc:"Signs the messages, by the Standard Webhooks scheme." example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
	Disabled  bool     `json:"disabled" doc:"Whether deliveries are off: switched off, or the receiver answered 410." example:"false"`
	CreatedAt string   `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
}

type hookOutput struct{ Body hookView }

type hooksOutput struct {
	Body struct {
		Webhooks      []hookView `json:"webhooks" nullable:"false" doc:"Oldest first."`
		SigningSecret string     `json:"signing_secret" doc:"Signs messages to the webhook of a single analysis (webhook at POST)." example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"`
	} `nameHint:"WebhookList"`
}

func viewHook(e store.Endpoint) hookView {
	events := e.Events
	if events == nil {
		events = []string{}
	}
	return hookView{ID: e.ID, URL: e.URL, Events: events, Secret: e.Secret, Disabled: e.DisabledAt != nil, CreatedAt: stamp(e.CreatedAt)}
}

func (a *API) createHook(ctx context.Context, in *struct{ Body hookRequest }) (*hookOutput, error) {
	if err := a.checkHook(ctx, in.Body.URL, in.Body.Events, ""); err != nil {
		return nil, err
	}
	e, err := a.deps.Webhooks.CreateEndpoint(ctx, callOf(ctx).account.Name, in.Body.URL, in.Body.Events)
	if err == nil && in.Body.Disabled {
		now := a.now()
		e.DisabledAt = &now
		e, err = a.deps.Webhooks.UpdateEndpoint(ctx, e)
	}
	return &hookOutput{Body: viewHook(e)}, err
}

func (a *API) listHooks(ctx context.Context, _ *none) (*hooksOutput, error) {
	account := callOf(ctx).account.Name
	all, err := a.deps.Webhooks.Endpoints(ctx, account)
	if err != nil {
		return nil, err
	}
	secret, err := a.deps.Webhooks.WebhookSecret(ctx, account)
	if err != nil {
		return nil, err
	}
	out := &hooksOutput{}
	out.Body.Webhooks, out.Body.SigningSecret = make([]hookView, 0, len(all)), secret
	for _, e := range all {
		out.Body.Webhooks = append(out.Body.Webhooks, viewHook(e))
	}
	return out, nil
}

// hookID is the input of operations on one endpoint or delivery.
type hookID struct {
	ID string `path:"id" doc:"The id from the list." example:"7c4k2m4qz3v6w8y2b4d6f8h2k5"`
}

func (a *API) getHook(ctx context.Context, in *hookID) (*hookOutput, error) {
	e, err := a.hook(ctx, in.ID)
	return &hookOutput{Body: viewHook(e)}, err
}

func (a *API) hook(ctx context.Context, id string) (store.Endpoint, error) {
	if !validID(id) {
		return store.Endpoint{}, errNoRoute
	}
	return a.deps.Webhooks.Endpoint(ctx, callOf(ctx).account.Name, id)
}

func (a *API) updateHook(ctx context.Context, in *struct {
	ID   string `path:"id" doc:"The id from the list." example:"7c4k2m4qz3v6w8y2b4d6f8h2k5"`
	Body hookRequest
}) (*hookOutput, error) {
	e, err := a.hook(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.checkHook(ctx, in.Body.URL, in.Body.Events, ""); err != nil {
		return nil, err
	}
	e.URL, e.Events = in.Body.URL, in.Body.Events
	switch {
	case !in.Body.Disabled:
		e.DisabledAt = nil
	case e.DisabledAt == nil:
		now := a.now()
		e.DisabledAt = &now
	}
	e, err = a.deps.Webhooks.UpdateEndpoint(ctx, e)
	return &hookOutput{Body: viewHook(e)}, err
}

func (a *API) deleteHook(ctx context.Context, in *hookID) (*empty, error) {
	if !validID(in.ID) {
		return nil, errNoRoute
	}
	return &empty{}, a.deps.Webhooks.DeleteEndpoint(ctx, callOf(ctx).account.Name, in.ID)
}

// deliveryView is one message to one webhook.
type deliveryView struct {
	ID         string          `json:"id" doc:"The header webhook-id of the message." example:"msg_5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Webhook    string          `json:"webhook,omitempty" doc:"The endpoint; absent for the webhook of a single analysis." example:"7c4k2m4qz3v6w8y2b4d6f8h2k5"`
	URL        string          `json:"url" doc:"Where it goes." example:"https://hooks.example.com/saccade"`
	Analysis   string          `json:"analysis" doc:"What it is about." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Event      string          `json:"event" doc:"What it tells." example:"analysis.succeeded"`
	State      string          `json:"state" enum:"pending,delivered,failed" doc:"pending while attempts are left." example:"delivered"`
	Attempts   int             `json:"attempts" doc:"Attempts so far." example:"1"`
	HTTPStatus int             `json:"http_status,omitempty" doc:"What the receiver answered last; absent: nothing." example:"204"`
	Error      string          `json:"error,omitempty" doc:"Why the last attempt failed."`
	Payload    json.RawMessage `json:"payload" doc:"The message."`
	CreatedAt  string          `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	NextAt     string          `json:"next_attempt_at,omitempty" doc:"While pending: when the next attempt is due." example:"2026-06-01T09:13:13.512000"`
	EndedAt    string          `json:"ended_at,omitempty" doc:"When it was delivered or given up." example:"2026-06-01T09:12:44.101000"`
}

type deliveryOutput struct{ Body deliveryView }

type deliveriesInput struct {
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Items a page." example:"20"`
	After    string `query:"after" maxLength:"200" doc:"The cursor next of the page before."`
	Analysis string `query:"analysis" pattern:"^[A-Za-z0-9_-]{1,64}$" doc:"Only deliveries about this analysis."`
}

type deliveriesOutput struct {
	Body struct {
		Deliveries []deliveryView `json:"deliveries" nullable:"false" doc:"Newest first."`
		Next       string         `json:"next,omitempty" doc:"Cursor of the next page; absent on the last one."`
	} `nameHint:"DeliveryList"`
}

func viewDelivery(d store.Delivery) deliveryView {
	v := deliveryView{
		ID: d.ID, Webhook: d.Endpoint, URL: d.URL, Analysis: d.Analysis, Event: d.Event, State: string(d.State), Attempts: d.Attempts,
		HTTPStatus: d.HTTPStatus, Error: d.Error, Payload: json.RawMessage(d.Payload), CreatedAt: stamp(d.CreatedAt),
	}
	for text, at := range map[*string]*time.Time{&v.NextAt: d.NextAt, &v.EndedAt: d.EndedAt} {
		if at != nil {
			*text = stamp(*at)
		}
	}
	return v
}

func (a *API) listDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	page, next, err := a.deps.Webhooks.Deliveries(ctx, callOf(ctx).account.Name,
		store.DeliveryOptions{Analysis: in.Analysis, Limit: in.Limit, After: in.After})
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	out.Body.Deliveries, out.Body.Next = make([]deliveryView, 0, len(page)), next
	for _, d := range page {
		out.Body.Deliveries = append(out.Body.Deliveries, viewDelivery(d))
	}
	return out, nil
}

func (a *API) getDelivery(ctx context.Context, in *hookID) (*deliveryOutput, error) {
	if !validID(in.ID) {
		return nil, errNoRoute
	}
	d, err := a.deps.Webhooks.Delivery(ctx, callOf(ctx).account.Name, in.ID)
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{Body: viewDelivery(d)}, nil
}

// redeliver sends a message again, with the whole schedule of attempts.
func (a *API) redeliver(ctx context.Context, in *hookID) (*deliveryOutput, error) {
	if !validID(in.ID) {
		return nil, errNoRoute
	}
	d, err := a.deps.Webhooks.Redeliver(ctx, callOf(ctx).account.Name, in.ID)
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{Body: viewDelivery(d)}, nil
}
