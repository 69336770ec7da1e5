package httpapi

import (
	"bytes"
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

type createImageInput struct {
	CreateHeaders
	Body createImageBody
}

// createImageBody asks for an image or page analysis.
type createImageBody struct {
	Input  imageInput `json:"input" doc:"What to analyze."`
	Medium string     `json:"medium,omitempty" enum:"desktopWeb,mobileWeb" doc:"The same as input.medium, which wins."`
	Options
}

// createImage starts the analysis of an image or a page. Whether an image can
// be read shows in the poll, not here.
func (a *API) createImage(ctx context.Context, in *createImageInput) (*createdOutput, error) {
	b := in.Body
	kind := saccade.Kind(b.Input.Type)
	r, err := a.request(ctx, kind, b.Input.Title, b.Options)
	if err != nil {
		return nil, err
	}
	r.Medium = saccade.MediumDesktop
	for _, m := range []string{b.Medium, b.Input.Medium} {
		if m != "" {
			r.Medium = saccade.Medium(m)
		}
	}
	if kind == saccade.KindPage {
		if r.Address, err = a.pageAddress(b.Input.Content); err != nil {
			return nil, err
		}
		return a.start(ctx, &saccade.Analysis{Request: r})
	}
	return a.startImage(ctx, r, b.Input.Content)
}

// startImage stores the image's bytes with the analysis and starts it.
func (a *API) startImage(ctx context.Context, r saccade.Request, content string) (*createdOutput, error) {
	raw := imageBytes(content)
	switch {
	case len(raw) == 0:
		return nil, saccade.Errorf(saccade.CodeInvalidInput,
			"input.content is empty. Put the Base64 of a PNG or JPEG there.").About("input.content")
	case int64(len(raw)) > a.cfg.Limits.ImageBytes:
		return nil, a.imageTooLarge()
	}
	an := &saccade.Analysis{ID: saccade.NewID(), Request: r}
	object := blob.AnalysisKey(an.ID, "source")
	an.Request.Object = string(object)
	if _, err := a.deps.Blobs.Put(ctx, object, bytes.NewReader(raw)); err != nil {
		return nil, err
	}
	out, err := a.start(ctx, an)
	if err != nil || out.Replayed != "" {
		// Nobody will ever ask for these bytes. What cannot be erased now is
		// an orphan that the janitor finds.
		if gone := a.deps.Blobs.Delete(context.WithoutCancel(ctx), object); gone != nil {
			a.log.WarnContext(ctx, "cannot erase an unused image", "key", object, "err", gone)
		}
	}
	return out, err
}

func (a *API) imageTooLarge() error {
	return saccade.Errorf(saccade.CodeTooLarge, "An image has at most %d bytes.", a.cfg.Limits.ImageBytes).About("input.content")
}

// imageBody is how large the request for an image may be: Base64 with line
// breaks, and the rest of the request.
func (c Config) imageBody() int64 { return c.Limits.ImageBytes/3*4 + c.Limits.ImageBytes/24 + maxBody }

type imageOutput struct {
	PollHeaders
	Body imageView
}

// getImage answers status and result of an image or page analysis.
func (a *API) getImage(ctx context.Context, in *pollInput) (*imageOutput, error) {
	an, err := a.longPoll(ctx, a.one(saccade.KindImage, in.ID), in.Wait)
	if err != nil {
		return nil, err
	}
	return &imageOutput{PollHeaders: a.pollHeaders(an), Body: a.image(ctx, an)}, nil
}

// imageEvents streams what getImage answers.
func (a *API) imageEvents(ctx context.Context, in *ByID) (*eventsOutput, error) {
	return a.events(ctx, a.one(saccade.KindImage, in.ID), func(ctx context.Context, an *saccade.Analysis) any { return a.image(ctx, an) })
}
