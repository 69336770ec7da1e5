package client

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

// Ref is a started analysis.
type Ref struct {
	ID       string `json:"id"`
	Location string `json:"location"` // absolute address to poll
}

// Analysis is the state of an analysis, as a poll answers it.
type Analysis struct {
	ID        string                         `json:"id"`
	ExposedID string                         `json:"_internal_exposed_id"` // images and pages, on success
	Type      saccade.Kind                   `json:"type"`                 // images and pages; in lists
	Status    saccade.Status                 `json:"status"`
	Title     string                         `json:"title"`
	CreatedAt saccade.Timestamp              `json:"created_at"`
	Outputs   *saccade.Outputs[saccade.Link] `json:"outputs"` // on success; links are absolute and need no token
	Err       *saccade.Error                 `json:"error"`   // on failure

	Progress      float64       `json:"progress"`       // while pending, 0..1
	Stage         saccade.Stage `json:"stage"`          // while pending
	QueuePosition int           `json:"queue_position"` // while it waits; 1 is the next
	Preview       *Preview      `json:"preview"`        // while it runs, from the first frame on; later where no output is of attention

	Rendering *Rendering `json:"rendering"` // on success: outputs that were asked for later and are not there yet

	Keep      bool               `json:"keep"`       // does not expire
	ExpiresAt *saccade.Timestamp `json:"expires_at"` // nil: not by itself, or not ended

	InputExpiresAt *saccade.Timestamp `json:"input_expires_at"` // of a video: when Outputs.Input.Video is gone; nil: with the results, or not ended
}

// Rendering is how far outputs are that were asked for later ([Client.AddOutputs]).
type Rendering struct {
	Outputs  []saccade.Output `json:"outputs"`
	Progress float64          `json:"progress"` // 0..1
	Err      *saccade.Error   `json:"error"`    // it failed; asking again tries again
}

// Preview links to what there is of an analysis that has not ended.
type Preview struct {
	Grid saccade.Link `json:"grid"` // the frames of attention.grid so far
}

// Failure returns the error of a failed analysis, else nil.
func (a *Analysis) Failure() error {
	if a.Err == nil {
		return nil
	}
	return a.Err
}

// VideoRequest asks for the analysis of an uploaded video.
type VideoRequest struct {
	Upload  string           // the URL that the video was uploaded to
	Format  saccade.Format   // of the upload; empty: WebM
	Title   string           // free
	Outputs []saccade.Output // empty: the heat map
	AOIs    []saccade.AOI    // to measure
	Palette saccade.Palette  // of the maps of attention; empty: heat
	Keep    bool             // does not expire
	Webhook *saccade.Webhook // is sent a message at the end
	Key     string           // Idempotency-Key; empty: a new one

	Uncertainty bool // an interval of 80 % for every share and score
}

// ImageRequest asks for the analysis of an image or of a page; set one of them.
type ImageRequest struct {
	Image   []byte           // a PNG or JPEG, or what Format says
	Format  saccade.Format   // of the image; empty: PNG or JPEG
	Page    string           // an http or https address
	Title   string           // free
	Medium  saccade.Medium   // empty: desktopWeb
	Outputs []saccade.Output // empty: the heat map, the score and map of clarity
	AOIs    []saccade.AOI    // to measure
	Palette saccade.Palette  // of the maps of attention; empty: heat
	Keep    bool             // does not expire
	Webhook *saccade.Webhook // is sent a message at the end
	Key     string           // Idempotency-Key; empty: a new one

	Uncertainty bool // an interval of 80 % for every share and score

	Elements bool              // pages: attention by what is on them
	Steal    bool              // pages: who gives attention to whom; includes Elements
	Variants []saccade.Variant // pages: other ways to show them, at most [saccade.MaxVariants]
}

type predictions map[string]struct {
	Outputs []string `json:"outputs"`
}

// predictionsOf is the predictions object that asks for the outputs; nil for
// none.
func predictionsOf(outputs []saccade.Output) predictions {
	var p predictions
	for _, o := range outputs {
		if p == nil {
			p = predictions{}
		}
		name, output, _ := strings.Cut(string(o), ".")
		list := p[name]
		list.Outputs = append(list.Outputs, output)
		p[name] = list
	}
	return p
}

type wireInput struct {
	Type    saccade.Kind   `json:"type,omitempty"`
	Content string         `json:"content"`
	Format  saccade.Format `json:"format,omitempty"`
	Title   string         `json:"title,omitempty"`
	Medium  saccade.Medium `json:"medium,omitempty"`
}

type wireRequest struct {
	Input       wireInput        `json:"input"`
	Predictions predictions      `json:"predictions,omitempty"`
	AOIs        []saccade.AOI    `json:"aois,omitempty"`
	Palette     saccade.Palette  `json:"palette,omitempty"`
	Uncertainty bool             `json:"uncertainty,omitempty"`
	Keep        bool             `json:"keep,omitempty"`
	Webhook     *saccade.Webhook `json:"webhook,omitempty"`

	Elements bool              `json:"elements,omitempty"`
	Steal    bool              `json:"steal,omitempty"`
	Variants []saccade.Variant `json:"variants,omitempty"`
}

