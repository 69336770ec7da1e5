package httpapi

import (
	"context"

	"github.com/saccade-dev/saccade"
)

type aoisInput struct {
	ByID
	Body struct {
		AOIs []saccade.AOI `json:"aois" nullable:"false" doc:"Areas of interest; they replace the former ones. An empty list removes them."`
	} `nameHint:"AOIRequest"`
}

type aoisOutput struct {
	Body struct {
		ID   string              `json:"id" doc:"The analysis." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
		AOIs []saccade.AOIResult `json:"aois" nullable:"false" doc:"What was measured, in the order of the request."`
	} `nameHint:"AOIAnswer"`
}

func (a *API) setVideoAOIs(ctx context.Context, in *aoisInput) (*aoisOutput, error) {
	return a.setAOIs(ctx, saccade.KindVideo, in)
}

func (a *API) setImageAOIs(ctx context.Context, in *aoisInput) (*aoisOutput, error) {
	return a.setAOIs(ctx, saccade.KindImage, in)
}

// setAOIs measures areas of interest on what the analysis left behind.
func (a *API) setAOIs(ctx context.Context, kind saccade.Kind, in *aoisInput) (*aoisOutput, error) {
	an, err := a.one(kind, in.ID)(ctx)
	if err != nil {
		return nil, err
	}
	results, err := a.deps.Service.MeasureAreas(ctx, an, in.Body.AOIs)
	if err != nil {
		return nil, err
	}
	out := &aoisOutput{}
	out.Body.ID, out.Body.AOIs = an.ID, results
	return out, nil
}
