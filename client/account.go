package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/saccade-dev/saccade"
)

// ListOptions selects analyses of a list; the zero value selects all.
type ListOptions struct {
	Type   saccade.Kind   // empty: every kind
	Status saccade.Status // empty: every status
	Limit  int            // items a page, 1..100; 0: the server's choice
	Query  string         // part of the title; empty: all
	After  string         // the cursor that came with the page before
}

// Item is an analysis in a list. Poll it for its outputs.
type Item struct {
	ID            string             `json:"id"`
	Type          saccade.Kind       `json:"type"`
	Status        saccade.Status     `json:"status"`
	Title         string             `json:"title"`
	CreatedAt     saccade.Timestamp  `json:"created_at"`
	Location      string             `json:"location"`
	Err           *saccade.Error     `json:"error"`          // on failure
	Scores        Scores             `json:"scores"`         // on success, those that were asked for
	Poster        *Poster            `json:"poster"`         // on success
	Progress      float64            `json:"progress"`       // while pending, 0..1
	Stage         saccade.Stage      `json:"stage"`          // while pending
	QueuePosition int                `json:"queue_position"` // while it waits; 1 is the next
	Keep          bool               `json:"keep"`           // does not expire
	ExpiresAt     *saccade.Timestamp `json:"expires_at"`     // nil: not by itself, or not ended
}

// Poster links to two small JPEGs.
type Poster = saccade.PosterOutput[saccade.Link]

// Scores are the scores of an analysis as a whole; nil: not asked for.
type Scores struct {
	Focus        *int `json:"focus"`
	Clarity      *int `json:"clarity"`
	Excitingness *int `json:"excitingness"`
}

// Change is what may change about an analysis; nil leaves it as it is.
type Change struct {
	Title *string `json:"title,omitempty"`
	Keep  *bool   `json:"keep,omitempty"` // stays until it is deleted
}

// UpdateVideo changes a video analysis and returns it as it is now.
func (c *Client) UpdateVideo(ctx context.Context, id string, change Change) (*Analysis, error) {
	return c.update(ctx, "/analyses/video/"+url.PathEscape(id), change)
}

// UpdateImage changes an image or page analysis and returns it as it is now.
func (c *Client) UpdateImage(ctx context.Context, id string, change Change) (*Analysis, error) {
	return c.update(ctx, "/analyses/"+url.PathEscape(id), change)
}

func (c *Client) update(ctx context.Context, path string, change Change) (*Analysis, error) {
	var a Analysis
	err := c.do(ctx, call{method: http.MethodPatch, path: path, body: change, repeat: true}, &a)
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// List returns a page of the account's analyses, newest first, and the cursor of
// the next page, empty on the last one.
func (c *Client) List(ctx context.Context, o ListOptions) (page []Item, next string, err error) {
	q := url.Values{}
	for name, value := range map[string]string{"type": string(o.Type), "status": string(o.Status), "q": o.Query, "after": o.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if o.Limit > 0 {
		q.Set("limit", strconv.Itoa(o.Limit))
	}
	var v struct {
		Analyses []Item `json:"analyses"`
		Next     string `json:"next"`
	}
	err = c.do(ctx, call{method: http.MethodGet, path: "/analyses", query: q, repeat: true}, &v)
	return v.Analyses, v.Next, err
}

// All yields the analyses of all pages of [Client.List]. An error is the last
// that it yields.
func (c *Client) All(ctx context.Context, o ListOptions) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for {
			page, next, err := c.List(ctx, o)
			if err != nil {
				yield(Item{}, err)
				return
			}
			for _, it := range page {
				if !yield(it, nil) {
					return
				}
			}
			if o.After = next; next == "" {
				return
			}
		}
	}
}

// DeleteVideo cancels or erases a video analysis.
func (c *Client) DeleteVideo(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/analyses/video/" + url.PathEscape(id)}, nil)
}

// DeleteImage cancels or erases an image or page analysis.
func (c *Client) DeleteImage(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/analyses/" + url.PathEscape(id)}, nil)
}

// VideoAOIs measures areas of interest in an analyzed video, in place of the
// former ones, without a new prediction.
func (c *Client) VideoAOIs(ctx context.Context, id string, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	return c.measure(ctx, "/analyses/video/"+url.PathEscape(id)+"/aois", aois)
}