// CreateVideo starts the analysis of an uploaded video.
func (c *Client) CreateVideo(ctx context.Context, r VideoRequest) (Ref, error) {
	return c.create(ctx, "/analyses/video", r.Key, wireRequest{
		Input: wireInput{Content: r.Upload, Format: r.Format, Title: r.Title}, Predictions: predictionsOf(r.Outputs), AOIs: r.AOIs, Palette: r.Palette, Keep: r.Keep, Webhook: r.Webhook, Uncertainty: r.Uncertainty,
	})
}

// CreateImage starts the analysis of an image or a page.
func (c *Client) CreateImage(ctx context.Context, r ImageRequest) (Ref, error) {
	if (len(r.Image) == 0) == (r.Page == "") {
		return Ref{}, errors.New("client: an ImageRequest needs either an Image or a Page")
	}
	in := wireInput{Type: saccade.KindPage, Content: r.Page, Format: r.Format, Title: r.Title, Medium: r.Medium}
	if len(r.Image) > 0 {
		in.Type, in.Content = saccade.KindImage, base64.StdEncoding.EncodeToString(r.Image)
	}
	return c.create(ctx, "/analyses", r.Key, wireRequest{
		Input: in, Predictions: predictionsOf(r.Outputs), AOIs: r.AOIs, Palette: r.Palette, Keep: r.Keep, Webhook: r.Webhook, Uncertainty: r.Uncertainty,
		Elements: r.Elements, Steal: r.Steal, Variants: r.Variants,
	})
}

func (c *Client) create(ctx context.Context, path, key string, r wireRequest) (ref Ref, err error) {
	if key == "" {
		key = saccade.NewID()
	}
	err = c.do(ctx, call{method: http.MethodPost, path: path, body: r, key: key, repeat: true}, &ref)
	if err == nil && ref.ID == "" {
		err = fmt.Errorf("%w (no id)", ErrForeign)
	}
	return ref, err
}

// Video polls a video analysis.
func (c *Client) Video(ctx context.Context, id string) (*Analysis, error) {
	a, _, err := c.poll(ctx, "/analyses/video/"+url.PathEscape(id), 0)
	return a, err
}

// Image polls an image or page analysis.
func (c *Client) Image(ctx context.Context, id string) (*Analysis, error) {
	a, _, err := c.poll(ctx, "/analyses/"+url.PathEscape(id), 0)
	return a, err
}

func (c *Client) poll(ctx context.Context, path string, wait time.Duration) (*Analysis, time.Duration, error) {
	k := call{method: http.MethodGet, path: path, repeat: true}
	if wait > 0 {
		k.query = url.Values{"wait": {strconv.Itoa(int(wait / time.Second))}}
	}
	var a Analysis
	header, err := c.send(ctx, k, &a)
	if err != nil {
		return nil, 0, err
	}
	switch a.Status {
	case saccade.StatusPending, saccade.StatusSuccess, saccade.StatusFailed:
		return &a, seconds(header), nil
	}
	return nil, 0, fmt.Errorf("%w (status %.40q)", ErrForeign, a.Status)
}

// longPoll is how long the server is asked to wait for the end of an analysis
// before it answers.
const longPoll = 30 * time.Second

// WaitVideo waits until a video analysis has ended, in success or in failure,
// or the context ends. It calls progress with each state on the way, unless
// that is nil. [Client.VideoEvents] shows more states with fewer requests.
func (c *Client) WaitVideo(ctx context.Context, id string, progress func(*Analysis)) (*Analysis, error) {
	return c.wait(ctx, "/analyses/video/"+url.PathEscape(id), progress)
}

// WaitImage is [Client.WaitVideo] for images and pages.
func (c *Client) WaitImage(ctx context.Context, id string, progress func(*Analysis)) (*Analysis, error) {
	return c.wait(ctx, "/analyses/"+url.PathEscape(id), progress)
}

func (c *Client) wait(ctx context.Context, path string, progress func(*Analysis)) (*Analysis, error) {
	wait := longPoll
	if progress != nil {
		wait = 0 // every state is wanted, not only the last
	}
	for {
		asked := time.Now()
		a, after, err := c.poll(ctx, path, wait)
		if err != nil {
			return nil, err
		}
		if progress != nil {
			progress(a)
		}
		if a.Status != saccade.StatusPending {
			return a, nil
		}
		if after <= 0 {
			after = c.pause
		}
		// A long poll has waited already.
		if rest := after - time.Since(asked); rest > 0 {
			if err := sleep(ctx, rest); err != nil {
				return nil, err
			}
		}
	}
}
