package httpapi

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/route"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/service"
)

// created answers every POST that starts an analysis.
type created struct {
	ID       string `json:"id" doc:"Opaque id; poll with it." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	Location string `json:"location" format:"uri" doc:"Absolute address to poll." example:"https://saccade.example.com/v2/analyses/video/5h7xk2m4qz3v6w8y2b4d6f8h2k"`
}

// Pending is what a poll answers about an analysis that has not ended.
type Pending struct {
	Progress      *float64 `json:"progress,omitempty" minimum:"0" maximum:"1" doc:"While pending: how far it is." example:"0.4"`
	Stage         string   `json:"stage,omitempty" doc:"While pending: queued, starting, capturing, predicting, rendering or storing." example:"predicting"`
	QueuePosition *int     `json:"queue_position,omitempty" minimum:"1" doc:"While it waits: its place in the queue, 1 is the next." example:"1"`
	Preview       *Preview `json:"preview,omitempty" doc:"While it runs, once the first frame is predicted; after success where nothing of attention was asked for."`

	Rendering *Rendering `json:"rendering,omitempty" doc:"On success: outputs that were asked for later and are not there yet."`
}

// Preview is what there is of an analysis that has not ended, and the densities of
// one whose outputs hold nothing of attention.
type Preview struct {
	Grid saccade.Link `json:"grid" format:"uri" doc:"Link to the frames of attention.grid so far; read it again for more. Of an analysis that ended: all frames. A link from while it ran answers 410 then, one to a bucket 404." example:"https://saccade.example.com/objects/analyses/5h7xk2m4qz3v6w8y2b4d6f8h2k/preview.grid?exp=1780308763&method=GET&sig=9f31"`
}

// videoView is the answer to a poll of a video analysis.
type videoView struct {
	ID        string                         `json:"id" doc:"The id that POST returned." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	ExposedID string                         `json:"_internal_exposed_id,omitempty" doc:"On success: the analysis id that update-meta, summary and recommendations want." example:"q2w4e6r8t2y4u6i2o4p6a2s4d6"`
	Status    string                         `json:"status" enum:"pending,success,failed" doc:"pending until the analysis ends." example:"success"`
	Title     string                         `json:"title" doc:"As given at POST." example:"Spring campaign"`
	CreatedAt string                         `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	Outputs   *saccade.Outputs[saccade.Link] `json:"outputs,omitempty" doc:"On success."`
	Error     *httpfront.ErrorObject         `json:"error,omitempty" doc:"On failure."`
	Retention
	Pending
}

// imageView is the answer to a poll of an image or page analysis.
type imageView struct {
	ID        string                         `json:"id" doc:"The id that POST returned." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
	ExposedID string                         `json:"_internal_exposed_id,omitempty" doc:"On success: the analysis id that update-meta, summary and recommendations want." example:"q2w4e6r8t2y4u6i2o4p6a2s4d6"`
	Status    string                         `json:"status" enum:"pending,success,failed" doc:"pending until the analysis ends." example:"success"`
	Type      string                         `json:"type" enum:"image,url" doc:"What was given at POST." example:"image"`
	Title     string                         `json:"title" doc:"As given at POST." example:"Landing page"`
	CreatedAt string                         `json:"created_at" doc:"UTC, six digits of a second, no zone." example:"2026-06-01T09:12:43.512000"`
	Outputs   *saccade.Outputs[saccade.Link] `json:"outputs,omitempty" doc:"On success."`
	Error     *httpfront.ErrorObject         `json:"error,omitempty" doc:"On failure."`
	Retention
	Pending
}

// Retention is how long an analysis stays.
type Retention struct {
	Keep      bool   `json:"keep,omitempty" doc:"Whether it stays until it is deleted." example:"true"`
	ExpiresAt string `json:"expires_at,omitempty" doc:"When its results are gone; absent: not by themselves, or it has not ended. UTC, six digits of a second, no zone." example:"2026-06-01T10:12:51.004000"`
	Input     string `json:"input_expires_at,omitempty" doc:"Of a video: when outputs.input.video is gone (410), before the results; absent: with them, or it has not ended." example:"2026-06-08T09:12:51.004000"`
}

func retentionOf(an *saccade.Analysis) Retention {
	r := Retention{Keep: an.Keep}
	if an.ExpiresAt != nil {
		r.ExpiresAt = route.Stamp(*an.ExpiresAt)
	}
	if an.InputExpiresAt != nil {
		r.Input = route.Stamp(*an.InputExpiresAt)
	}
	return r
}

