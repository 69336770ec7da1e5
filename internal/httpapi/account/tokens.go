package account

import (
	"context"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store/access"
)

// Tokens keeps an account's tokens; *store.Store does.
type Tokens interface {
	CreateToken(ctx context.Context, account string, expires *time.Time) (plain string, t saccade.Token, err error)
	Tokens(ctx context.Context, account string) ([]saccade.Token, error)
	RevokeTokenOf(ctx context.Context, account, id string) error
}

// maxTokens is how many valid tokens an account may make by itself.
const maxTokens = 100

// TokenView is a token of the account, without its secret.
type TokenView struct {
	ID        string `json:"id" doc:"Opaque id." example:"3m5q7s2u4w6y8a2c4e6g"`
	Hint      string `json:"hint" doc:"How it begins; of a session that no token began: how it began." example:"sac_3f5h7k"`
	Current   bool   `json:"current" doc:"Whether this request was made with it." example:"false"`
	CreatedAt string `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	ExpiresAt string `json:"expires_at,omitempty" doc:"When it ends; absent: never." example:"2026-09-01T09:12:43.512000"`
	LastUsed  string `json:"last_used_at,omitempty" doc:"To a minute; absent: never." example:"2026-06-01T10:01:00.000000"`
}

type tokensOutput struct {
	Body struct {
		Tokens []TokenView `json:"tokens" nullable:"false" doc:"Oldest first, without those that have ended."`
	} `nameHint:"TokenList"`
}

type tokenInput struct {
	Body struct {
		ExpiresIn int `json:"expires_in,omitempty" minimum:"60" maximum:"315360000" doc:"Seconds until it ends; not at all by default. No token outlives the one that made it." example:"7776000"`
	} `nameHint:"TokenRequest"`
}

type newTokenOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		TokenView
		Token string `json:"token" doc:"The token itself, shown here and never again." example:"sac_3f5h7k2m4p6r8t2v4x6z"`
	} `nameHint:"NewToken"`
}

func (g *group) viewToken(ctx context.Context, t saccade.Token) TokenView {
	v := TokenView{ID: t.ID, Hint: t.Hint, Current: t.ID == route.CallerOf(ctx).Token.ID, CreatedAt: route.Stamp(t.CreatedAt)}
	if t.ExpiresAt != nil {
		v.ExpiresAt = route.Stamp(*t.ExpiresAt)
	}
	if t.LastUsed != nil {
		v.LastUsed = route.Stamp(*t.LastUsed)
	}
	return v
}

// valid returns the account's tokens that have not ended.
func (g *group) valid(ctx context.Context) ([]saccade.Token, error) {
	all, err := g.deps.Tokens.Tokens(ctx, route.AccountOf(ctx))
	if err != nil {
		return nil, err
	}
	out, now := make([]saccade.Token, 0, len(all)), g.now()
	for _, t := range all {
		if t.RevokedAt == nil && (t.ExpiresAt == nil || now.Before(*t.ExpiresAt)) {
			out = append(out, t)
		}
	}
	return out, nil
}

func (g *group) listTokens(ctx context.Context, _ *route.None) (*tokensOutput, error) {
	all, err := g.valid(ctx)
	if err != nil {
		return nil, err
	}
	out := &tokensOutput{}
	out.Body.Tokens = make([]TokenView, 0, len(all))
	for _, t := range all {
		out.Body.Tokens = append(out.Body.Tokens, g.viewToken(ctx, t))
	}
	return out, nil
}

// createToken makes a token that lives no longer than the one it is asked for with, so
// that one that leaked does not live on in others. Nobody holds the token of a sign-in
// link.
func (g *group) createToken(ctx context.Context, in *tokenInput) (*newTokenOutput, error) {
	all, err := g.valid(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) >= maxTokens {
		return nil, saccade.Errorf(saccade.CodeConflict, "An account has at most %d tokens. Revoke some that are no longer used.", maxTokens)
	}
	var expires *time.Time
	if in.Body.ExpiresIn > 0 {
		at := g.now().Add(time.Duration(in.Body.ExpiresIn) * time.Second)
		expires = &at
	}
	by := route.CallerOf(ctx).Token
	if by.ExpiresAt != nil && by.Hint != access.SignInHint && (expires == nil || by.ExpiresAt.Before(*expires)) {
		expires = by.ExpiresAt
	}
	plain, t, err := g.deps.Tokens.CreateToken(ctx, route.AccountOf(ctx), expires)
	if err != nil {
		return nil, err
	}
	out := &newTokenOutput{CacheControl: "no-store"}
	out.Body.TokenView, out.Body.Token = g.viewToken(ctx, t), plain
	return out, nil
}

// revokeToken ends a token of the account, and with it the sessions that stand for it.
func (g *group) revokeToken(ctx context.Context, in *struct {
	ID string `path:"id" doc:"The id from the list." example:"3m5q7s2u4w6y8a2c4e6g"`
}) (*route.Empty, error) {
	if !route.ValidID(in.ID) {
		return nil, httpfront.ErrNoRoute
	}
	return &route.Empty{}, g.deps.Tokens.RevokeTokenOf(ctx, route.AccountOf(ctx), in.ID)
}
