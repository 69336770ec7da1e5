package pipeline

import (
	"context"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
)

// playable are the codecs of MP4 that all browsers play.
var playable = []string{"h264", "vp9", "av1"}

// copies reports whether viewers need a copy of the video, since browsers do not play
// the file itself.
func (r *videoRun) copies() bool {
	if r.info.Format == "" || !r.job.Viewer || r.stored != nil {
		return false
	}
	return r.info.Format != saccade.FormatMP4 || !slices.Contains(playable, r.info.Codec)
}

// openPlayable adds the copy for viewers, where they need one, before the outputs that
// change the frame.
func (r *videoRun) openPlayable(ctx context.Context, all *outputs, o ffmpeg.EncodeOptions) error {
	if !r.copies() {
		return nil
	}
	o.Out, o.Width, o.Height, o.Audio, o.Start, o.End = r.job.file(artifact.InputWebM), r.w, r.h, r.audio, r.info.FirstPTS, r.info.End
	enc, err := r.a.video.Encode(ctx, o)
	if err == nil {
		*all = append(outputs{{name: artifact.InputWebM, enc: enc}}, *all...)
	}
	return err
}
