package httpapi

import (
	"net/http"
	"net/url"
	"time"

	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/account"
	"github.com/saccade-dev/saccade/internal/httpapi/oidc"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpapi/share"
	"github.com/saccade-dev/saccade/internal/httpapi/tools"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/web"
)

// routes is the route table.
func (a *API) routes() {
	a.videoRoutes()
	a.imageRoutes()
	a.outputRoutes()
	a.textRoutes()
	account.Register(a.table, account.Deps{Webhooks: a.deps.Webhooks, Usage: a.deps.Archive, Addresses: a.deps.Service, Sessions: a.deps.Sessions, Tokens: a.deps.Tokens, Trail: a.deps.Archive})
	share.Register(a.table, share.Deps{Shares: a.deps.Shares, Analyses: a.deps.Analyses, Signer: a.signer, LinkTTL: a.cfg.Limits.LinkTTL})
	tools.Register(a.table, tools.Deps{Analyses: a.deps.Analyses, Comparer: a.deps.Service, Numbers: a.deps.Service, Lens: a.deps.Service})
	if a.cfg.OIDC.On() {
		a.ends = append(a.ends, oidc.Register(a.table, a.cfg.OIDC, a.deps.Sessions))
	}
	a.plainRoutes()
}

func (a *API) videoRoutes() {
	route.Add(a.table, "create-upload-url", a.uploadURL)
	route.Add(a.table, "create-video-analysis", a.createVideo)
	route.Add(a.table, "list-video-analyses", a.listVideos)
	route.Add(a.table, "get-video-analysis", a.getVideo)
	route.Add(a.table, "stream-video-analysis", a.videoEvents)
	route.Add(a.table, "set-video-aois", a.setVideoAOIs)
	route.Add(a.table, "update-video-analysis", a.updateVideo)
	route.Add(a.table, "delete-video-analysis", a.deleteVideo)
}

func (a *API) imageRoutes() {
	route.AddLarge(a.table, "create-analysis", a.cfg.imageBody(), a.createImage)
	route.Add(a.table, "list-analyses", a.listAll)
	route.Add(a.table, "get-analysis", a.getImage)
	route.Add(a.table, "stream-analysis", a.imageEvents)
	route.Add(a.table, "set-aois", a.setImageAOIs)
	route.Add(a.table, "update-analysis", a.updateImage)
	route.Add(a.table, "delete-analysis", a.deleteImage)
}

func (a *API) textRoutes() {
	route.Add(a.table, "update-meta", a.updateMeta)
	route.Add(a.table, "start-summary", a.startSummary)
	route.Add(a.table, "get-summary", a.getSummary)
	route.Add(a.table, "start-recommendations", a.startRecommendations)
	route.Add(a.table, "get-recommendations", a.getRecommendations)
}

// plainRoutes are those that huma does not serve: bytes and pages.
func (a *API) plainRoutes() {
	a.front.HandleFunc("PUT /objects/{key...}", a.putObject)
	a.front.HandleFunc("GET /objects/{key...}", a.getObject)
	a.front.HandleFunc("/objects", func(w http.ResponseWriter, r *http.Request) {
		a.front.Fail(w, r, httpfront.ErrNoRoute) // else the mux would redirect to /objects/
	})
	a.front.HandleFunc("GET /v2/openapi.json", a.serveDocument)
	a.app.Register(a.front.HandleFunc, func(w http.ResponseWriter, r *http.Request) { a.front.Fail(w, r, httpfront.ErrNoRoute) })
	docs := web.Docs()
	a.front.HandleFunc("GET /docs", docs.ServeHTTP)
	a.front.HandleFunc("GET /llms.txt", docs.ServeHTTP)
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

// storageOrigins returns where clients reach the objects, if not at this server: the
// origin of a link, which the app's pages must be allowed to follow.
func storageOrigins(links blob.Links) []string {
	const here = "this.invalid"
	link, err := links.GetURL(blob.Origin{Base: "http://" + here}, blob.AnalysisKey("a", "b.png"), time.Unix(1<<32, 0))
	if err != nil {
		return nil
	}
	u, err := url.Parse(string(link))
	if err != nil || u.Host == here {
		return nil
	}
	return []string{u.Scheme + "://" + u.Host}
}
