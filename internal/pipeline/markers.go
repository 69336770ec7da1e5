package pipeline

import (
	"os"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/markers"
)

// writeMarkers writes the files for cutting programs from the numbers of a video,
// where they were asked for.
func writeMarkers(out *saccade.Outputs[saccade.File], job Job) error {
	if !job.Request.Wants(saccade.OutMarkers) {
		return nil
	}
	f, err := os.Open(job.file(artifact.FramesJSON))
	if err != nil {
		return err
	}
	defer f.Close()
	frames, err := artifact.ReadFrames(f)
	if err != nil {
		return err
	}
	list, err := markers.Find(markers.Video{Title: job.Request.Title, Frames: frames, AOIs: out.AOIs})
	if err != nil {
		return err
	}
	if out.Attention == nil {
		out.Attention = &saccade.AttentionOutput[saccade.File]{}
	}
	out.Attention.Markers, err = markers.Write(job.Dir, list)
	return err
}
