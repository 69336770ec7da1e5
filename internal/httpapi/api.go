package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// Bounds of work that clients cause.
const (
	maxAuthentications = 64  // look-ups of tokens at once: anybody can cause them
	maxLongPolls       = 512 // long polls and event streams at once: each reads the database a few times a second
	longPollShare      = 256 // of them, those of one account
)

const (
	smallBody   = 128 << 10 // bytes of a body that is decoded at once; larger ones take turns
	maxDecodes  = 3
	decodeShare = 2 // of them, those of one account
)

// API is the HTTP API. It is an http.Handler, safe for concurrent use.
type API struct {
	cfg      Config
	deps     Deps
	log      *slog.Logger
	now      func() time.Time
	front    *httpfront.Front
	huma     huma.API
	limiter  *httpfront.Limiter
	doc      *openapi.Document
	document []byte // as served

	authentications httpfront.Semaphore
	transfers       *httpfront.Shares // of uploads and downloads
	puts            *httpfront.Shares // of uploads, by link
	largeBodies     *httpfront.Shares
	decodes         *httpfront.Shares // bodies being decoded, by account
	longPolls       *httpfront.Shares

	// stop ends life, and with it every long poll and event stream.
	life context.Context
	stop context.CancelFunc
}

// New builds the API. The error names everything wrong with the configuration and
// every missing dependency.
func New(cfg Config, deps Deps) (*API, error) {
	if err := errors.Join(cfg.Validate(), deps.validate()); err != nil {
		return nil, err
	}
	installErrors()
	a := &API{
		cfg: cfg, deps: deps, now: deps.Now,
		limiter:         httpfront.NewLimiter(cfg.RateLimit, cfg.RateBurst),
		doc:             openapi.New(openapi.Config{PublicURL: cfg.PublicURL, Version: cfg.Version, Limits: cfg.Limits}),
		authentications: httpfront.NewSemaphore(maxAuthentications), transfers: httpfront.NewShares(cfg.MaxTransfers, max(1, cfg.MaxTransfers/halfShare)),
		puts:        httpfront.NewShares(max(cfg.MaxTransfers, linkShare), linkShare),
		decodes:     httpfront.NewShares(maxDecodes, decodeShare),
		largeBodies: httpfront.NewShares(maxLargeBodies, largeBodyShare), longPolls: httpfront.NewShares(maxLongPolls, longPollShare),
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.life, a.stop = context.WithCancel(context.Background())
	var err error
	if a.front, err = httpfront.New(cfg.Config, httpfront.Deps{
		Checks: deps.Checks, Collectors: deps.Collectors,
		Overlapping: []string{"/analyses/{id}/events"}, Log: deps.Log, Now: a.now,
	}); err != nil {
		return nil, err
	}
	a.log = a.front.Log()
	a.huma = humago.New(a.front, a.doc.Huma(huma.Format{Marshal: httpfront.EncodeJSON, Unmarshal: httpfront.DecodeJSON}))
	a.huma.UseMiddleware(a.authenticate)
	a.routes()
	a.document, err = a.doc.Finish(a.huma.OpenAPI(), reflect.TypeFor[httpfront.Health]())
	return a, err
}

// ServeHTTP serves a request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.front.ServeHTTP(w, r) }

// Close ends long polls and event streams. The API answers further requests,
// but waits for nothing any more.
func (a *API) Close(context.Context) error {
	a.stop()
	return nil
}
