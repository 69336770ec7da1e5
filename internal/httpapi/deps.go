package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/account"
	"github.com/saccade-dev/saccade/internal/httpapi/oidc"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpapi/share"
	"github.com/saccade-dev/saccade/internal/httpapi/tools"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
)

// Service is the use cases; *service.Service is one. Of the other interfaces here,
// *store.Store is one where none is named.
type Service interface {
	Uploads
	Orders
	Edits
}

// Uploads is the use cases about uploads.
type Uploads interface {
	CreateUpload(ctx context.Context, account string, o blob.Origin) (saccade.Link, error)
	CheckUpload(ctx context.Context, key blob.Key) error
	StoreUpload(ctx context.Context, key blob.Key, body io.Reader) (blob.Info, error)
}

// Orders is the use cases that make analyses.
type Orders interface {
	CreateVideo(ctx context.Context, o service.Order, origin blob.Origin, link saccade.Link) (_ *saccade.Analysis, replayed bool, err error)
	CreateImage(ctx context.Context, o service.Order, image []byte) (_ *saccade.Analysis, replayed bool, err error)
	CreatePage(ctx context.Context, o service.Order, address string) (_ *saccade.Analysis, replayed bool, err error)
}

// Edits is the use cases about what is there.
type Edits interface {
	MeasureAreas(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI) ([]saccade.AOIResult, error)
	Update(ctx context.Context, a *saccade.Analysis, change store.Change) (*saccade.Analysis, error)
	Rerender(ctx context.Context, a *saccade.Analysis, outputs []string, palette string) error
	Erase(ctx context.Context, a *saccade.Analysis) error
	account.Addresses
	Results
}

// Results is the use cases that answer about what is there.
type Results interface {
	tools.Comparer
	tools.Numbers
	tools.Lens
}

// Sessions begins and ends the sessions of browsers.
type Sessions interface {
	account.Sessions
	oidc.Sessions
}

// Analyses finds analyses.
type Analyses interface {
	Analysis(ctx context.Context, account, id string) (*saccade.Analysis, error)
	AnalysisByExposedID(ctx context.Context, account, exposed string) (*saccade.Analysis, error)
	QueuePosition(ctx context.Context, id string) (int, error)
	QueuePositions(ctx context.Context, analyses []saccade.Analysis) (map[string]int, error)
	Rendering(ctx context.Context, id string) (*store.Rendering, error)
}

// Archive lists analyses, and what was done.
type Archive interface {
	List(ctx context.Context, account string, o store.ListOptions) (page []saccade.Analysis, next string, err error)
	account.Usage
	account.Trail
}

// Texts keeps what was written about an analysis, and the context for it.
type Texts interface {
	SetMeta(ctx context.Context, account, id string, meta map[string]string) (*saccade.Analysis, error)
	StartText(ctx context.Context, account, id, kind string, ttl time.Duration) (store.Text, error)
	Text(ctx context.Context, account, id, kind string) (store.Text, error)
}

// Objects finds and opens the objects that clients download; blob.Store is one.
type Objects interface {
	Stat(ctx context.Context, key blob.Key) (blob.Info, error)
	Open(ctx context.Context, key blob.Key) (blob.Object, blob.Info, error)
}

// Verifier checks a request that came by a link to this server and returns the key, and makes
// such links; *blob.Signer is one.
type Verifier interface {
	Verify(method string, u *url.URL, now time.Time) (blob.Key, error)
	route.OwnLinks
}

// Deps is everything the API needs from other packages. All are required but
// Collectors, Checks, Log (nil: discarded) and Now (nil: time.Now).
type Deps struct {
	Accounts   route.Accounts
	Sessions   Sessions
	Tokens     account.Tokens
	Service    Service
	Analyses   Analyses
	Archive    Archive
	Texts      Texts
	Webhooks   account.Webhooks
	Shares     share.Shares
	Collectors []prometheus.Collector // for /metrics
	Objects    Objects
	Links      blob.Links
	Verifier   Verifier
	Checks     []httpfront.Check
	Log        *slog.Logger
	Now        func() time.Time
}

func (d Deps) validate() error {
	var errs []error
	for _, need := range []struct {
		name    string
		missing bool
	}{
		{"Accounts", d.Accounts == nil}, {"Sessions", d.Sessions == nil}, {"Tokens", d.Tokens == nil}, {"Service", d.Service == nil}, {"Analyses", d.Analyses == nil}, {"Archive", d.Archive == nil},
		{"Texts", d.Texts == nil}, {"Webhooks", d.Webhooks == nil}, {"Shares", d.Shares == nil},
		{"Objects", d.Objects == nil}, {"Links", d.Links == nil}, {"Verifier", d.Verifier == nil},
	} {
		if need.missing {
			errs = append(errs, fmt.Errorf("httpapi: Deps.%s is missing", need.name))
		}
	}
	return errors.Join(errs...)
}
