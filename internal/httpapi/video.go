package httpapi

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// ByID is the input of an operation on one analysis.
type ByID struct {
	ID string `path:"id" doc:"The id that POST returned." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
}

// pollInput is the input of a poll.
type pollInput struct {
	ByID
	Wait int `query:"wait" minimum:"0" doc:"Answer once the analysis has ended, or after so many seconds (60 at most)." example:"0"`
}

type uploadURLOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		URL saccade.Link `json:"url" format:"uri" doc:"PUT the video's bytes here, once, without Authorization; then use the URL, unchanged, as input.content." example:"https://saccade.example.com/objects/uploads/acme/5h7xk2m4qz3v6w8y2b4d6f8h2k?exp=1780308763&method=PUT&sig=3b1f"`
	} `nameHint:"UploadURL"`
}

// uploadURL answers a link for one upload into the account's own storage.
func (a *API) uploadURL(ctx context.Context, _ *route.None) (_ *uploadURLOutput, err error) {
	out := &uploadURLOutput{CacheControl: "no-store"}
	out.Body.URL, err = a.deps.Service.CreateUpload(ctx, route.AccountOf(ctx), route.OriginOf(ctx))
	return out, err
}

// CreateHeaders are the headers of every POST that starts an analysis.
type CreateHeaders struct {
	IdempotencyKey string `header:"Idempotency-Key" doc:"Repeating the request with the same key and body within 24 h returns the first answer; with another body 409." example:"order-4711"`
}

type createVideoInput struct {
	CreateHeaders
	Body createVideoBody
}

// createVideoBody asks for a video analysis.
type createVideoBody struct {
	Input videoInput `json:"input" doc:"What to analyze."`
	Options
}

type createdOutput struct {
	Location string `header:"Location" doc:"Absolute address to poll."`
	Replayed string `header:"Idempotent-Replayed" doc:"true when this is the first answer once more."`
	Body     created
}

// createVideo starts the analysis of an uploaded video.
func (a *API) createVideo(ctx context.Context, in *createVideoInput) (*createdOutput, error) {
	o := order(ctx, saccade.KindVideo, in.Body.Input.Title, in.Body.Options)
	o.Format = in.Body.Input.Format
	an, replayed, err := a.deps.Service.CreateVideo(ctx, o, route.OriginOf(ctx), saccade.Link(in.Body.Input.Content))
	return answerCreated(ctx, an, replayed, err)
}

// answerCreated says where to poll a new analysis.
func answerCreated(ctx context.Context, an *saccade.Analysis, replayed bool, err error) (*createdOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &createdOutput{Body: created{ID: an.ID, Location: httpfront.CallOf(ctx).Base + pollPath(an.Request.Kind) + an.ID}}
	out.Location = out.Body.Location
	if replayed {
		out.Replayed = "true"
	}
	return out, nil
}

type videoOutput struct {
	PollHeaders
	Body videoView
}

// getVideo answers status and result of a video analysis.
func (a *API) getVideo(ctx context.Context, in *pollInput) (*videoOutput, error) {
	an, err := a.longPoll(ctx, a.one(saccade.KindVideo, in.ID), in.Wait)
	if err != nil {
		return nil, err
	}
	return &videoOutput{PollHeaders: a.pollHeaders(an), Body: a.video(ctx, an)}, nil
}

// videoEvents streams what getVideo answers.
func (a *API) videoEvents(ctx context.Context, in *ByID) (*eventsOutput, error) {
	return a.events(ctx, a.one(saccade.KindVideo, in.ID), func(ctx context.Context, an *saccade.Analysis) any { return a.video(ctx, an) })
}

// one reads an analysis of the caller's account that is a video, or that is
// none; the other kind is as unknown as another account's.
func (a *API) one(kind saccade.Kind, id string) fetch {
	return func(ctx context.Context) (*saccade.Analysis, error) {
		if !route.ValidID(id) {
			return nil, route.ErrNoAnalysis
		}
		an, err := a.deps.Analyses.Analysis(ctx, route.AccountOf(ctx), id)
		if saccade.IsCode(err, saccade.CodeNotFound) {
			return nil, route.ErrNoAnalysis.With(err)
		}
		if err != nil {
			return nil, err
		}
		if (an.Request.Kind == saccade.KindVideo) != (kind == saccade.KindVideo) {
			return nil, route.ErrNoAnalysis
		}
		return an, nil
	}
}
