package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

const (
	maxEvent = 1 << 20         // bytes of one line of an event stream
	maxIdle  = 1 * time.Minute // between two bytes of a stream; servers send a comment every 15 s
)

// VideoEvents yields the states of a video analysis as they change, from the
// current one to the last: the one with success or failure. The server pushes
// them. A stream that breaks off is opened again, as often as [WithRetries]
// says without a new state between; the latest state is repeated then. An error
// is the last that is yielded; a deleted analysis is one, with code
// resource_gone.
func (c *Client) VideoEvents(ctx context.Context, id string) iter.Seq2[*Analysis, error] {
	return c.follow(ctx, "/analyses/video/"+url.PathEscape(id)+"/events")
}

// ImageEvents is [Client.VideoEvents] for images and pages.
func (c *Client) ImageEvents(ctx context.Context, id string) iter.Seq2[*Analysis, error] {
	return c.follow(ctx, "/analyses/"+url.PathEscape(id)+"/events")
}

func (c *Client) follow(ctx context.Context, path string) iter.Seq2[*Analysis, error] {
	return func(yield func(*Analysis, error) bool) {
		for try := 0; ; try++ {
			after, err := c.stream(ctx, path, func(a *Analysis) bool {
				try = 0
				return yield(a, nil)
			})
			if err == nil {
				return
			}
			if after >= 0 && try < c.retries {
				if err = c.backOff(ctx, try, after); err == nil {
					continue
				}
			}
			yield(nil, err)
			return
		}
	}
}

// stream calls next with the states of one event stream, until next returns
// false or the analysis has ended. On an error, after is as with once.
func (c *Client) stream(ctx context.Context, path string, next func(*Analysis) bool) (after time.Duration, _ error) {
	streaming, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := c.request(streaming, call{method: http.MethodGet, path: path}, nil)
	if err != nil {
		return -1, err
	}
	r.Header.Set("Accept", "text/event-stream")
	idle := time.AfterFunc(maxIdle, cancel)
	defer idle.Stop()
	res, err := c.http.Do(r)
	if err != nil {
		return 0, broken(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 400 {
		return retryAfter(res), decodeError(res)
	}
	if t, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); t != "text/event-stream" {
		return -1, fmt.Errorf("client: the answer of GET %s is no event stream", path)
	}
	for e, err := range events(alive{res.Body, idle}) {
		if err != nil {
			return 0, broken(ctx, err)
		}
		a, err := e.analysis()
		if err != nil {
			return -1, err
		}
		if !next(a) || a.Status != saccade.StatusPending {
			return 0, nil
		}
	}
	return 0, broken(ctx, io.ErrUnexpectedEOF)
}

// broken returns the error of a stream that ended too early: the context's, if
// that is why.
func broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("client: the event stream broke off: %w", err)
}

// alive postpones the end of a stream for as long as bytes arrive.
type alive struct {
	io.Reader
	idle *time.Timer
}

// Read implements io.Reader.
func (a alive) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	a.idle.Reset(maxIdle)
	return n, err
}

// event is one server-sent event.
type event struct{ name, data string }

// analysis decodes the state in an event.
func (e event) analysis() (*Analysis, error) {
	switch e.name {
	case "gone", "error":
		var v struct {
			Error *saccade.Error `json:"error"`
		}
		if err := json.Unmarshal([]byte(e.data), &v); err != nil || v.Error == nil {
			return nil, errors.New("client: the event stream ended with an error that is not as documented")
		}
		return nil, v.Error
	}
	var a Analysis
	if err := json.Unmarshal([]byte(e.data), &a); err != nil {
		return nil, fmt.Errorf("client: an event is not as documented: %w", err)
	}
	return &a, nil
}

// events yields the events of a stream, as the HTML standard has them (9.2.6):
// lines "event:" and "data:", an event at every empty line. Comments and other
// fields are skipped; an event that the end cuts off is dropped.
func events(r io.Reader) iter.Seq2[event, error] {
	return func(yield func(event, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxEvent)
		var name string
		var data []string
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ":")
			value = strings.TrimPrefix(value, " ")
			switch {
			case lines.Text() == "":
				if data != nil && !yield(event{name, strings.Join(data, "\n")}, nil) {
					return
				}
				name, data = "", nil
			case field == "event":
				name = value
			case field == "data":
				data = append(data, value)
			}
		}
		if err := lines.Err(); err != nil {
			yield(event{}, err)
		}
	}
}
