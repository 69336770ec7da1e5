package openapi

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/webhook"
)

// addExamples puts the documented requests into an operation.
func addExamples(o *huma.Operation) {
	requests := requestExamples[o.OperationID]
	if len(requests) == 0 {
		return
	}
	o.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Examples: requests}}}
}

// exampleUpload is an upload URL for the examples.
const exampleUpload = "https://saccade.example.com/objects/uploads/acme/5h7xk2m4qz3v6w8y2b4d6f8h2k?exp=1780308763&method=PUT&sig=3b1f"

// ExampleImage is the image of the examples, in Base64. It is a real one: a gray
// frame of 8 x 8 pixels around a white middle.
const ExampleImage = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAF0lEQVR4nGOwgQIGGxgLzoiBAlIYkIQAL8wbYb7vJ6UAAAAASUVORK5CYII="

// exampleAnalysis is the id of an analysis in the examples.
const exampleAnalysis = "5h7xk2m4qz3v6w8y2b4d6f8h2k"

// exampleToken is the token of the examples. It is none.
const exampleToken = "sac_3f5h7k2m4p6r8t2v4x6z"

type object = map[string]any

// requestExamples are the documented requests by operation; a test sends every
// one of them.
var requestExamples = map[string]map[string]*huma.Example{
	"create-video-analysis": {
		"plain": {Summary: "The heat map of a video", Value: object{
			"input": object{"content": exampleUpload, "title": "Spring campaign"},
		}},
		"mp4": {Summary: "A video that is not WebM", Value: object{
			"input": object{"content": exampleUpload, "format": "mp4", "title": "Spring campaign"},
		}},
		"numbers": {Summary: "Maps, scores over time and areas of interest", Value: object{
			"input": object{"content": exampleUpload, "title": "Spring campaign"},
			"predictions": object{
				"attention":    object{"outputs": []string{"attentionMap", "overlay", "data", "markers"}},
				"focus":        object{"outputs": []string{"score", "timeline"}},
				"clarity":      object{},
				"excitingness": object{"outputs": []string{"timeline"}},
			},
			"aois": []any{
				object{"name": "logo", "box": object{"x": 0.05, "y": 0.05, "width": 0.2, "height": 0.15}},
				object{"name": "product", "polygon": []any{[]float64{0.4, 0.4}, []float64{0.8, 0.4}, []float64{0.6, 0.9}}, "from": 1.5, "to": 4},
			},
			"webhook": object{"url": "https://hooks.example.com/saccade", "events": []string{"analysis.succeeded"}},
		}},
	},
	"create-analysis": {
		"page": {Summary: "A web page as seen on a phone", Value: object{
			"input": object{"type": "url", "content": "https://www.example.com/", "medium": "mobileWeb", "title": "Landing page"},
		}},
		"elements": {Summary: "A page, by what is on it", Value: object{
			"input":    object{"type": "url", "content": "https://www.example.com/"},
			"elements": true, "steal": true, "variants": []string{"mobileWeb", "dark"},
			"aois": []any{object{"name": "offer", "selector": "#buy"}, object{"name": "Buy now", "role": "button"}},
		}},
		"image": {Summary: "An image with several predictions", Value: object{
			"input": object{"type": "image", "content": ExampleImage, "medium": "desktopWeb", "title": "Draft 3"},
			"predictions": object{
				"attention":    object{"outputs": []string{"attentionMap", "perceptionMap", "hotspotsMap"}},
				"clarity":      object{"outputs": []string{"score", "map"}},
				"excitingness": object{},
			},
		}},
	},
	"add-video-outputs": {
		"heat map": {Value: object{"outputs": object{"attention": object{"outputs": []string{"attentionMap"}}}}},
	},
	"add-outputs": {
		"heat map": {Value: object{"outputs": object{"attention": object{"outputs": []string{"attentionMap"}}}}},
	},
	"update-video-analysis": {
		"rename": {Value: object{"title": "Spring campaign, second cut"}},
	},
	"update-analysis": {
		"keep": {Value: object{"title": "Landing page, final", "keep": true}},
	},
	"set-video-aois": {
		"two areas": {Value: object{"aois": []any{
			object{"name": "logo", "box": object{"x": 0.05, "y": 0.05, "width": 0.2, "height": 0.15}},
			object{"name": "face", "box": object{"x": 0.4, "y": 0.1, "width": 0.2, "height": 0.4}, "from": 0, "to": 2.5},
		}}},
	},
	"set-aois": {
		"button": {Value: object{"aois": []any{object{"name": "button", "box": object{"x": 0.4, "y": 0.7, "width": 0.2, "height": 0.1}}}}},
	},
	"compare": {
		"gate": {Summary: "A draft against what is live", Value: object{
			"base": "5h7xk2m4qz3v6w8y2b4d6f8h2k", "candidate": "7k2m4qz3v6w8y2b4d6f8h2k5hx",
			"aois": []any{object{"name": "button", "box": object{"x": 0.4, "y": 0.7, "width": 0.2, "height": 0.1}}},
			"conditions": []any{
				object{"level": "error", "check": "button.share < 0.9*base"},
				object{"level": "warn", "check": "focus < base-5"},
			},
		}},
		"plain": {Summary: "The scores alone, and how much attention moved", Value: object{
			"base": "5h7xk2m4qz3v6w8y2b4d6f8h2k", "candidate": "7k2m4qz3v6w8y2b4d6f8h2k5hx",
		}},
	},
	"update-meta": {
		"context": {Value: object{"description": "Landing page of the spring campaign", "goal": "Sign-ups for the newsletter"}},
	},
	"create-token": {
		"for 90 days": {Value: object{"expires_in": 7776000}},
	},
	"create-session": {
		"token": {Value: object{"token": exampleToken}},
	},
	"create-share": {
		"one":  {Summary: "One analysis, for a week", Value: object{"analysis": exampleAnalysis, "expires_in": 604800}},
		"pair": {Summary: "Two side by side, with a password", Value: object{"pair": []string{exampleAnalysis, exampleAnalysis}, "password": "correct horse"}},
	},
	"create-webhook": {
		"all events": {Value: object{"url": "https://hooks.example.com/saccade"}},
		"failures":   {Value: object{"url": "https://hooks.example.com/failures", "events": []string{"analysis.failed"}}},
	},
	"update-webhook": {
		"pause": {Value: object{"url": "https://hooks.example.com/saccade", "events": []string{"analysis.succeeded"}, "disabled": true}},
	},
}

