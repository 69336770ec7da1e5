package httpapi

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store"
)

// PageInput selects a page of a list.
type PageInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"Items a page." example:"20"`
	After  string `query:"after" maxLength:"200" doc:"The cursor next of the page before."`
	Status string `query:"status" enum:"pending,success,failed" doc:"Only analyses with this status."`
}

type listInput struct {
	PageInput
	Type string `query:"type" enum:"video,image,url" doc:"Only analyses of this type."`
}

// listItem is an analysis in a list; poll its location for the outputs.
type listItem struct {
	ID        string                 `json:"id" doc:"Opaque id." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Type      string                 `json:"type" enum:"video,image,url" doc:"What was analyzed." example:"video"`
	Status    string                 `json:"status" enum:"pending,success,failed" doc:"pending until the analysis ends." example:"success"`
	Title     string                 `json:"title" doc:"As given at POST." example:"Spring campaign"`
	CreatedAt string                 `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	Location  string                 `json:"location" format:"uri" doc:"Absolute address to poll." example:"https://saccade.example.com/v2/analyses/video/5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Error     *httpfront.ErrorObject `json:"error,omitempty" doc:"On failure."`
}

type listOutput struct {
	Body struct {
		Analyses []listItem `json:"analyses" nullable:"false" doc:"Newest first."`
		Next     string     `json:"next,omitempty" doc:"Cursor of the next page; absent on the last one." example:"MTc4MDMwODc2MzAwMDAwMC81aDd4"`
	} `nameHint:"AnalysisList"`
}

// listVideos lists the account's video analyses.
func (a *API) listVideos(ctx context.Context, in *PageInput) (*listOutput, error) {
	return a.list(ctx, saccade.KindVideo, *in)
}

// listAll lists the account's analyses of every kind.
func (a *API) listAll(ctx context.Context, in *listInput) (*listOutput, error) {
	return a.list(ctx, saccade.Kind(in.Type), in.PageInput)
}

func (a *API) list(ctx context.Context, kind saccade.Kind, in PageInput) (*listOutput, error) {
	page, next, err := a.deps.Archive.List(ctx, route.AccountOf(ctx), store.ListOptions{
		Kind: kind, Status: saccade.Status(in.Status), Limit: in.Limit, After: in.After,
	})
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Analyses = make([]listItem, 0, len(page))
	for i := range page {
		an := &page[i]
		out.Body.Analyses = append(out.Body.Analyses, listItem{
			ID: an.ID, Type: string(an.Request.Kind), Status: string(an.Status), Title: an.Request.Title,
			CreatedAt: route.Stamp(an.CreatedAt), Location: httpfront.CallOf(ctx).Base + pollPath(an.Request.Kind) + an.ID, Error: a.failure(ctx, an),
		})
	}
	out.Body.Next = next
	return out, nil
}

// pollPath is where analyses of a kind are polled, below the base address.
func pollPath(kind saccade.Kind) string {
	if kind == saccade.KindVideo {
		return "/v2/analyses/video/"
	}
	return "/v2/analyses/"
}

// deleteVideo cancels or erases a video analysis.
func (a *API) deleteVideo(ctx context.Context, in *ByID) (*route.Empty, error) {
	return a.erase(ctx, saccade.KindVideo, in.ID)
}

// deleteImage cancels or erases an image or page analysis.
func (a *API) deleteImage(ctx context.Context, in *ByID) (*route.Empty, error) {
	return a.erase(ctx, saccade.KindImage, in.ID)
}

func (a *API) erase(ctx context.Context, kind saccade.Kind, id string) (*route.Empty, error) {
	an, err := a.one(kind, id)(ctx)
	if err != nil {
		return nil, err
	}
	return &route.Empty{}, a.deps.Service.Erase(ctx, an)
}
