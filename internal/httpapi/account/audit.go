package account

import (
	"context"

	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/audit"
)

// Trail is the log of who did what; *store.Store has it.
type Trail interface {
	AuditPage(ctx context.Context, account string, o store.AuditOptions) (page []audit.Entry, next string, err error)
}

// AuditView is an entry of the log about the account.
type AuditView struct {
	At      string `json:"at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	Actor   string `json:"actor" enum:"operator,account,visitor,service" doc:"Who acted: whoever runs the service, a token of the account or a session that stands for one, somebody without a token, or the service itself." example:"account"`
	ActorID string `json:"actor_id,omitempty" doc:"The token's id. Operators are not named." example:"3m5q7s2u4w6y8a2c4e6g"`
	Address string `json:"address,omitempty" doc:"That the request came from." example:"192.0.2.7"`
	Action  string `json:"action" doc:"What was done." example:"token.made"`
	Object  string `json:"object,omitempty" doc:"Id of what it was done to." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Detail  string `json:"detail,omitempty" doc:"What changed, or how somebody signed in." example:"until 2026-09-01T09:12:43Z"`
}

type auditInput struct {
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Items a page." example:"20"`
	After string `query:"after" maxLength:"200" doc:"The cursor next of the page before."`
}

type auditOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Entries []AuditView `json:"entries" nullable:"false" doc:"Newest first."`
		Next    string      `json:"next,omitempty" doc:"Cursor of the next page; absent on the last one."`
	} `nameHint:"AuditList"`
}

// listAudit answers what is in the log about the account.
func (g *group) listAudit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	page, next, err := g.deps.Trail.AuditPage(ctx, route.AccountOf(ctx), store.AuditOptions{Limit: in.Limit, After: in.After})
	if err != nil {
		return nil, err
	}
	out := &auditOutput{CacheControl: "no-store"}
	out.Body.Entries, out.Body.Next = make([]AuditView, 0, len(page)), next
	for _, e := range page {
		v := AuditView{At: route.Stamp(e.At), Actor: e.Actor, ActorID: e.ActorID, Address: e.Address, Action: string(e.Action), Object: e.Object, Detail: e.Detail}
		if e.Actor == audit.ByOperator {
			v.ActorID = "" // a name of the server's system
		}
		out.Body.Entries = append(out.Body.Entries, v)
	}
	return out, nil
}
