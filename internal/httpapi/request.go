package httpapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/service"
)

// prediction asks for the outputs of one prediction.
type prediction struct {
	Outputs []string `json:"outputs,omitempty" doc:"What to answer; empty or absent: the prediction's default." example:"[\"attentionMap\"]"`
}

// webhookOption is where the message about the end of one analysis goes.
type webhookOption struct {
	URL    string   `json:"url" format:"uri" maxLength:"2048" doc:"Public http(s) address; private networks are refused." example:"https://hooks.example.com/saccade"`
	Events []string `json:"events,omitempty" doc:"analysis.succeeded, analysis.failed; empty: both." example:"[\"analysis.succeeded\"]"`
}

// Options is what every kind of analysis may be asked with.
type Options struct {
	Predictions map[string]prediction `json:"predictions,omitempty" doc:"Outputs by prediction: attention, clarity, excitingness, focus. {} asks for a prediction's default. Left out: the default outputs."`
	Palette     string                `json:"palette,omitempty" enum:"heat,turbo,fog" doc:"Colors of attentionMap, overlay and poster: heat (the default), turbo, or fog, which is clear where people look. One scale for all." example:"heat"`
	AOIs        []saccade.AOI         `json:"aois,omitempty" nullable:"false" doc:"Areas of interest to measure."`
	Uncertainty bool                  `json:"uncertainty,omitempty" doc:"Answer an interval of 80 % for every share and score. A video takes about a quarter longer, an image a few hundredths of a second." example:"true"`
	Keep        bool                  `json:"keep,omitempty" doc:"Results do not expire; they stay until they are deleted." example:"true"`
	Webhook     *webhookOption        `json:"webhook,omitempty" doc:"Where the message about the end of this analysis goes."`
}

// videoInput is the input of a video analysis.
type videoInput struct {
	Content string `json:"content" doc:"The URL from GET /v2/upload-urls, unchanged." example:"https://saccade.example.com/objects/uploads/acme/5h7xk2m4qz3v6w8y2b4d6f8h2k?exp=1780308763&method=PUT&sig=3b1f"`
	Format  string `json:"format,omitempty" enum:"webm,mp4,mov,gif" doc:"File format of the upload. What is not WebM must be named." example:"mp4"`
	Title   string `json:"title,omitempty" doc:"Free text." example:"Spring campaign"`
}

// imageInput is the input of an image or page analysis.
type imageInput struct {
	Type    string `json:"type" enum:"image,url" doc:"image: content is a PNG or JPEG in Base64; url: content is the address of a page." example:"url"`
	Content string `json:"content" doc:"Base64 (line breaks and a data: prefix are tolerated), or an http(s) address." example:"https://www.example.com/"`
	Medium  string `json:"medium,omitempty" maxLength:"100" doc:"How the design is seen: desktopWeb (the default) or mobileWeb, which decides how a page is captured. Of an image it is a note, in whatever words." example:"desktopWeb"`
	Format  string `json:"format,omitempty" enum:"auto,webp" doc:"File format of an image: auto is PNG or JPEG by the bytes (the default); WebP must be named." example:"auto"`
	Title   string `json:"title,omitempty" doc:"Free text." example:"Landing page"`
}

// names flattens a predictions object to the names that the root package
// parses, in a stable order. No object, or an empty one: no names.
func (o Options) names() []string {
	var names []string
	for p, c := range o.Predictions {
		if len(c.Outputs) == 0 {
			names = append(names, p)
		}
		for _, out := range c.Outputs {
			names = append(names, p+"."+out)
		}
	}
	slices.Sort(names)
	return names
}

// order returns what every kind of analysis is asked with.
func order(ctx context.Context, kind saccade.Kind, title string, o Options) service.Order {
	c := route.CallerOf(ctx)
	order := service.Order{
		Account: c.Account.Name, Title: title, Outputs: o.names(), AOIs: o.AOIs, Palette: o.Palette, Uncertainty: o.Uncertainty, Keep: o.Keep,
		Idempotency: c.Idempotency(pollPath(kind)),
	}
	if o.Webhook != nil {
		order.Webhook = &saccade.Webhook{URL: o.Webhook.URL, Events: o.Webhook.Events}
	}
	return order
}

// imageBytes decodes the Base64 of an image: standard or URL alphabet, padded
// or not, with white space and a data: prefix. What is no Base64 is returned
// as it came: it is a bad image like any other, which the analysis will say.
func imageBytes(content string) []byte {
	text := strings.TrimSpace(content)
	if strings.HasPrefix(text, "data:") {
		if _, rest, ok := strings.Cut(text, ","); ok {
			text = rest
		}
	}
	packed := make([]byte, 0, len(text))
	for i := range len(text) {
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n', '=':
		case '-':
			packed = append(packed, '+')
		case '_':
			packed = append(packed, '/')
		default:
			packed = append(packed, c)
		}
	}
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(packed)))
	n, err := base64.RawStdEncoding.Decode(raw, packed)
	if err != nil {
		return bytes.Clone([]byte(content))
	}
	return raw[:n]
}
