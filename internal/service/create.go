package service

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"unicode"

	"go.opentelemetry.io/otel/propagation"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
)

// sourceFile is the file of an analysis that holds the image as it came.
const sourceFile saccade.File = "source"

// Order asks for an analysis: everything but what is to be analyzed.
type Order struct {
	Account     string
	Title       string
	Outputs     []string // names that [saccade.ParseOutputs] reads; none: the defaults
	AOIs        []saccade.AOI
	Format      string             // that [saccade.ParseFormat] reads; empty: the default of the kind
	Palette     string             // that [saccade.ParsePalette] reads; empty: heat
	Keep        bool               // does not expire
	Medium      saccade.Medium     // of an image or page
	Elements    bool               // of a page
	Steal       bool               // of a page
	Variants    []saccade.Variant  // of a page
	Uncertainty bool               // an interval for every share and score
	Webhook     *saccade.Webhook   // nil: none
	Idempotency *store.Idempotency // nil: every order makes an analysis
}

// CreateVideo makes the analysis of the account's upload that a link names.
// What size and container show is judged here, what shows only on decoding by the
// analysis. replayed means that the order had been made before.
func (s *Service) CreateVideo(ctx context.Context, o Order, origin blob.Origin, link saccade.Link) (a *saccade.Analysis, replayed bool, err error) {
	r, err := s.request(ctx, saccade.KindVideo, o)
	if err != nil {
		return nil, false, err
	}
	upload, info, err := s.uploadOf(ctx, o.Account, origin, link, r.Format)
	if err != nil {
		return nil, false, err
	}
	r.Object, r.Tag, r.Size = string(upload), info.ETag, info.Size
	return s.create(ctx, o, &saccade.Analysis{Request: r})
}

// CreatePage makes the analysis of a web page.
func (s *Service) CreatePage(ctx context.Context, o Order, address string) (a *saccade.Analysis, replayed bool, err error) {
	r, err := s.request(ctx, saccade.KindPage, o)
	if err != nil {
		return nil, false, err
	}
	if err := checkMedium(o.Medium); err != nil {
		return nil, false, err
	}
	if r.Address, err = s.pageAddress(address); err != nil {
		return nil, false, err
	}
	return s.create(ctx, o, &saccade.Analysis{Request: r})
}

// checkMedium refuses a medium that no page can be captured for; "" is the default.
func checkMedium(m saccade.Medium) error {
	switch m {
	case "", saccade.MediumDesktop, saccade.MediumMobile:
		return nil
	}
	return saccade.Errorf(saccade.CodeInvalidInput, "A page is captured for %s or %s.", saccade.MediumDesktop, saccade.MediumMobile).About(FieldMedium)
}

// CreateImage makes the analysis of an image, whose bytes it stores. Whether they
// can be read shows in the analysis.
func (s *Service) CreateImage(ctx context.Context, o Order, image []byte) (a *saccade.Analysis, replayed bool, err error) {
	r, err := s.request(ctx, saccade.KindImage, o)
	if err != nil {
		return nil, false, err
	}
	switch {
	case len(image) == 0:
		return nil, false, saccade.Errorf(saccade.CodeInvalidInput,
			"The image is empty. Send a PNG or JPEG.").About(FieldContent)
	case int64(len(image)) > s.limits.ImageBytes:
		return nil, false, saccade.Errorf(saccade.CodeTooLarge, "An image has at most %d bytes.", s.limits.ImageBytes).About(FieldContent)
	}
	a = &saccade.Analysis{ID: saccade.NewID(), Request: r}
	object := blob.AnalysisKey(a.ID, sourceFile)
	a.Request.Object, a.Request.Size = string(object), int64(len(image))
	if _, err := s.deps.Objects.Put(ctx, object, bytes.NewReader(image)); err != nil {
		return nil, false, err
	}
	a, replayed, err = s.create(ctx, o, a)
	if err != nil || replayed {
		// Nobody will ever ask for these bytes. What cannot be erased now is an
		// orphan that the janitor finds.
		s.tryDelete(ctx, object)
	}
	return a, replayed, err
}

// create keeps the analysis with its job.
func (s *Service) create(ctx context.Context, o Order, a *saccade.Analysis) (*saccade.Analysis, bool, error) {
	a.Account, a.Keep = o.Account, o.Keep
	span := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, span)
	a.Request.Trace = span.Get("traceparent")
	return s.deps.Analyses.CreateAnalysis(ctx, a, o.Idempotency)
}

// request checks what all kinds have in common.
func (s *Service) request(ctx context.Context, kind saccade.Kind, o Order) (saccade.Request, error) {
	if err := s.checkTitle(o.Title); err != nil {
		return saccade.Request{}, err
	}
	outputs, err := saccade.ParseOutputs(kind, o.Outputs)
	if err != nil {
		return saccade.Request{}, err
	}
	format, err := saccade.ParseFormat(kind, o.Format)
	if err != nil {
		return saccade.Request{}, err
	}
	palette, err := saccade.ParsePalette(o.Palette)
	if err != nil {
		return saccade.Request{}, err
	}
	if err := saccade.ValidateAOIs(o.AOIs); err != nil {
		return saccade.Request{}, err
	}
	r := saccade.Request{Kind: kind, Title: o.Title, Format: format, Medium: o.Medium, Palette: palette, Outputs: outputs, AOIs: o.AOIs, Webhook: o.Webhook,
		Elements: o.Elements || o.Steal, Steal: o.Steal, Variants: o.Variants, Uncertainty: o.Uncertainty}
	if err := r.ValidatePage(); err != nil {
		return saccade.Request{}, err
	}
	if o.Webhook == nil {
		return r, nil
	}
	err = s.CheckWebhook(ctx, *o.Webhook)
	if e := saccade.AsError(err); e != nil && e.Param != "" {
		return r, e.About("webhook." + e.Param)
	}
	return r, err
}

func (s *Service) checkTitle(title string) error {
	if len(title) > s.limits.TitleBytes {
		return saccade.Errorf(saccade.CodeInvalidInput, "A title has at most %d bytes.", s.limits.TitleBytes).About(FieldTitle)
	}
	return nil
}

// Update changes the title of an analysis, and whether it is kept, and returns it as it is
// now.
func (s *Service) Update(ctx context.Context, a *saccade.Analysis, change store.Change) (*saccade.Analysis, error) {
	if change.Title != nil {
		if err := s.checkTitle(*change.Title); err != nil {
			return nil, saccade.Errorf(saccade.CodeClient, "%s", saccade.AsError(err).Message).About(FieldNewTitle)
		}
	}
	return s.deps.Analyses.Update(ctx, a.Account, a.ID, change)
}

// pageAddress checks the address of a page: http or https with a host.
func (s *Service) pageAddress(address string) (string, error) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	switch {
	case address == "" || len(address) > s.limits.AddressBytes || err != nil || u.Hostname() == "" || u.Opaque != "" ||
		strings.ContainsFunc(address, unicode.IsControl):
	case u.Scheme != "http" && u.Scheme != "https":
		return "", saccade.Errorf(saccade.CodeInvalidInput, "Only http and https pages can be analyzed.").About(FieldContent)
	case u.User != nil:
		return "", saccade.Errorf(saccade.CodeInvalidInput, "The address must not carry a user name or a password.").About(FieldContent)
	default:
		return u.String(), nil
	}
	return "", saccade.Errorf(saccade.CodeInvalidInput,
		"This is not the address of a page, like https://www.example.com/.").About(FieldContent)
}
