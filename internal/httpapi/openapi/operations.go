package openapi

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/httpapi/route"
)

// AddOn marks, in an operation's metadata, those that belong to the video add-on
// of an account.
const AddOn = route.AddOn

// tag groups operations in the document.
type tag string

// The tags, in the document's order.
const (
	tagUploads  tag = "Uploads"
	tagVideo    tag = "Video analyses"
	tagImage    tag = "Image and page analyses"
	tagTools    tag = "Comparison and reports"
	tagTexts    tag = "Generated texts"
	tagShares   tag = "Shares"
	tagWebhooks tag = "Webhooks"
	tagAccount  tag = "Account"
	tagOperator tag = "Operation"
)

// operation is a line of the table: "METHOD /path" and the statuses of errors.
// 401, 429 and 503 go without saying, and 403 of what changes something: a session may not
// be used from another site.
type operation struct {
	tag     tag
	id      string
	route   string
	summary string
	errors  []int
}

// operations is the table of what huma serves, in the document's order.
var operations = []operation{
	{tagUploads, "create-upload-url", "GET /v2/upload-urls", "Get an upload URL", []int{403, 507}},
	{tagVideo, "create-video-analysis", "POST /v2/analyses/video", "Analyze a video", []int{400, 404, 409, 413, 507}},
	{tagVideo, "list-video-analyses", "GET /v2/analyses/video", "List video analyses", []int{400, 404}},
	{tagVideo, "get-video-analysis", "GET /v2/analyses/video/{id}", "Poll a video analysis", []int{400, 404, 410}},
	{tagVideo, "stream-video-analysis", "GET /v2/analyses/video/{id}/events", "Follow a video analysis", []int{404, 410}},
	{tagVideo, "set-video-aois", "PUT /v2/analyses/video/{id}/aois", "Measure areas of interest in a video", []int{400, 404, 409, 410}},
	{tagVideo, "add-video-outputs", "POST /v2/analyses/video/{id}/outputs", "Have more outputs of a video rendered", []int{400, 404, 409, 410, 507}},
	{tagVideo, "update-video-analysis", "PATCH /v2/analyses/video/{id}", "Change title and retention of a video analysis", []int{400, 404, 410}},
	{tagVideo, "delete-video-analysis", "DELETE /v2/analyses/video/{id}", "Cancel or erase a video analysis", []int{404, 410}},
	{tagImage, "create-analysis", "POST /v2/analyses", "Analyze an image or a page", []int{400, 409, 413, 507}},
	{tagImage, "list-analyses", "GET /v2/analyses", "List analyses of every kind", []int{400}},
	{tagImage, "get-analysis", "GET /v2/analyses/{id}", "Poll an image or page analysis", []int{400, 404, 410}},
	{tagImage, "stream-analysis", "GET /v2/analyses/{id}/events", "Follow an image or page analysis", []int{404, 410}},
	{tagImage, "set-aois", "PUT /v2/analyses/{id}/aois", "Measure areas of interest in an image", []int{400, 404, 409, 410}},
	{tagImage, "add-outputs", "POST /v2/analyses/{id}/outputs", "Have more outputs of an image or page rendered", []int{400, 404, 409, 410, 507}},
	{tagImage, "update-analysis", "PATCH /v2/analyses/{id}", "Change title and retention of an image or page analysis", []int{400, 404, 410}},
	{tagImage, "delete-analysis", "DELETE /v2/analyses/{id}", "Cancel or erase an image or page analysis", []int{404, 410}},
	{tagTools, "compare", "POST /v2/compare", "Compare two analyses", []int{400, 404, 409, 410}},
	{tagTools, "get-report", "GET /v2/reports/{id}", "Download the report of an analysis", []int{404, 409, 410}},
	{tagTexts, "update-meta", "PUT /v2/update-meta/screenshot/{analysis_id}", "Set the context", []int{400, 404, 410}},
	{tagTexts, "start-summary", "POST /v2/analyses/summary/{analysis_id}", "Have a summary written", nil},
	{tagTexts, "get-summary", "GET /v2/analyses/summary/{analysis_id}", "Poll the summary", nil},
	{tagTexts, "start-recommendations", "POST /v2/analyses/recommendations/{analysis_id}", "Have recommendations written", nil},
	{tagTexts, "get-recommendations", "GET /v2/analyses/recommendations/{analysis_id}", "Poll the recommendations", nil},
	{tagShares, "create-share", "POST /v2/shares", "Make a link for people without an account", []int{400, 404, 409, 410}},
	{tagShares, "list-shares", "GET /v2/shares", "List shares", nil},
	{tagShares, "get-share", "GET /v2/shares/{id}", "Look at what is shared", []int{400, 404, 410}},
	{tagShares, "delete-share", "DELETE /v2/shares/{id}", "Withdraw a share", []int{404}},
	{tagWebhooks, "create-webhook", "POST /v2/webhooks", "Add a webhook endpoint", []int{400}},
	{tagWebhooks, "list-webhooks", "GET /v2/webhooks", "List webhook endpoints", nil},
	{tagWebhooks, "get-webhook", "GET /v2/webhooks/{id}", "Show a webhook endpoint", []int{404}},
	{tagWebhooks, "update-webhook", "PUT /v2/webhooks/{id}", "Change a webhook endpoint", []int{400, 404}},
	{tagWebhooks, "delete-webhook", "DELETE /v2/webhooks/{id}", "Remove a webhook endpoint", []int{404}},
	{tagWebhooks, "list-deliveries", "GET /v2/webhook-deliveries", "List webhook deliveries", []int{400}},
	{tagWebhooks, "get-delivery", "GET /v2/webhook-deliveries/{id}", "Show a webhook delivery", []int{404}},
	{tagWebhooks, "redeliver", "POST /v2/webhook-deliveries/{id}/redeliver", "Deliver once more", []int{404}},
	{tagAccount, "get-usage", "GET /v2/usage", "What the account used", []int{400}},
	{tagAccount, "list-audit", "GET /v2/audit", "Who did what to the account", []int{400}},
	{tagAccount, "list-tokens", "GET /v2/tokens", "List tokens", nil},
	{tagAccount, "create-token", "POST /v2/tokens", "Make a token", []int{400, 409}},
	{tagAccount, "revoke-token", "DELETE /v2/tokens/{id}", "Revoke a token", []int{404}},
	{tagAccount, "create-session", "POST /session", "Sign a browser in", []int{400}},
	{tagAccount, "delete-session", "DELETE /session", "Sign a browser out", nil},
}

