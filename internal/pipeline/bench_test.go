package pipeline_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// BenchmarkImage times one page-sized frame with everything asked for.
func BenchmarkImage(b *testing.B) {
	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	model, err := attention.ByName(attention.NeuralName)
	if err != nil {
		b.Fatal(err)
	}
	a, err := pipeline.New(pipeline.DefaultConfig(), tool, model, nil)
	if err != nil {
		b.Fatal(err)
	}
	page := filepath.Join(b.TempDir(), "page.png")
	if msg, err := exec.Command("ffmpeg", "-v", "error", "-i", "../../examples/sample.webm", "-frames:v", "1", "-vf", "scale=1440:900", page).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, msg)
	}
	for _, outputs := range [][]saccade.Output{saccade.DefaultOutputs(saccade.KindImage), saccade.AllOutputs(saccade.KindImage)} {
		b.Run(fmt.Sprintf("1440x900/%d-outputs", len(outputs)), func(b *testing.B) {
			for b.Loop() {
				if _, err := a.Run(context.Background(), pipeline.Job{Path: page, Dir: b.TempDir(), Request: saccade.Request{Kind: saccade.KindImage, Outputs: outputs}}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
