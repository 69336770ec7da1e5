package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/saccade-dev/saccade"
)

// ShareRequest asks for a link that shows an analysis, or two side by side, to people
// without an account.
type ShareRequest struct {
	Analyses []string      // ids: one, or two
	Life     time.Duration // 0: 30 days
	Password string        // empty: none
}

// Share is a link that was made.
type Share struct {
	ID        string            `json:"id"`
	URL       string            `json:"url"` // to hand out
	Analysis  string            `json:"analysis"`
	Pair      []string          `json:"pair"` // in place of Analysis
	Password  bool              `json:"password"`
	CreatedAt saccade.Timestamp `json:"created_at"`
	ExpiresAt saccade.Timestamp `json:"expires_at"`
}

// CreateShare makes a link.
func (c *Client) CreateShare(ctx context.Context, r ShareRequest) (s Share, err error) {
	body := struct {
		Analysis  string   `json:"analysis,omitempty"`
		Pair      []string `json:"pair,omitempty"`
		ExpiresIn int      `json:"expires_in,omitempty"`
		Password  string   `json:"password,omitempty"`
	}{ExpiresIn: int(r.Life / time.Second), Password: r.Password}
	if len(r.Analyses) == 1 {
		body.Analysis = r.Analyses[0]
	} else {
		body.Pair = r.Analyses
	}
	err = c.do(ctx, call{method: http.MethodPost, path: "/shares", body: body}, &s)
	return s, err
}

// Shares lists the links of the account that have not expired, newest first.
func (c *Client) Shares(ctx context.Context) ([]Share, error) {
	var v struct {
		Shares []Share `json:"shares"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/shares", repeat: true}, &v)
	return v.Shares, err
}

// DeleteShare withdraws a link.
func (c *Client) DeleteShare(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/shares/" + url.PathEscape(id)}, nil)
}
