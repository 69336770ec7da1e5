package client

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/saccade-dev/saccade"
)

// CompareRequest asks how a candidate differs from a base.
type CompareRequest struct {
	Base       string              `json:"base"`                 // id of an analysis that succeeded
	Candidate  string              `json:"candidate"`            // id of another; a video is compared with a video
	AOIs       []saccade.AOI       `json:"aois,omitempty"`       // to measure on both; none: those that each has
	Conditions []saccade.Condition `json:"conditions,omitempty"` // checks that judge the candidate
}

// Compare sets two analyses beside each other. The verdict says what the conditions
// come to; differences that are no more than noise are marked.
func (c *Client) Compare(ctx context.Context, r CompareRequest) (*saccade.Comparison, error) {
	r.Base, r.Candidate = lastSegment(r.Base), lastSegment(r.Candidate)
	d := new(saccade.Comparison)
	if err := c.do(ctx, call{method: http.MethodPost, path: "/compare", body: r, repeat: true}, d); err != nil {
		return nil, err
	}
	return d, nil
}

// Report writes the report of an analysis of any kind, one HTML file, to w.
func (c *Client) Report(ctx context.Context, id string, w io.Writer) error {
	r, err := c.request(ctx, call{method: http.MethodGet, path: "/reports/" + url.PathEscape(lastSegment(id))}, nil)
	if err != nil {
		return err
	}
	return c.fetch(r, w)
}
