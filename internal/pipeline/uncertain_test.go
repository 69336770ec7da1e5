package pipeline_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// trained works with the trained network.
func trained(t *testing.T) *pipeline.Analyzer {
	t.Helper()
	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	model, err := attention.NewNeural("")
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(pipeline.DefaultConfig(), tool, model, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// scored asks for every score, the numbers and two areas.
func scored(kind saccade.Kind) saccade.Request {
	small := saccade.AOI{Name: "small", Box: &saccade.Box{X: 0.6, Y: 0.3, Width: 0.2, Height: 0.25}}
	return saccade.Request{Kind: kind, AOIs: append(halves(), small),
		Outputs: []saccade.Output{saccade.OutFocusScore, saccade.OutClarityScore, saccade.OutExcitingnessScore, saccade.OutData}}
}

// TestUncertainty: asked for, every share and score of an image and of a video has an
// interval that holds it, the same every time; not asked for, nothing else changes.
func TestUncertainty(t *testing.T) {
	a := trained(t)
	for kind, path := range map[saccade.Kind]string{saccade.KindImage: drawing(t, 320, 200), saccade.KindVideo: clip(t)} {
		r := scored(kind)
		plainDir := t.TempDir()
		plain, err := a.Run(t.Context(), pipeline.Job{Path: path, Dir: plainDir, Request: r}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := json.Marshal(plain); strings.Contains(string(b), "nterval") {
			t.Errorf("%s: not asked for, and yet %s", kind, b)
		}
		r.Uncertainty = true
		dir := t.TempDir()
		got, err := a.Run(t.Context(), pipeline.Job{Path: path, Dir: dir, Request: r}, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkIntervals(t, got)
		again, err := a.Run(t.Context(), pipeline.Job{Path: path, Dir: t.TempDir(), Request: r}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("%s: another run answers otherwise:\n%s", kind, diff)
		}
		for _, name := range artifact.All() {
			one, _ := os.ReadFile(filepath.Join(plainDir, string(name)))
			two, _ := os.ReadFile(filepath.Join(dir, string(name)))
			if !bytes.Equal(one, two) || len(one) == 0 {
				t.Errorf("%s: %s depends on the error bars", kind, name)
			}
		}
		if diff := cmp.Diff(plain, withoutIntervals(got)); diff != "" {
			t.Errorf("%s: the values depend on the error bars:\n%s", kind, diff)
		}
		measureAgain(t, dir, r, got)
	}
}

// checkIntervals checks that every number has an interval that holds it.
func checkIntervals(t *testing.T, out *saccade.Outputs[saccade.File]) {
	t.Helper()
	check := func(what string, v float64, i *saccade.Interval, most float64) {
		if i == nil || !(0 <= i[0] && i[0] <= v && v <= i[1] && i[1] <= most && i[0] < i[1]) {
			t.Errorf("the interval of %s, %v, is %v", what, v, i)
		}
	}
	for _, r := range out.AOIs {
		check(r.Name, r.Share, r.Interval, 1)
	}
	for name, s := range map[string]*saccade.ScoreOutput[saccade.File]{"focus": out.Focus, "clarity": out.Clarity, "excitingness": out.Excitingness} {
		check(name, float64(*s.Score), s.Interval, 100)
	}
}

// withoutIntervals returns an answer as if no error bars had been asked for.
func withoutIntervals(out *saccade.Outputs[saccade.File]) *saccade.Outputs[saccade.File] {
	c := saccade.MapLinks(out, func(f saccade.File) saccade.File { return f })
	for i := range c.AOIs {
		c.AOIs[i].Interval = nil
	}
	for _, s := range []*saccade.ScoreOutput[saccade.File]{c.Focus, c.Clarity, c.Excitingness} {
		s.Interval = nil
	}
	return c
}

// measureAgain measures the areas on the files that were left behind: without views,
// the intervals are still there.
func measureAgain(t *testing.T, dir string, r saccade.Request, first *saccade.Outputs[saccade.File]) {
	t.Helper()
	open := func(name saccade.File) *os.File {
		f, err := os.Open(filepath.Join(dir, string(name)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	n := pipeline.Numbers{Density: open(artifact.DensityNPY), Frames: open(artifact.FramesJSON), Uncertain: r.Kind}
	var one, two bytes.Buffer
	later, err := pipeline.MeasureAreas(t.Context(), n, r.AOIs, pipeline.Tables{JSON: &one, CSV: &two})
	if err != nil {
		t.Fatal(err)
	}
	c := *first
	c.AOIs = later
	checkIntervals(t, &c)
}

// TestUncertaintyOfAnotherModel: what is not known is refused in words.
func TestUncertaintyOfAnotherModel(t *testing.T) {
	r := scored(saccade.KindImage)
	r.Uncertainty = true
	_, err := newAnalyzer(t).Run(t.Context(), pipeline.Job{Path: drawing(t, 64, 48), Dir: t.TempDir(), Request: r}, nil)
	e := saccade.AsError(err)
	if e == nil || e.Code != saccade.CodeInvalidInput || e.Param != "uncertainty" || !strings.Contains(e.Message, attention.NeuralName) {
		t.Errorf("%v", err)
	}
}
