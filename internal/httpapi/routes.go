package httpapi

import (
	"net/http"

	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/web"
)

// routes is the route table.
func (a *API) routes() {
	a.videoRoutes()
	a.imageRoutes()
	a.textRoutes()
	a.webhookRoutes()
	register(a, a.doc.Operation("get-usage"), a.usage)
	a.plainRoutes()
}

func (a *API) videoRoutes() {
	register(a, a.doc.Operation("create-upload-url"), a.uploadURL)
	register(a, a.doc.Operation("create-video-analysis"), a.createVideo)
	register(a, a.doc.Operation("list-video-analyses"), a.listVideos)
	register(a, a.doc.Operation("get-video-analysis"), a.getVideo)
	register(a, a.doc.Operation("stream-video-analysis"), a.videoEvents)
	register(a, a.doc.Operation("set-video-aois"), a.setVideoAOIs)
	register(a, a.doc.Operation("delete-video-analysis"), a.deleteVideo)
}

func (a *API) imageRoutes() {
	create := a.doc.Operation("create-analysis")
	create.MaxBodyBytes = a.cfg.imageBody()
	register(a, create, a.createImage)
	register(a, a.doc.Operation("list-analyses"), a.listAll)
	register(a, a.doc.Operation("get-analysis"), a.getImage)
	register(a, a.doc.Operation("stream-analysis"), a.imageEvents)
	register(a, a.doc.Operation("set-aois"), a.setImageAOIs)
	register(a, a.doc.Operation("delete-analysis"), a.deleteImage)
}

func (a *API) textRoutes() {
	register(a, a.doc.Operation("update-meta"), a.updateMeta)
	register(a, a.doc.Operation("start-summary"), a.startSummary)
	register(a, a.doc.Operation("get-summary"), a.getSummary)
	register(a, a.doc.Operation("start-recommendations"), a.startRecommendations)
	register(a, a.doc.Operation("get-recommendations"), a.getRecommendations)
}

func (a *API) webhookRoutes() {
	register(a, a.doc.Operation("create-webhook"), a.createWebhook)
	register(a, a.doc.Operation("list-webhooks"), a.listWebhooks)
	register(a, a.doc.Operation("get-webhook"), a.getWebhook)
	register(a, a.doc.Operation("update-webhook"), a.updateWebhook)
	register(a, a.doc.Operation("delete-webhook"), a.deleteWebhook)
	register(a, a.doc.Operation("list-deliveries"), a.listDeliveries)
	register(a, a.doc.Operation("get-delivery"), a.getDelivery)
	register(a, a.doc.Operation("redeliver"), a.redeliver)
}

// plainRoutes are those that huma does not serve: bytes and pages.
func (a *API) plainRoutes() {
	a.front.HandleFunc("PUT /objects/{key...}", a.putObject)
	a.front.HandleFunc("GET /objects/{key...}", a.getObject)
	a.front.HandleFunc("/objects", func(w http.ResponseWriter, r *http.Request) {
		a.front.Fail(w, r, httpfront.ErrNoRoute) // else the mux would redirect to /objects/
	})
	a.front.HandleFunc("GET /v2/openapi.json", a.serveDocument)
	docs := web.Docs()
	a.front.HandleFunc("GET /docs", docs.ServeHTTP)
	a.front.HandleFunc("GET /docs/{part}", func(w http.ResponseWriter, r *http.Request) {
		if _, known := docs.Handler(r); known == "" {
			a.front.Fail(w, r, httpfront.ErrNoRoute)
			return
		}
		docs.ServeHTTP(w, r)
	})
}

// serveDocument answers the OpenAPI document.
func (a *API) serveDocument(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "public, max-age=60")
	h.Set("Access-Control-Allow-Origin", "*")
	_, _ = w.Write(a.document)
}
