package pipeline_test

import (
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// TestOutsideTraining: noise and a test card are outside, the sample video is not, and
// of the baseline nobody knows.
func TestOutsideTraining(t *testing.T) {
	yes, no := true, false
	r := rand.New(rand.NewPCG(5, 6))
	noise := image.NewGray(image.Rect(0, 0, 320, 240))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Uint32())
	}
	file := filepath.Join(t.TempDir(), "noise.png")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, noise); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path string
		kind       saccade.Kind
		a          *pipeline.Analyzer
		want       *bool
	}{
		{"noise", file, saccade.KindImage, trained(t), &yes},
		{"test card", encode(t, "-f", "lavfi", "-i", "smptebars=s=320x240:r=10:d=2"), saccade.KindVideo, trained(t), &yes},
		{"sample", "../../examples/sample.webm", saccade.KindVideo, trained(t), &no},
		{"baseline", file, saccade.KindImage, newAnalyzer(t), nil},
	} {
		out, err := c.a.Run(t.Context(), pipeline.Job{Path: c.path, Dir: t.TempDir(), Request: saccade.Request{Kind: c.kind, Outputs: []saccade.Output{saccade.OutFocusScore}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Input.OutsideTraining; (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: outsideTraining is %v, want %v", c.name, text(got), text(c.want))
		}
	}
}

func text(v *bool) string {
	switch {
	case v == nil:
		return "absent"
	case *v:
		return "true"
	}
	return "false"
}
