package pipeline

import (
	"context"
	"errors"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline/maps"
	"github.com/saccade-dev/saccade/internal/webm"
)

// errSeeThrough says that transparency which was taken for opaque is not.
var errSeeThrough = errors.New("the video can be seen through")

// run says how a video is analyzed.
type run struct {
	progress func(saccade.Progress)
	colors   bool // alone: what can be seen through is errSeeThrough
}

// decoder starts the decoder of a run.
func (a *Analyzer) decoder(ctx context.Context, job Job, info webm.Info, how run) (*ffmpeg.Decoder, error) {
	at := ffmpeg.Alone
	if len(maps.Files(job.Request.Outputs)) > 0 {
		at = ffmpeg.BesideEncoders
	}
	if how.colors {
		return a.video.DecodeColors(ctx, job.Path, info, at)
	}
	return a.video.Decode(ctx, job.Path, info, at)
}

// opaque fails where what the decoder leaves out can be seen.
func (r *videoRun) opaque(ctx context.Context) error {
	if is, err := r.dec.Opaque(ctx); err != nil || is {
		return err
	}
	return errSeeThrough
}
