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
	Query  string `query:"q" maxLength:"200" doc:"Only analyses whose title contains this, in upper or lower case." example:"campaign"`
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
	Scores    *scores                `json:"scores,omitempty" doc:"On success, those that were asked for."`
	Poster    *poster                `json:"poster,omitempty" doc:"On success: links to two small JPEGs."`
	Progress  *float64               `json:"progress,omitempty" minimum:"0" maximum:"1" doc:"While pending: how far it is." example:"0.4"`
	Stage     string                 `json:"stage,omitempty" doc:"While pending: queued, starting, capturing, predicting, rendering or storing." example:"predicting"`
	Place     *int                   `json:"queue_position,omitempty" minimum:"1" doc:"While it waits: its place in the queue, 1 is the next." example:"1"`
	Retention
}

// scores are the scores of an analysis as a whole.
type scores struct {
	Focus        *int `json:"focus,omitempty" minimum:"0" maximum:"100" doc:"0 to 100." example:"62"`
	Clarity      *int `json:"clarity,omitempty" minimum:"0" maximum:"100" doc:"0 to 100." example:"71"`
	Excitingness *int `json:"excitingness,omitempty" minimum:"0" maximum:"100" doc:"0 to 100." example:"48"`
}

// poster is what stands for an analysis on a card.
type poster = saccade.PosterOutput[saccade.Link]

// scoresOf returns the scores among outputs; nil for none.
func scoresOf(o *saccade.Outputs[saccade.Link]) *scores {
	var s scores
	for to, from := range map[**int]*saccade.ScoreOutput[saccade.Link]{&s.Focus: o.Focus, &s.Clarity: o.Clarity, &s.Excitingness: o.Excitingness} {
		if from != nil {
			*to = from.Score
		}
	}
	if s == (scores{}) {
		return nil
	}
	return &s
}

// item is an analysis in a list; place is where in the queue it waits, 0 for nowhere.
func (a *API) item(ctx context.Context, an *saccade.Analysis, place int) listItem {
	it := listItem{
		ID: an.ID, Type: string(an.Request.Kind), Status: string(an.Status), Title: an.Request.Title,
		CreatedAt: route.Stamp(an.CreatedAt), Location: httpfront.CallOf(ctx).Base + pollPath(an.Request.Kind) + an.ID, Error: a.failure(ctx, an),
		Retention: retentionOf(an),
	}
	if o := a.outputs(ctx, an); o != nil {
		if it.Scores = scoresOf(o); o.Input != nil {
			it.Poster = o.Input.Poster
		}
	}
	if an.Status == saccade.StatusPending {
		it.Progress, it.Stage = progressOf(an)
		if place > 0 && it.Stage == string(saccade.StageQueued) {
			it.Place = &place
		}
	}
	return it
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
		Kind: kind, Status: saccade.Status(in.Status), Limit: in.Limit, After: in.After, Query: in.Query,
	})
	if err != nil {
		return nil, err
	}
	places, err := a.deps.Analyses.QueuePositions(ctx, page)
	if err != nil {
		places = nil // best effort, as in polls
	}
	out := &listOutput{}
	out.Body.Analyses = make([]listItem, 0, len(page))
	for i := range page {
		out.Body.Analyses = append(out.Body.Analyses, a.item(ctx, &page[i], places[page[i].ID]))
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

type updateInput struct {
	ByID
	Body struct {
		Title *string `json:"title,omitempty" doc:"Free text." example:"Spring campaign, second cut"`
		Keep  *bool   `json:"keep,omitempty" doc:"Whether results stay until they are deleted. The time of what is no longer kept begins anew." example:"true"`
	} `nameHint:"AnalysisUpdate"`
}

// updateVideo changes title and retention of a video analysis.
func (a *API) updateVideo(ctx context.Context, in *updateInput) (*videoOutput, error) {
	an, err := a.update(ctx, saccade.KindVideo, in)
	if err != nil {
		return nil, err
	}
	return &videoOutput{PollHeaders: a.pollHeaders(an), Body: a.video(ctx, an)}, nil
}

// updateImage changes title and retention of an image or page analysis.
func (a *API) updateImage(ctx context.Context, in *updateInput) (*imageOutput, error) {
	an, err := a.update(ctx, saccade.KindImage, in)
	if err != nil {
		return nil, err
	}
	return &imageOutput{PollHeaders: a.pollHeaders(an), Body: a.image(ctx, an)}, nil
}

func (a *API) update(ctx context.Context, kind saccade.Kind, in *updateInput) (*saccade.Analysis, error) {
	an, err := a.one(kind, in.ID)(ctx)
	if err != nil {
		return nil, err
	}
	return a.deps.Service.Update(ctx, an, store.Change{Title: in.Body.Title, Keep: in.Body.Keep})
}