// webhookMessages describes the messages that webhooks get.
func webhookMessages() map[string]*huma.PathItem {
	text := &huma.Schema{Type: huma.TypeString}
	message := &huma.Schema{Type: huma.TypeObject, Required: []string{"type", "timestamp", "data"}, Properties: map[string]*huma.Schema{
		"type":      {Type: huma.TypeString, Enum: []any{"analysis.succeeded", "analysis.failed"}},
		"timestamp": {Type: huma.TypeString, Format: "date-time", Description: "When the analysis ended."},
		"data": {Type: huma.TypeObject, Required: []string{"id", "kind", "status"}, Properties: map[string]*huma.Schema{
			"id": text, "kind": {Type: huma.TypeString, Enum: []any{"video", "image", "url"}}, "title": text,
			"status": {Type: huma.TypeString, Enum: []any{"success", "failed"}}, "error": {Ref: "#/components/schemas/ErrorObject"},
		}},
	}}
	header := func(name, about string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: about, Schema: text}
	}
	return map[string]*huma.PathItem{"analysis": {Post: &huma.Operation{
		OperationID: "analysis-ended", Tags: []string{string(tagWebhooks)}, Summary: "An analysis ended",
		Description: "Sent to webhooks. Poll the analysis for its outputs. Answer 2xx within " + humanDuration(webhook.Timeout) + "; anything else is tried again with back-off, 410 ends it.",
		Parameters: []*huma.Param{
			header("webhook-id", "The same over all attempts."), header("webhook-timestamp", "Seconds since 1970 of this attempt."),
			header("webhook-signature", "Standard Webhooks: v1, then the Base64 of an HMAC-SHA256."),
		},
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Schema: message}}},
		Responses:   map[string]*huma.Response{"204": {Description: "Understood."}},
	}}}
}
