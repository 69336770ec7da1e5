package httpapi

import (
	"context"
	"errors"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// none is the input of an operation without any.
type none struct{}

// ByID is the input of an operation on one analysis.
type ByID struct {
	ID string `path:"id" doc:"The id that POST returned." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
}

// pollInput is the input of a poll.
type pollInput struct {
	ByID
	Wait int `query:"wait" minimum:"0" doc:"Hold the answer until the analysis has ended, up to so many seconds (60 at most)." example:"0"`
}

type uploadURLOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		URL saccade.Link `json:"url" format:"uri" doc:"PUT the video's bytes here, once, without Authorization; then use the URL, unchanged, as input.content." example:"https://saccade.example.com/objects/uploads/acme/5h7xk2m4qz3v6w8y2b4d6f8h2k?exp=1780308763&method=PUT&sig=3b1f"`
	} `nameHint:"UploadURL"`
}

// uploadURL answers a link for one upload into the account's own storage.
func (a *API) uploadURL(ctx context.Context, _ *none) (*uploadURLOutput, error) {
	u, err := a.deps.Uploads.CreateUpload(ctx, callerOf(ctx).account.Name)
	if err != nil {
		return nil, err
	}
	out := &uploadURLOutput{CacheControl: "no-store"}
	out.Body.URL, err = a.deps.Links.PutURL(originOf(ctx), blob.UploadKey(u.Account, u.ID), a.now().Add(a.cfg.Limits.UploadTTL))
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

// createVideo starts the analysis of an uploaded video. What size and
// container show is judged here.
func (a *API) createVideo(ctx context.Context, in *createVideoInput) (*createdOutput, error) {
	r, err := a.request(ctx, saccade.KindVideo, in.Body.Input.Title, in.Body.Options)
	if err != nil {
		return nil, err
	}
	object, err := a.videoObject(ctx, in.Body.Input.Content)
	if err != nil {
		return nil, err
	}
	r.Object = string(object)
	return a.start(ctx, &saccade.Analysis{Request: r})
}

// videoObject finds the uploaded object that a content URL names and has its
// container judged.
func (a *API) videoObject(ctx context.Context, content string) (blob.Key, error) {
	key, err := uploadOf(a.deps.Links, originOf(ctx), content)
	if err != nil {
		return "", err
	}
	nothing := saccade.Errorf(saccade.CodeInvalidInput,
		"Nothing was uploaded to this URL with this account. PUT the video to it first, then send the same URL as input.content.").About("input.content")
	owner, id, _ := key.Upload()
	if owner != callerOf(ctx).account.Name {
		return "", nothing
	}
	_, err = a.deps.Uploads.Upload(ctx, owner, id)
	if saccade.IsCode(err, saccade.CodeNotFound) || saccade.IsCode(err, saccade.CodeGone) {
		return "", nothing.With(err)
	}
	if err != nil {
		return "", err
	}
	info, err := a.deps.Blobs.Stat(ctx, key)
	switch {
	case errors.Is(err, blob.ErrNotFound):
		return "", nothing.With(err)
	case err != nil:
		return "", err
	case info.Size > a.cfg.Limits.VideoBytes:
		return "", saccade.Errorf(saccade.CodeInvalidInput, "A video has at most %d bytes.", a.cfg.Limits.VideoBytes).About("input.content")
	}
	err = a.deps.Inspector.Inspect(ctx, key)
	if saccade.IsCode(err, saccade.CodeUnreadableVideo) {
		err = nil // the poll reports a damaged file, like all that shows on reading
	}
	return key, err
}

// start stores a new analysis with its job and answers where to poll it.
func (a *API) start(ctx context.Context, an *saccade.Analysis) (*createdOutput, error) {
	c, path := callerOf(ctx), pollPath(an.Request.Kind)
	an.Account = c.account.Name
	kept, replayed, err := a.deps.Analyses.CreateAnalysis(ctx, an, c.idempotency(path))
	if err != nil {
		return nil, err
	}
	out := &createdOutput{Body: created{ID: kept.ID, Location: httpfront.CallOf(ctx).Base + path + kept.ID}}
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
		if !validID(id) {
			return nil, errNoAnalysis
		}
		an, err := a.deps.Analyses.Analysis(ctx, callerOf(ctx).account.Name, id)
		if saccade.IsCode(err, saccade.CodeNotFound) {
			return nil, errNoAnalysis.With(err)
		}
		if err != nil {
			return nil, err
		}
		if (an.Request.Kind == saccade.KindVideo) != (kind == saccade.KindVideo) {
			return nil, errNoAnalysis
		}
		return an, nil
	}
}