// statusCreated are the operations that answer 201.
var statusCreated = map[string]bool{"create-video-analysis": true, "create-analysis": true, "create-webhook": true, "create-share": true, "create-token": true}

// public are the operations that need no token.
var public = map[string]bool{"create-session": true, "delete-session": true, "get-share": true}

// SplitRoute splits "METHOD /path".
func SplitRoute(route string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	return method, path
}

// Operation returns the operation of an id as the table has it, with its texts
// and examples. An id that the table lacks has no path, which nothing can be
// registered with.
func (d *Document) Operation(id string) huma.Operation {
	for _, line := range operations {
		if line.id == id {
			return d.operation(line)
		}
	}
	return huma.Operation{OperationID: id}
}

func (d *Document) operation(line operation) huma.Operation {
	method, path := SplitRoute(line.route)
	o := huma.Operation{
		OperationID: line.id, Tags: []string{string(line.tag)}, Method: method, Path: path, Summary: line.summary, Description: d.descriptions[line.id],
		Errors:   append(line.errors[:len(line.errors):len(line.errors)], http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable),
		Metadata: map[string]any{},
	}
	if method != http.MethodGet {
		o.Errors = append(o.Errors, http.StatusForbidden)
	}
	switch {
	case line.id == "add-video-outputs" || line.id == "add-outputs":
		o.DefaultStatus = http.StatusAccepted
	case method == http.MethodPost && statusCreated[line.id]:
		o.DefaultStatus = http.StatusCreated
	case method == http.MethodDelete:
		o.DefaultStatus = http.StatusNoContent
	}
	if line.tag == tagVideo {
		o.Metadata[AddOn] = true
	}
	if public[line.id] {
		o.Metadata[route.Public] = true
		o.Security = []map[string][]string{{}}
	}
	addExamples(&o)
	return o
}
