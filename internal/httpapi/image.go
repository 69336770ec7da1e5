package httpapi

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
)

type createImageInput struct {
	CreateHeaders
	Body createImageBody
}

// createImageBody asks for an image or page analysis.
type createImageBody struct {
	Input  imageInput `json:"input" doc:"What to analyze."`
	Medium string     `json:"medium,omitempty" maxLength:"100" doc:"The same as input.medium, which wins."`
	Options
	Elements bool              `json:"elements,omitempty" doc:"Pages: measure every visible heading, paragraph, link, button, field, image, video, navigation and dialog."`
	Steal    bool              `json:"steal,omitempty" doc:"Pages: hide each of the ten most attended elements in turn and predict again, to see who gives attention to whom. Includes elements. It takes up to eleven captures."`
	Variants []saccade.Variant `json:"variants,omitempty" maxItems:"8" doc:"Pages: other ways to show the page, each captured and predicted: desktopWeb, mobileWeb, dark, more-contrast, reduced-motion, zoom200, rtl, protanopia, deuteranopia, tritanopia, achromatopsia, reduced-contrast, blurred-vision." example:"[\"mobileWeb\",\"dark\"]"`
}

// createImage starts the analysis of an image or a page.
func (a *API) createImage(ctx context.Context, in *createImageInput) (*createdOutput, error) {
	b := in.Body
	kind := saccade.Kind(b.Input.Type)
	o := order(ctx, kind, b.Input.Title, b.Options)
	o.Medium = saccade.MediumDesktop
	for _, m := range []string{b.Medium, b.Input.Medium} {
		if m != "" {
			o.Medium = saccade.Medium(m)
		}
	}
	o.Format = b.Input.Format
	o.Elements, o.Steal, o.Variants = b.Elements, b.Steal, b.Variants
	if kind == saccade.KindPage {
		an, replayed, err := a.deps.Service.CreatePage(ctx, o, b.Input.Content)
		return answerCreated(ctx, an, replayed, err)
	}
	an, replayed, err := a.deps.Service.CreateImage(ctx, o, imageBytes(b.Input.Content))
	return answerCreated(ctx, an, replayed, err)
}

// imageBody is how large the request for an image may be: Base64 with line
// breaks, and the rest of the request.
func (c Config) imageBody() int64 {
	return c.Limits.ImageBytes/3*4 + c.Limits.ImageBytes/24 + route.MaxBody
}

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
