package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store"
)

// Accounts authenticates tokens; *store.Store is one, as of all interfaces here that
// name no other.
type Accounts interface {
	Authenticate(ctx context.Context, plain string) (saccade.Account, saccade.Token, error)
}

// Uploads keeps which objects clients were given upload links for.
type Uploads interface {
	CreateUpload(ctx context.Context, account string) (saccade.Upload, error)
	Upload(ctx context.Context, account, id string) (saccade.Upload, error)
}

// Analyses starts and finds analyses.
type Analyses interface {
	CreateAnalysis(ctx context.Context, a *saccade.Analysis, idem *store.Idempotency) (_ *saccade.Analysis, replayed bool, err error)
	Analysis(ctx context.Context, account, id string) (*saccade.Analysis, error)
	AnalysisByExposedID(ctx context.Context, account, exposed string) (*saccade.Analysis, error)
	QueuePosition(ctx context.Context, id string) (int, error)
}

// Archive lists, amends and erases analyses.
type Archive interface {
	List(ctx context.Context, account string, o store.ListOptions) (page []saccade.Analysis, next string, err error)
	Usage(ctx context.Context, account string, from, to time.Time) ([]store.Usage, error)
	SetAOIs(ctx context.Context, account, id string, results []saccade.AOIResult) (*saccade.Analysis, error)
	Delete(ctx context.Context, account, id string) (objects []blob.Key, err error)
}

// Texts keeps what was written about an analysis, and the context for it.
type Texts interface {
	SetMeta(ctx context.Context, account, id string, meta map[string]string) (*saccade.Analysis, error)
	SaveText(ctx context.Context, account, id string, t store.Text) error
	Text(ctx context.Context, account, id, kind string) (store.Text, error)
}

// Webhooks keeps an account's endpoints and the log of deliveries.
type Webhooks interface {
	Endpoints
	Deliveries(ctx context.Context, account string, o store.DeliveryOptions) (page []store.Delivery, next string, err error)
	Delivery(ctx context.Context, account, id string) (store.Delivery, error)
	Redeliver(ctx context.Context, account, id string) (store.Delivery, error)
}

// Endpoints is the part of [Webhooks] about endpoints.
type Endpoints interface {
	CreateEndpoint(ctx context.Context, account, url string, events []string) (store.Endpoint, error)
	Endpoints(ctx context.Context, account string) ([]store.Endpoint, error)
	Endpoint(ctx context.Context, account, id string) (store.Endpoint, error)
	UpdateEndpoint(ctx context.Context, e store.Endpoint) (store.Endpoint, error)
	DeleteEndpoint(ctx context.Context, account, id string) error
	WebhookSecret(ctx context.Context, account string) (string, error)
}

// Stats counts for the metrics.
type Stats interface {
	QueueState(ctx context.Context) (store.Queue, error)
	Totals(ctx context.Context) ([]store.Usage, error)
}

// Blobs keeps the bytes; blob.Store is one.
type Blobs interface {
	Put(ctx context.Context, key blob.Key, r io.Reader) (blob.Info, error)
	Open(ctx context.Context, key blob.Key) (blob.Object, blob.Info, error)
	Stat(ctx context.Context, key blob.Key) (blob.Info, error)
	Delete(ctx context.Context, key blob.Key) error
}

// Verifier checks a request that came by a link of [blob.Links] and returns the
// key; *blob.Signer is one.
type Verifier interface {
	Verify(method string, u *url.URL, now time.Time) (blob.Key, error)
}

// Inspector judges an uploaded video by its size and container, without
// decoding: a *saccade.Error (invalid_input_configuration) when it cannot be
// analyzed.
type Inspector interface {
	Inspect(ctx context.Context, key blob.Key) error
}

// Meter measures areas of interest on the density that an analysis left
// behind, without a new prediction.
type Meter interface {
	Measure(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI) ([]saccade.AOIResult, error)
}

// Advisor writes about an analysis; kind is "summary" or "recommendations". The
// text is Markdown.
type Advisor interface {
	Advise(ctx context.Context, a *saccade.Analysis, kind string) (markdown string, err error)
}

// AddressGuard refuses webhook addresses that must not be called (private and
// reserved networks). The error is a *saccade.Error.
type AddressGuard interface {
	CheckURL(ctx context.Context, address string) error
}

// Deps is everything the API needs from other packages. All are required but
// Guard (nil: webhook addresses are judged on delivery alone), Checks, Log (nil:
// discarded) and Now (nil: time.Now).
type Deps struct {
	Accounts  Accounts
	Uploads   Uploads
	Analyses  Analyses
	Archive   Archive
	Texts     Texts
	Webhooks  Webhooks
	Stats     Stats
	Blobs     Blobs
	Links     blob.Links
	Verifier  Verifier
	Inspector Inspector
	Meter     Meter
	Advisor   Advisor
	Guard     AddressGuard
	Checks    []httpfront.Check
	Log       *slog.Logger
	Now       func() time.Time
}

func (d Deps) validate() error {
	var faults []error
	for _, need := range []struct {
		name    string
		missing bool
	}{
		{"Accounts", d.Accounts == nil}, {"Uploads", d.Uploads == nil}, {"Analyses", d.Analyses == nil}, {"Archive", d.Archive == nil},
		{"Texts", d.Texts == nil}, {"Webhooks", d.Webhooks == nil}, {"Stats", d.Stats == nil},
		{"Blobs", d.Blobs == nil}, {"Links", d.Links == nil}, {"Verifier", d.Verifier == nil}, {"Inspector", d.Inspector == nil},
		{"Meter", d.Meter == nil}, {"Advisor", d.Advisor == nil},
	} {
		if need.missing {
			faults = append(faults, fmt.Errorf("httpapi: Deps.%s is missing", need.name))
		}
	}
	return errors.Join(faults...)
}
