package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/web"
)

// Tags of the document, in its order.
const (
	tagUploads  = "Uploads"
	tagVideo    = "Video analyses"
	tagImage    = "Image and page analyses"
	tagTexts    = "Generated texts"
	tagHooks    = "Webhooks"
	tagAccount  = "Account"
	tagOperator = "Operation"
)

// routes is the route table.
func (a *API) routes() {
	a.videoRoutes()
	a.imageRoutes()
	a.textRoutes()
	a.hookRoutes()
	register(a, op("get-usage", tagAccount, "GET /v2/usage", "What the account used", 400), a.usage)
	a.plainRoutes()
}

func (a *API) videoRoutes() {
	register(a, op("create-upload-url", tagUploads, "GET /v2/upload-urls", "Get an upload URL"), a.uploadURL)
	register(a, addOn(op("create-video-analysis", tagVideo, "POST /v2/analyses/video", "Analyse a video", 400, 404, 409, 413)), a.createVideo)
	register(a, addOn(op("list-video-analyses", tagVideo, "GET /v2/analyses/video", "List video analyses", 400, 404)), a.listVideos)
	register(a, addOn(op("get-video-analysis", tagVideo, "GET /v2/analyses/video/{id}", "Poll a video analysis", 400, 404, 410)), a.getVideo)
	register(a, addOn(op("stream-video-analysis", tagVideo, "GET /v2/analyses/video/{id}/events", "Follow a video analysis", 404, 410)), a.videoEvents)
	register(a, addOn(op("set-video-aois", tagVideo, "PUT /v2/analyses/video/{id}/aois", "Measure areas of interest in a video", 400, 404, 409, 410)), a.setVideoAOIs)
	register(a, addOn(op("delete-video-analysis", tagVideo, "DELETE /v2/analyses/video/{id}", "Cancel or erase a video analysis", 404, 410)), a.deleteVideo)
}

func (a *API) imageRoutes() {
	create := op("create-analysis", tagImage, "POST /v2/analyses", "Analyse an image or a page", 400, 409, 413)
	create.MaxBodyBytes = a.cfg.imageBody()
	register(a, create, a.createImage)
	register(a, op("list-analyses", tagImage, "GET /v2/analyses", "List analyses of every kind", 400), a.listAll)
	register(a, op("get-analysis", tagImage, "GET /v2/analyses/{id}", "Poll an image or page analysis", 400, 404, 410), a.getImage)
	register(a, op("stream-analysis", tagImage, "GET /v2/analyses/{id}/events", "Follow an image or page analysis", 404, 410), a.imageEvents)
	register(a, op("set-aois", tagImage, "PUT /v2/analyses/{id}/aois", "Measure areas of interest in an image", 400, 404, 409, 410), a.setImageAOIs)
	register(a, op("delete-analysis", tagImage, "DELETE /v2/analyses/{id}", "Cancel or erase an image or page analysis", 404, 410), a.deleteImage)
}

func (a *API) textRoutes() {
	register(a, op("update-meta", tagTexts, "PUT /v2/update-meta/screenshot/{analysis_id}", "Give context", 400, 404, 410), a.updateMeta)
	register(a, op("start-summary", tagTexts, "POST /v2/analyses/summary/{analysis_id}", "Have a summary written"), a.startSummary)
	register(a, op("get-summary", tagTexts, "GET /v2/analyses/summary/{analysis_id}", "Poll the summary"), a.getSummary)
	register(a, op("start-recommendations", tagTexts, "POST /v2/analyses/recommendations/{analysis_id}", "Have recommendations written"), a.startRecommendations)
	register(a, op("get-recommendations", tagTexts, "GET /v2/analyses/recommendations/{analysis_id}", "Poll the recommendations"), a.getRecommendations)
}

func (a *API) hookRoutes() {
	register(a, op("create-webhook", tagHooks, "POST /v2/webhooks", "Add a webhook endpoint", 400), a.createHook)
	register(a, op("list-webhooks", tagHooks, "GET /v2/webhooks", "List webhook endpoints"), a.listHooks)
	register(a, op("get-webhook", tagHooks, "GET /v2/webhooks/{id}", "Show a webhook endpoint", 404), a.getHook)
	register(a, op("update-webhook", tagHooks, "PUT /v2/webhooks/{id}", "Change a webhook endpoint", 400, 404), a.updateHook)
	register(a, op("delete-webhook", tagHooks, "DELETE /v2/webhooks/{id}", "Remove a webhook endpoint", 404), a.deleteHook)
	register(a, op("list-deliveries", tagHooks, "GET /v2/webhook-deliveries", "List webhook deliveries", 400), a.listDeliveries)
	register(a, op("get-delivery", tagHooks, "GET /v2/webhook-deliveries/{id}", "Show a webhook delivery", 404), a.getDelivery)
	register(a, op("redeliver", tagHooks, "POST /v2/webhook-deliveries/{id}/redeliver", "Deliver once more", 404), a.redeliver)
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
func op(id, tag, route, summary string, errors ...int) huma.Operation {
	method, path := cut(route)
	o := huma.Operation{
		OperationID: id, Tags: []string{tag}, Method: method, Path: path, Summary: summary, Description: descriptions[id],
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