// ImageAOIs measures areas of interest in an analyzed image or page, in place
// of the former ones, without a new prediction.
func (c *Client) ImageAOIs(ctx context.Context, id string, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	return c.measure(ctx, "/analyses/"+url.PathEscape(id)+"/aois", aois)
}

func (c *Client) measure(ctx context.Context, path string, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	if aois == nil {
		aois = []saccade.AOI{}
	}
	var v struct {
		AOIs []saccade.AOIResult `json:"aois"`
	}
	body := struct {
		AOIs []saccade.AOI `json:"aois"`
	}{aois}
	err := c.do(ctx, call{method: http.MethodPut, path: path, body: body, repeat: true}, &v)
	return v.AOIs, err
}

// Usage is what an account did with one kind of input.
type Usage struct {
	Type      saccade.Kind `json:"type"`
	Pending   int          `json:"pending"`
	Succeeded int          `json:"succeeded"`
	Failed    int          `json:"failed"`
	Frames    int64        `json:"frames"`  // of the videos with a result
	Seconds   float64      `json:"seconds"` // of the videos with a result
}

// Usage returns what the account started in [from, to), by kind of input. The
// zero times stand for the first of this month and for now.
func (c *Client) Usage(ctx context.Context, from, to time.Time) ([]Usage, error) {
	q := url.Values{}
	for name, t := range map[string]time.Time{"from": from, "to": to} {
		if !t.IsZero() {
			q.Set(name, t.UTC().Format(time.RFC3339))
		}
	}
	var v struct {
		Usage []Usage `json:"usage"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/usage", query: q, repeat: true}, &v)
	return v.Usage, err
}

// Quota is what an account uses now of what it may; a limit of 0 is none.
type Quota struct {
	AnalysesToday  int               `json:"analyses_today"` // since midnight UTC
	AnalysesPerDay int               `json:"analyses_per_day"`
	ResetsAt       saccade.Timestamp `json:"resets_at"` // the next midnight
	StoredBytes    int64             `json:"stored_bytes"`
	MaxStoredBytes int64             `json:"max_stored_bytes"`
}

// Quota returns what the account uses now of what it may.
func (c *Client) Quota(ctx context.Context) (Quota, error) {
	var v struct {
		Quota Quota `json:"quota"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/usage", repeat: true}, &v)
	return v.Quota, err
}

// SetMeta sets context that generated texts take into account: "description",
// "goal" and any other. It wants an [Analysis.ExposedID], as do Summary and
// Recommendations.
func (c *Client) SetMeta(ctx context.Context, exposedID string, meta map[string]string) error {
	return c.do(ctx, call{method: http.MethodPut, path: "/update-meta/screenshot/" + url.PathEscape(exposedID), body: meta, repeat: true}, nil)
}

// Summary has a summary written and waits for it. The text is Markdown.
func (c *Client) Summary(ctx context.Context, exposedID string) (string, error) {
	return c.text(ctx, "/analyses/summary/"+url.PathEscape(exposedID))
}

// Recommendations has recommendations written and waits for them. The text is
// Markdown.
func (c *Client) Recommendations(ctx context.Context, exposedID string) (string, error) {
	return c.text(ctx, "/analyses/recommendations/"+url.PathEscape(exposedID))
}

func (c *Client) text(ctx context.Context, path string) (string, error) {
	k := call{method: http.MethodPost, path: path, repeat: true} // starting twice is safe
	for {
		var v struct {
			Status string `json:"status"`
			Data   string `json:"data"`
			Msg    string `json:"msg"`
		}
		header, err := c.send(ctx, k, &v)
		switch {
		case err != nil:
			return "", err
		case v.Status == "completed":
			return v.Data, nil
		case v.Status == "failed":
			return "", saccade.Errorf(saccade.CodeServer, "%s", v.Msg)
		case v.Status == "":
			return "", errors.New("client: the answer has no status")
		}
		after := seconds(header)
		if after <= 0 {
			after = c.pause
		}
		if err := sleep(ctx, after); err != nil {
			return "", err
		}
		k.method = http.MethodGet
	}
}
