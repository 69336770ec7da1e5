package account

import (
	"context"
	"encoding/json"
	"time"

	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store"
)

// DeliveryView is one message to one webhook.
type DeliveryView struct {
	ID         string          `json:"id" doc:"The header webhook-id of the message." example:"msg_5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Webhook    string          `json:"webhook,omitempty" doc:"The endpoint; absent for the webhook of a single analysis." example:"7c4k2m4qz3v6w8y2b4d6f8h2k5"`
	URL        string          `json:"url" doc:"Where it goes." example:"https://hooks.example.com/saccade"`
	Analysis   string          `json:"analysis" doc:"What it is about." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Event      string          `json:"event" doc:"What it is about." example:"analysis.succeeded"`
	State      string          `json:"state" enum:"pending,delivered,failed" doc:"pending while attempts are left." example:"delivered"`
	Attempts   int             `json:"attempts" doc:"Attempts so far." example:"1"`
	HTTPStatus int             `json:"http_status,omitempty" doc:"What the receiver answered last; absent: nothing." example:"204"`
	Error      string          `json:"error,omitempty" doc:"Why the last attempt failed."`
	Payload    json.RawMessage `json:"payload" doc:"The message."`
	CreatedAt  string          `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	NextAt     string          `json:"next_attempt_at,omitempty" doc:"While pending: when the next attempt is due." example:"2026-06-01T09:13:13.512000"`
	EndedAt    string          `json:"ended_at,omitempty" doc:"When it was delivered or given up." example:"2026-06-01T09:12:44.101000"`
}

type deliveryOutput struct{ Body DeliveryView }

type deliveriesInput struct {
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Items a page." example:"20"`
	After    string `query:"after" maxLength:"200" doc:"The cursor next of the page before."`
	Analysis string `query:"analysis" pattern:"^[A-Za-z0-9_-]{1,64}$" doc:"Only deliveries about this analysis."`
}

type deliveriesOutput struct {
	Body struct {
		Deliveries []DeliveryView `json:"deliveries" nullable:"false" doc:"Newest first."`
		Next       string         `json:"next,omitempty" doc:"Cursor of the next page; absent on the last one."`
	} `nameHint:"DeliveryList"`
}

func viewDelivery(d store.Delivery) DeliveryView {
	v := DeliveryView{
		ID: d.ID, Webhook: d.Webhook, URL: d.URL, Analysis: d.Analysis, Event: d.Event, State: string(d.State), Attempts: d.Attempts,
		HTTPStatus: d.HTTPStatus, Error: d.Error, Payload: json.RawMessage(d.Payload), CreatedAt: route.Stamp(d.CreatedAt),
	}
	for text, at := range map[*string]*time.Time{&v.NextAt: d.NextAt, &v.EndedAt: d.EndedAt} {
		if at != nil {
			*text = route.Stamp(*at)
		}
	}
	return v
}

func (g *group) listDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	page, next, err := g.deps.Webhooks.Deliveries(ctx, route.AccountOf(ctx),
		store.DeliveryOptions{Analysis: in.Analysis, Limit: in.Limit, After: in.After})
	if err != nil {
		return nil, err
	}
	out := &deliveriesOutput{}
	out.Body.Deliveries, out.Body.Next = make([]DeliveryView, 0, len(page)), next
	for _, d := range page {
		out.Body.Deliveries = append(out.Body.Deliveries, viewDelivery(d))
	}
	return out, nil
}

func (g *group) getDelivery(ctx context.Context, in *webhookID) (*deliveryOutput, error) {
	if !route.ValidID(in.ID) {
		return nil, httpfront.ErrNoRoute
	}
	d, err := g.deps.Webhooks.Delivery(ctx, route.AccountOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{Body: viewDelivery(d)}, nil
}

// redeliver sends a message again, with the whole schedule of attempts.
func (g *group) redeliver(ctx context.Context, in *webhookID) (*deliveryOutput, error) {
	if !route.ValidID(in.ID) {
		return nil, httpfront.ErrNoRoute
	}
	d, err := g.deps.Webhooks.Redeliver(ctx, route.AccountOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &deliveryOutput{Body: viewDelivery(d)}, nil
}