// PollHeaders are the headers of a poll's answer.
type PollHeaders struct {
	RetryAfter   string `header:"Retry-After" doc:"While pending: seconds until the next poll makes sense."`
	CacheControl string `header:"Cache-Control"`
}

// Polls of an image make sense sooner: it is done in seconds.
const (
	imageRetry = time.Second
	videoRetry = 2 * time.Second
)

// video is the answer for one video analysis.
func (a *API) video(ctx context.Context, an *saccade.Analysis) videoView {
	v := videoView{
		ID: an.ID, Status: string(an.Status), Title: an.Request.Title, CreatedAt: route.Stamp(an.CreatedAt),
		Outputs: a.outputs(ctx, an), Error: a.failure(ctx, an), Retention: retentionOf(an), Pending: a.pending(ctx, an),
	}
	if an.Status == saccade.StatusSuccess {
		v.ExposedID = an.ExposedID
	}
	return v
}

// image is the answer for one image or page analysis.
func (a *API) image(ctx context.Context, an *saccade.Analysis) imageView {
	v := imageView{
		ID: an.ID, Status: string(an.Status), Type: string(an.Request.Kind), Title: an.Request.Title, CreatedAt: route.Stamp(an.CreatedAt),
		Outputs: a.outputs(ctx, an), Error: a.failure(ctx, an), Retention: retentionOf(an), Pending: a.pending(ctx, an),
	}
	if an.Status == saccade.StatusSuccess {
		v.ExposedID = an.ExposedID
	}
	return v
}

// outputs signs fresh links to everything that the analysis answered.
func (a *API) outputs(ctx context.Context, an *saccade.Analysis) *saccade.Outputs[saccade.Link] {
	return a.signer.Outputs(ctx, an, a.now().Add(a.cfg.Limits.LinkTTL))
}

// errNoReason stands for the error of a failed analysis that kept none.
var errNoReason = errors.New("the analysis failed without an error")

// failure is the error object of a failed analysis.
func (a *API) failure(ctx context.Context, an *saccade.Analysis) *httpfront.ErrorObject {
	if an.Status != saccade.StatusFailed {
		return nil
	}
	e := an.Err
	if e == nil {
		e = saccade.AsError(errNoReason)
	}
	if e.Param == "" && (e.Code == saccade.CodeBlankImage || e.Code == saccade.CodeUnreadableImage) {
		e = e.About(service.FieldContent)
	}
	o := httpfront.NewErrorObject(ctx, saccade.AsError(a.table.OnWire(e)))
	return &o
}

// pending reports how far an analysis is that has not ended, and links to densities
// that no output links to.
func (a *API) pending(ctx context.Context, an *saccade.Analysis) Pending {
	var v Pending
	if an.Status == saccade.StatusSuccess && an.Outputs != nil && an.Outputs.Attention == nil {
		v.Preview = a.preview(ctx, an, artifact.GridFile)
	}
	if an.Status != saccade.StatusPending {
		v.Rendering = a.rendering(ctx, an)
		return v
	}
	v.Progress, v.Stage = progressOf(an)
	if v.Stage != string(saccade.StageQueued) {
		v.Preview = a.preview(ctx, an, service.PreviewFile)
		return v
	}
	// Best effort: an answer does not fail for want of it.
	if n, err := a.deps.Analyses.QueuePosition(ctx, an.ID); err == nil && n > 0 {
		v.QueuePosition = &n
	}
	return v
}

// progressOf returns how far an analysis is that has not ended.
func progressOf(an *saccade.Analysis) (*float64, string) {
	fraction := min(1, max(0, an.Progress.Fraction))
	return &fraction, string(cmp.Or(an.Progress.Stage, saccade.StageQueued))
}

// preview links to a file of densities; nil while there is none.
func (a *API) preview(ctx context.Context, an *saccade.Analysis, file saccade.File) *Preview {
	key := blob.AnalysisKey(an.ID, file)
	if _, err := a.deps.Objects.Stat(ctx, key); err != nil {
		return nil // best effort, as the position is
	}
	return &Preview{Grid: a.signer.Link(ctx, key, a.now().Add(a.cfg.Limits.LinkTTL))}
}

// pollHeaders says when the next poll makes sense.
func (a *API) pollHeaders(an *saccade.Analysis) PollHeaders {
	h := PollHeaders{CacheControl: "no-store"}
	if an.Status == saccade.StatusPending {
		h.RetryAfter = httpfront.RetrySeconds(videoRetry)
		if an.Request.Kind != saccade.KindVideo {
			h.RetryAfter = httpfront.RetrySeconds(imageRetry)
		}
	}
	return h
}
