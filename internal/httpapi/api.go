package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/web"
)

// Bounds of work that clients cause.
const (
	maxLongPolls  = 512 // long polls and event streams at once: each reads the database a few times a second
	longPollShare = 256 // of them, those of one account
)

// API is the HTTP API. It is an http.Handler, safe for concurrent use.
type API struct {
	cfg      Config
	deps     Deps
	log      *slog.Logger
	now      func() time.Time
	front    *httpfront.Front
	app      *web.App
	table    *route.Table
	signer   route.Signer
	huma     huma.API // of the table
	doc      *openapi.Document
	document []byte // as served

	transfers *httpfront.Shares // of uploads and downloads
	puts      *httpfront.Shares // of uploads, by link
	longPolls *httpfront.Shares

	// stop ends life, and with it every long poll and event stream.
	life context.Context
	stop context.CancelFunc
	ends []func() // called at the end
}

// wireFields are the names that clients know the fields of the use cases by, where
// they differ.
var wireFields = map[string]string{service.FieldContent: "input.content", service.FieldTitle: "input.title",
	service.FieldNewTitle: "title", "kind": "input.type", service.FieldMedium: "input.medium", service.FieldFormat: "input.format", "idempotency": "Idempotency-Key"}

// New builds the API. The error names everything wrong with the configuration and
// every missing dependency.
func New(cfg Config, deps Deps) (*API, error) {
	if err := errors.Join(cfg.Validate(), deps.validate()); err != nil {
		return nil, err
	}
	a := &API{
		cfg: cfg, deps: deps, now: deps.Now,
		doc:       openapi.New(openapi.Config{PublicURL: cfg.PublicURL, Version: cfg.Version, Limits: cfg.Limits}),
		transfers: httpfront.NewShares(cfg.MaxTransfers, max(1, cfg.MaxTransfers/halfShare)),
		puts:      httpfront.NewShares(max(cfg.MaxTransfers, linkShare), linkShare),
		longPolls: httpfront.NewShares(maxLongPolls, longPollShare),
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.life, a.stop = context.WithCancel(context.Background())
	var err error
	if a.front, err = httpfront.New(cfg.Config, httpfront.Deps{
		Checks: deps.Checks, Collectors: deps.Collectors,
		Overlapping: []string{"/analyses/{id}/events", "/analyses/{id}/outputs"}, Log: deps.Log, Now: a.now,
	}); err != nil {
		return nil, err
	}
	if a.app, err = web.NewApp(web.Config{SignedIn: func(r *http.Request) bool { return a.table.SignedIn(r) }, SignIn: cfg.OIDC.Label(), Storage: storageOrigins(deps.Links)}); err != nil {
		return nil, err
	}
	a.log = a.front.Log()
	a.signer = route.Signer{Links: deps.Links, Key: service.FileKey, Own: deps.Verifier, Now: a.now, Log: a.log}
	cross := http.NewCrossOriginProtection()
	if u, err := url.Parse(cfg.PublicURL); err == nil && u.Host != "" {
		if err := cross.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, err
		}
	}
	a.table = route.New(route.Parts{Front: a.front, Document: a.doc, Accounts: deps.Accounts, Cross: cross,
		Fields:     wireFields,
		UserHeader: cfg.UserHeader, Limiter: httpfront.NewLimiter(cfg.RateLimit, cfg.RateBurst), Now: a.now})
	a.huma = a.table.Huma()
	a.routes()
	a.document, err = a.doc.Finish(a.huma.OpenAPI(), reflect.TypeFor[httpfront.Health]())
	return a, err
}

// ServeHTTP serves a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.front.ServeHTTP(w, r) }

// Mount serves h at a path beside the routes, for every method, to whoever has a token or a
// session: with the id, the log line, the bounds and the share of the account that every
// request has. The request's [httpfront.Call] names the account. It must be called before
// the first request is served.
func (a *API) Mount(path string, h http.Handler) {
	a.front.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		err := a.table.Authenticated(r, func(ctx context.Context) error {
			account := httpfront.CallOf(ctx).Account
			if !a.front.EnterAccount(account) {
				return httpfront.ErrBusy
			}
			defer a.front.LeaveAccount(account)
			h.ServeHTTP(w, r.WithContext(ctx))
			return nil
		})
		if err != nil {
			a.front.Refuse(w, r, err)
		}
	})
}

// Close ends long polls and event streams. The API answers further requests,
// but waits for nothing any more.
func (a *API) Close(context.Context) error {
	a.stop()
	for _, end := range a.ends {
		end()
	}
	return nil
}
