package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/web"
)

// tag groups operations in the document.
type tag string

// The tags, in the document's order.
const (
	tagUploads  tag = "Uploads"
	tagVideo    tag = "Video analyses"
	tagImage    tag = "Image and page analyses"
	tagTexts    tag = "Generated texts"
	tagHooks    tag = "Webhooks"
	tagAccount  tag = "Account"
	tagOperator tag = "Operation"
)

// routes is the route table.
func (a *API) routes() {
	a.videoRoutes()
	a.imageRoutes()
	a.textRoutes()
	a.hookRoutes()
	register(a, tagAccount.op("get-usage", "GET /v2/usage", "What the account used", 400), a.usage)
	a.plainRoutes()
}

func (a *API) videoRoutes() {
	register(a, tagUploads.op("create-upload-url", "GET /v2/upload-urls", "Get an upload URL"), a.uploadURL)
	register(a, addOn(tagVideo.op("create-video-analysis", "POST /v2/analyses/video", "Analyse a video", 400, 404, 409, 413)), a.createVideo)
	register(a, addOn(tagVideo.op("list-video-analyses", "GET /v2/analyses/video", "List video analyses", 400, 404)), a.listVideos)
	register(a, addOn(tagVideo.op("get-video-analysis", "GET /v2/analyses/video/{id}", "Poll a video analysis", 400, 404, 410)), a.getVideo)
	register(a, addOn(tagVideo.op("stream-video-analysis", "GET /v2/analyses/video/{id}/events", "Follow a video analysis", 404, 410)), a.videoEvents)
	register(a, addOn(tagVideo.op("set-video-aois", "PUT /v2/analyses/video/{id}/aois", "Measure areas of interest in a video", 400, 404, 409, 410)), a.setVideoAOIs)
	register(a, addOn(tagVideo.op("delete-video-analysis", "DELETE /v2/analyses/video/{id}", "Cancel or erase a video analysis", 404, 410)), a.deleteVideo)
}

func (a *API) imageRoutes() {
	create := tagImage.op("create-analysis", "POST /v2/analyses", "Analyse an image or a page", 400, 409, 413)
	create.MaxBodyBytes = a.cfg.imageBody()
	register(a, create, a.createImage)
	register(a, tagImage.op("list-analyses", "GET /v2/analyses", "List analyses of every kind", 400), a.listAll)
	register(a, tagImage.op("get-analysis", "GET /v2/analyses/{id}", "Poll an image or page analysis", 400, 404, 410), a.getImage)
	register(a, tagImage.op("stream-analysis", "GET /v2/analyses/{id}/events", "Follow an image or page analysis", 404, 410), a.imageEvents)
	register(a, tagImage.op("set-aois", "PUT /v2/analyses/{id}/aois", "Measure areas of interest in an image", 400, 404, 409, 410), a.setImageAOIs)
	register(a, tagImage.op("delete-analysis", "DELETE /v2/analyses/{id}", "Cancel or erase an image or page analysis", 404, 410), a.deleteImage)
}

func (a *API) textRoutes() {
	register(a, tagTexts.op("update-meta", "PUT /v2/update-meta/screenshot/{analysis_id}", "Give context", 400, 404, 410), a.updateMeta)
	register(a, tagTexts.op("start-summary", "POST /v2/analyses/summary/{analysis_id}", "Have a summary written"), a.startSummary)
	register(a, tagTexts.op("get-summary", "GET /v2/analyses/summary/{analysis_id}", "Poll the summary"), a.getSummary)
	register(a, tagTexts.op("start-recommendations", "POST /v2/analyses/recommendations/{analysis_id}", "Have recommendations written"), a.startRecommendations)
	register(a, tagTexts.op("get-recommendations", "GET /v2/analyses/recommendations/{analysis_id}", "Poll the recommendations"), a.getRecommendations)
}

func (a *API) hookRoutes() {
	register(a, tagHooks.op("create-webhook", "POST /v2/webhooks", "Add a webhook endpoint", 400), a.createHook)
	register(a, tagHooks.op("list-webhooks", "GET /v2/webhooks", "List webhook endpoints"), a.listHooks)
	register(a, tagHooks.op("get-webhook", "GET /v2/webhooks/{id}", "Show a webhook endpoint", 404), a.getHook)
	register(a, tagHooks.op("update-webhook", "PUT /v2/webhooks/{id}", "Change a webhook endpoint", 400, 404), a.updateHook)
	register(a, tagHooks.op("delete-webhook", "DELETE /v2/webhooks/{id}", "Remove a webhook endpoint", 404), a.deleteHook)
	register(a, tagHooks.op("list-deliveries", "GET /v2/webhook-deliveries", "List webhook deliveries", 400), a.listDeliveries)
	register(a, tagHooks.op("get-delivery", "GET /v2/webhook-deliveries/{id}", "Show a webhook delivery", 404), a.getDelivery)
	register(a, tagHooks.op("redeliver", "POST /v2/webhook-deliveries/{id}/redeliver", "Deliver once more", 404), a.redeliver)
}

// plainRoutes are those that huma does not serve: bytes, operation, pages.
func (a *API) plainRoutes() {
	a.router.HandleFunc("PUT /objects/{key...}", a.putObject)
	a.router.HandleFunc("GET /objects/{key...}", a.getObject)
	a.router.HandleFunc("/objects", func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, r, errNoRoute) // else the mux would redirect to /objects/
	})
	a.router.HandleFunc("GET /healthz", a.live)
	a.router.HandleFunc("GET /readyz", a.ready)
	a.router.HandleFunc("GET /metrics", a.metrics.handler.ServeHTTP)
	a.router.HandleFunc("GET /v2/openapi.json", a.serveDocument)
	docs := web.Docs()
	a.router.HandleFunc("GET /docs", docs.ServeHTTP)
	a.router.HandleFunc("GET /docs/{part}", func(w http.ResponseWriter, r *http.Request) {
		if _, known := docs.Handler(r); known == "" {
			a.fail(w, r, errNoRoute)
			return
		}
		docs.ServeHTTP(w, r)
	})
}

// op is an operation of the table: "METHOD /path". 401, 429 and 503 go without
// saying.
func (t tag) op(id, route, summary string, errors ...int) huma.Operation {
	method, path := cut(route)
	o := huma.Operation{
		OperationID: id, Tags: []string{string(t)}, Method: method, Path: path, Summary: summary, Description: descriptions[id],
		Errors: append(errors, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable), Metadata: map[string]any{},
	}
	switch {
	case method == http.MethodPost && statusCreated[id]:
		o.DefaultStatus = http.StatusCreated
	case method == http.MethodDelete:
		o.DefaultStatus = http.StatusNoContent
	}
	addExamples(&o)
	return o
}

// addOn marks an operation as part of the video add-on.
func addOn(o huma.Operation) huma.Operation {
	o.Metadata[markAddOn] = true
	return o
}

var statusCreated = map[string]bool{"create-video-analysis": true, "create-analysis": true, "create-webhook": true}
