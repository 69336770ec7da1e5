package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/store"
)

// The fields that errors of this package name. Those of areas of interest and
// outputs are the root package's, those of webhooks [FieldURL] and [FieldEvents],
// after "webhook." where the webhook is part of an order.
const (
	FieldContent  = "content"
	FieldTitle    = "title"
	FieldNewTitle = "new title" // in place of the former one
	FieldMedium   = "medium"
	FieldFormat   = "format"
	FieldURL      = "url"
	FieldEvents   = "events"
)

// Uploads keeps which objects clients were given upload links for; *store.Store
// is one, as of [Analyses].
type Uploads interface {
	CreateUpload(ctx context.Context, account string) (saccade.Upload, error)
	Upload(ctx context.Context, account, id string) (saccade.Upload, error)
	NoteUpload(ctx context.Context, key blob.Key, size int64) error
}

// Analyses keeps analyses.
type Analyses interface {
	CreateAnalysis(ctx context.Context, a *saccade.Analysis, idem *store.Idempotency) (_ *saccade.Analysis, replayed bool, err error)
	SetAOIs(ctx context.Context, account, id string, m store.Measured) (*saccade.Analysis, error)
	StartRendering(ctx context.Context, account, id string, r store.Rendering) error
	Update(ctx context.Context, account, id string, change store.Change) (*saccade.Analysis, error)
	Delete(ctx context.Context, account, id string) (objects []blob.Key, err error)
}

// Analyzer makes one analysis of a local file; *pipeline.Analyzer is one.
type Analyzer interface {
	Run(ctx context.Context, job pipeline.Job, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error)
}

// Lens predicts the density of an image; *pipeline.Analyzer is one.
type Lens interface {
	Lens(ctx context.Context, image []byte) (saccade.Density, error)
}

// Advisor writes about an analysis, as Markdown; kind is "summary" or
// "recommendations".
type Advisor interface {
	Advise(ctx context.Context, a *saccade.Analysis, kind string) (markdown string, err error)
}

// AddressGuard refuses webhook addresses that must not be called (private and
// reserved networks). The error is a *saccade.Error.
type AddressGuard interface {
	CheckURL(ctx context.Context, address string) error
}

// InspectFunc judges a video of a format ("": WebM) by its container, without decoding it. The error is
// unreadable_input_video for a damaged one, invalid_input_configuration for one
// that cannot be analyzed.
type InspectFunc func(ctx context.Context, r io.ReaderAt, size int64, format saccade.Format) error

// Deps is what a service works with. Uploads, Analyses, Objects and Links are
// required.
type Deps struct {
	Uploads  Uploads
	Analyses Analyses
	Objects  blob.Store
	Links    blob.Links
	Analyzer Analyzer         // nil: this process runs no analysis
	Lens     Lens             // nil: this process predicts nothing
	Advisor  Advisor          // nil: this process writes no text
	Inspect  InspectFunc      // nil: by [pipeline.InspectVideo]
	Guard    AddressGuard     // nil: webhook addresses are judged on delivery alone
	Log      *slog.Logger     // nil: discarded
	Now      func() time.Time // nil: time.Now
}

// Service is safe for concurrent use.
type Service struct {
	Files
	limits Limits
	deps   Deps
	log    *slog.Logger
	now    func() time.Time
}

// New makes a service. The error names everything wrong with the limits and every
// missing dependency.
func New(limits Limits, deps Deps) (*Service, error) {
	errs := []error{limits.Validate()}
	for name, missing := range map[string]bool{
		"Uploads": deps.Uploads == nil, "Analyses": deps.Analyses == nil, "Objects": deps.Objects == nil, "Links": deps.Links == nil,
	} {
		if missing {
			errs = append(errs, fmt.Errorf("Deps.%s is missing", name))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("service: %w", err)
	}
	s := &Service{Files: Files{deps.Objects}, limits: limits, deps: deps, log: deps.Log, now: deps.Now}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.deps.Inspect == nil {
		s.deps.Inspect = func(ctx context.Context, r io.ReaderAt, size int64, format saccade.Format) error {
			_, err := pipeline.InspectVideo(ctx, r, size, format, limits.Pipeline())
			return err
		}
	}
	return s, nil
}

// Limits returns the limits.
func (s *Service) Limits() Limits { return s.limits }
