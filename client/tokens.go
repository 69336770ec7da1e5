package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/saccade-dev/saccade"
)

// Token is a token of the account.
type Token struct {
	ID        string             `json:"id"`
	Token     string             `json:"token"` // the token itself, from CreateToken alone
	Hint      string             `json:"hint"`  // how it begins
	Current   bool               `json:"current"`
	CreatedAt saccade.Timestamp  `json:"created_at"`
	ExpiresAt *saccade.Timestamp `json:"expires_at"` // nil: never
	LastUsed  *saccade.Timestamp `json:"last_used_at"`
}

// CreateToken makes a token that ends after life, 0 for never, and no later than the token
// of the client.
func (c *Client) CreateToken(ctx context.Context, life time.Duration) (t Token, err error) {
	body := struct {
		ExpiresIn int `json:"expires_in,omitempty"`
	}{int(life / time.Second)}
	err = c.do(ctx, call{method: http.MethodPost, path: "/tokens", body: body}, &t)
	return t, err
}

// Tokens lists the tokens of the account that have not ended, oldest first.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	var v struct {
		Tokens []Token `json:"tokens"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/tokens", repeat: true}, &v)
	return v.Tokens, err
}

// RevokeToken ends a token of the account.
func (c *Client) RevokeToken(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/tokens/" + url.PathEscape(id)}, nil)
}
