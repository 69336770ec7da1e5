package httpapi

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// outputsInput asks for more outputs of an analysis that has succeeded.
type outputsInput struct {
	ByID
	Body struct {
		Outputs map[string]prediction `json:"outputs" doc:"Outputs by prediction, as predictions at POST: maps, attention.data and attention.grid."`
		Palette string                `json:"palette,omitempty" enum:"heat,turbo,fog" doc:"Colors of attentionMap and overlay; left out: those of the analysis. In other colors, those that are there are rendered anew." example:"heat"`
	} `nameHint:"MoreOutputs"`
}

// Rendering is how far outputs are that were asked for later.
type Rendering struct {
	Outputs  []string               `json:"outputs" doc:"What is not there yet." example:"[\"attention.attentionMap\"]"`
	Progress float64                `json:"progress" minimum:"0" maximum:"1" doc:"How far it is." example:"0.4"`
	Error    *httpfront.ErrorObject `json:"error,omitempty" doc:"It failed. Asking again tries again."`
}

type moreVideoOutput struct{ Body videoView }

type moreImageOutput struct{ Body imageView }

// addVideoOutputs has more outputs of a video rendered.
func (a *API) addVideoOutputs(ctx context.Context, in *outputsInput) (*moreVideoOutput, error) {
	an, err := a.addOutputs(ctx, saccade.KindVideo, in)
	if err != nil {
		return nil, err
	}
	return &moreVideoOutput{a.video(ctx, an)}, nil
}

// addImageOutputs has more outputs of an image or page rendered.
func (a *API) addImageOutputs(ctx context.Context, in *outputsInput) (*moreImageOutput, error) {
	an, err := a.addOutputs(ctx, saccade.KindImage, in)
	if err != nil {
		return nil, err
	}
	return &moreImageOutput{a.image(ctx, an)}, nil
}

// addOutputs asks for what is not there.
func (a *API) addOutputs(ctx context.Context, kind saccade.Kind, in *outputsInput) (*saccade.Analysis, error) {
	an, err := a.one(kind, in.ID)(ctx)
	if err != nil {
		return nil, err
	}
	err = a.deps.Service.Rerender(ctx, an, Options{Predictions: in.Body.Outputs}.names(), in.Body.Palette)
	an.Rendering = true // unless all of it was there
	return an, err
}

// rendering reports how far outputs are that were asked for later; nil for none.
func (a *API) rendering(ctx context.Context, an *saccade.Analysis) *Rendering {
	if !an.Rendering {
		return nil
	}
	r, err := a.deps.Analyses.Rendering(ctx, an.ID)
	if err != nil || r == nil {
		return nil // best effort, as the position is
	}
	v := &Rendering{Progress: r.Fraction}
	for _, o := range r.Outputs {
		v.Outputs = append(v.Outputs, string(o))
	}
	if r.Err != nil {
		e := httpfront.NewErrorObject(ctx, saccade.AsError(a.table.OnWire(r.Err)))
		v.Error = &e
	}
	return v
}

// outputRoutes are those of outputs that are asked for later.
func (a *API) outputRoutes() {
	route.Add(a.table, "add-video-outputs", a.addVideoOutputs)
	route.Add(a.table, "add-outputs", a.addImageOutputs)
}
