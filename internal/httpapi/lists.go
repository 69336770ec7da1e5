package httpapi

import (
	"context"
	"time"

	"github.com/saccade-dev/saccade"
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
	page, next, err := a.deps.Archive.List(ctx, callerOf(ctx).account.Name, store.ListOptions{
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
			CreatedAt: stamp(an.CreatedAt), Location: httpfront.CallOf(ctx).Base + pollPath(an.Request.Kind) + an.ID, Error: a.failure(ctx, an),
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

// empty is an answer without a body.
type empty struct{}

// deleteVideo cancels or erases a video analysis.
func (a *API) deleteVideo(ctx context.Context, in *ByID) (*empty, error) {
	return a.erase(ctx, saccade.KindVideo, in.ID)
}

// deleteImage cancels or erases an image or page analysis.
func (a *API) deleteImage(ctx context.Context, in *ByID) (*empty, error) {
	return a.erase(ctx, saccade.KindImage, in.ID)
}

func (a *API) erase(ctx context.Context, kind saccade.Kind, id string) (*empty, error) {
	an, err := a.one(kind, id)(ctx)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.deps.Service.Erase(ctx, an)
}

type usageInput struct {
	From string `query:"from" doc:"First time that counts: a date (2026-06-01) or RFC 3339. Default: the first of this month, UTC." example:"2026-06-01"`
	To   string `query:"to" doc:"First time that no longer counts. Default: now." example:"2026-07-01"`
}

// usageRow is what one kind of input came to.
type usageRow struct {
	Type      string  `json:"type" enum:"video,image,url" doc:"Kind of input." example:"video"`
	Pending   int     `json:"pending" doc:"Analyses that have not ended." example:"1"`
	Succeeded int     `json:"succeeded" doc:"Analyses with a result." example:"41"`
	Failed    int     `json:"failed" doc:"Analyses without." example:"2"`
	Frames    int64   `json:"frames" doc:"Frames of the videos with a result." example:"36900"`
	Seconds   float64 `json:"seconds" doc:"Their length together." example:"1230.5"`
}

type usageOutput struct {
	Body struct {
		From  time.Time  `json:"from" doc:"First time that counts." example:"2026-06-01T00:00:00Z"`
		To    time.Time  `json:"to" doc:"First time that does not." example:"2026-07-01T00:00:00Z"`
		Usage []usageRow `json:"usage" nullable:"false" doc:"One entry for every kind of input that was used."`
	} `nameHint:"Usage"`
}

// usage sums up what the account did in a span of time.
func (a *API) usage(ctx context.Context, in *usageInput) (*usageOutput, error) {
	now := a.now().UTC()
	from, err := parseTime(in.From, time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC), "from")
	if err != nil {
		return nil, err
	}
	to, err := parseTime(in.To, now, "to")
	if err != nil {
		return nil, err
	}
	if !to.After(from) {
		return nil, saccade.Errorf(saccade.CodeClient, "The span is empty: \"to\" must be later than \"from\".").About("to")
	}
	rows, err := a.deps.Archive.Usage(ctx, callerOf(ctx).account.Name, from, to)
	if err != nil {
		return nil, err
	}
	out := &usageOutput{}
	out.Body.From, out.Body.To, out.Body.Usage = from, to, make([]usageRow, 0, len(rows))
	for _, u := range rows {
		out.Body.Usage = append(out.Body.Usage, usageRow{
			Type: string(u.Kind), Pending: u.Pending, Succeeded: u.Succeeded, Failed: u.Failed, Frames: u.Frames, Seconds: u.Seconds,
		})
	}
	return out, nil
}

// parseTime reads a date or a time; without one it is what otherwise says.
func parseTime(text string, otherwise time.Time, param string) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1970 && t.Year() < 3000 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, saccade.Errorf(saccade.CodeClient, "%s is a date like 2026-06-01 or a time like 2026-06-01T12:00:00Z.", param).About(param)
}
