package pipeline_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
	"github.com/saccade-dev/saccade/internal/markers"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/webm"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Command {
		os.Exit(sandbox.Main(os.Args[2:]))
	}
	goleak.VerifyTestMain(m)
}

// newAnalyzer works with the real ffmpeg and the training-free model.
func newAnalyzer(t *testing.T) *pipeline.Analyzer {
	t.Helper()
	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(pipeline.DefaultConfig(), tool, attention.NewBaseline(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// halves tile the frame.
func halves() []saccade.AOI {
	return []saccade.AOI{
		{Name: "left", Box: &saccade.Box{Width: 0.5, Height: 1}},
		{Name: "right", Polygon: []saccade.Point{{0.5, 0}, {1, 0}, {1, 1}, {0.5, 1}}},
	}
}

// drawing is a white page with a red box in its right half.
func drawing(t *testing.T, w, h int) string {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{250, 250, 250, 255}
			if x > w*6/10 && x < w*8/10 && y > h/3 && y < h/2 {
				c = color.NRGBA{220, 30, 20, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return write(t, "in.png", b.Bytes())
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// clip makes a video whose second half is another scene.
func clip(t *testing.T) string {
	t.Helper()
	return encode(t, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=1",
		"-f", "lavfi", "-i", "mandelbrot=s=320x180:r=10", "-f", "lavfi", "-i", "sine=d=2",
		"-filter_complex", "[1:v]trim=duration=1[m];[0:v][m]concat=n=2:v=1[v]", "-map", "[v]", "-map", "2:a", "-shortest",
		"-c:a", "libvorbis")
}

// encode makes a VP9 video with ffmpeg.
func encode(t *testing.T, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clip.webm")
	args = append(append([]string{"-v", "error"}, args...), "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", path)
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// table reads frames.csv.
func table(t *testing.T, dir string) (head []string, rows [][]string) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, string(artifact.FramesCSV)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

// checkSchema holds frames.json against docs/frames.schema.json.
func checkSchema(t *testing.T, dir string) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("../../docs/frames.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, string(artifact.FramesJSON)))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("frames.json: %v", err)
	}
}

func shares(t *testing.T, results []saccade.AOIResult) map[string]float64 {
	t.Helper()
	sum, m := 0.0, map[string]float64{}
	for _, r := range results {
		sum += r.Share
		m[r.Name] = r.Share
	}
	if math.Abs(sum-1) > 1e-3 {
		t.Errorf("the shares of a partition sum to %v", sum)
	}
	return m
}

func TestImageAnswersEverything(t *testing.T) {
	dir := t.TempDir()
	job := pipeline.Job{Path: drawing(t, 400, 250), Dir: dir, Viewer: true,
		Request: saccade.Request{Kind: saccade.KindImage, Outputs: saccade.AllOutputs(saccade.KindImage), AOIs: halves()}}
	out, err := newAnalyzer(t).Run(context.Background(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []saccade.File{out.Input.Image, out.Attention.AttentionMap, out.Attention.PerceptionMap, out.Attention.HotspotsMap, out.Clarity.Map, out.Excitingness.Map} {
		f, err := os.Open(filepath.Join(dir, string(name)))
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(f)
		f.Close()
		if err != nil || c.Width != 400 || c.Height != 250 {
			t.Errorf("%s: %dx%d, %v", name, c.Width, c.Height, err)
		}
	}
	for name, s := range map[string]*saccade.ScoreOutput[saccade.File]{"focus": out.Focus, "clarity": out.Clarity, "excitingness": out.Excitingness} {
		if s.Score == nil || *s.Score < 0 || *s.Score > 100 {
			t.Errorf("%s: %v", name, s.Score)
		}
	}
	if s := shares(t, out.AOIs); s["right"] < s["left"] {
		t.Errorf("the box on the right draws no attention: %v", s)
	}
	if len(out.Attention.GazePath) == 0 || out.Attention.GazePath[0].X < 0.5 {
		t.Errorf("gaze path %+v", out.Attention.GazePath)
	}
	checkSchema(t, dir)
	checkViewer(t, dir, out, image.Pt(400, 250))
	if _, rows := table(t, dir); len(rows) != 1 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestVideoAnswersEverything(t *testing.T) {
	dir, path := t.TempDir(), clip(t)
	job := pipeline.Job{Path: path, Dir: dir, Viewer: true,
		Request: saccade.Request{Kind: saccade.KindVideo, Outputs: saccade.AllOutputs(saccade.KindVideo), AOIs: halves()}}
	last, stages := 0.0, map[saccade.Stage]bool{}
	out, err := newAnalyzer(t).Run(context.Background(), job, func(p saccade.Progress) {
		if stages[p.Stage] = true; p.Fraction < last-0.5 || p.Fraction > 1 {
			t.Errorf("progress %v after %v", p.Fraction, last)
		}
		last = p.Fraction
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Input.Frames != 20 || last != 1 || !stages["predicting"] {
		t.Errorf("%d frames, progress %v, stages %v", out.Input.Frames, last, stages)
	}
	for _, name := range []saccade.File{out.Attention.AttentionMap, out.Attention.PerceptionMap, out.Attention.HotspotsMap, out.Attention.Overlay, out.Clarity.Map, out.Excitingness.Map} {
		b, err := os.ReadFile(filepath.Join(dir, string(name)))
		if err != nil {
			t.Fatal(err)
		}
		info, err := webm.Scan(t.Context(), bytes.NewReader(b), int64(len(b)))
		if err != nil || info.Frames != 20 || info.HasAlpha != (name == out.Attention.Overlay) || info.HasAudio == (name == out.Attention.Overlay) {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
	head, rows := table(t, dir)
	if len(rows) != 20 || !slices.Contains(head, "aoi:left") {
		t.Errorf("%d rows, columns %v", len(rows), head)
	}
	var cuts []string
	for _, r := range rows {
		if r[slices.Index(head, "cut")] == "true" {
			cuts = append(cuts, r[0])
		}
	}
	if diff := cmp.Diff([]string{"10"}, cuts); diff != "" {
		t.Errorf("cuts: %s", diff)
	}
	if m := out.Attention.Markers; m == nil || m.Rate != "30" || m.Variable || len(m.Cuts) != 1 || m.Cuts[0].Frame != 30 {
		t.Errorf("markers: %+v", m)
	}
	for _, name := range markers.All() {
		if s, err := os.Stat(filepath.Join(dir, string(name))); err != nil || s.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	checkSchema(t, dir)
	checkViewer(t, dir, out, image.Pt(320, 180))
	shares(t, out.AOIs)
	if len(out.Focus.Timeline) != 20 || out.Clarity.Timeline[19].Time != 1.9 {
		t.Errorf("timelines: %d focus, clarity ends at %+v", len(out.Focus.Timeline), out.Clarity.Timeline[19])
	}
}

func TestDefaultsAreTheContracts(t *testing.T) {
	dir := t.TempDir()
	out, err := newAnalyzer(t).Run(context.Background(), pipeline.Job{Path: clip(t), Dir: dir, Request: saccade.Request{Kind: saccade.KindVideo}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(out)
	if out.Attention.AttentionMap == "" || strings.Contains(string(b), "data") || out.Focus != nil || out.Clarity != nil {
		t.Errorf("%s", b)
	}
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"attentionMap.webm", "density.npy", "frames.csv", "frames.json"}, names); diff != "" {
		t.Error(diff)
	}
}

// TestVideoWithoutChangeHoldsItsDensity: while nothing changes, density and numbers
// are those of the last change, and every frame is there all the same.
func TestVideoWithoutChangeHoldsItsDensity(t *testing.T) {
	path := encode(t, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=0.1", "-vf", "tpad=stop_mode=clone:stop_duration=4")
	dir := t.TempDir()
	out, err := newAnalyzer(t).Run(context.Background(), pipeline.Job{Path: path, Dir: dir, Request: saccade.Request{Kind: saccade.KindVideo}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, string(out.Attention.AttentionMap)))
	if err != nil {
		t.Fatal(err)
	}
	info, err := webm.Scan(t.Context(), bytes.NewReader(b), int64(len(b)))
	if err != nil || info.Frames != 41 || out.Input.Frames != 41 {
		t.Errorf("%d frames: %+v, %v", out.Input.Frames, info, err)
	}
	density, err := os.ReadFile(filepath.Join(dir, string(artifact.DensityNPY)))
	if err != nil {
		t.Fatal(err)
	}
	size := (len(density) - 128) / 41
	if last := density[len(density)-size:]; !bytes.Equal(last, density[len(density)-2*size:len(density)-size]) {
		t.Error("the density of a video that does not change does not converge")
	}
}

func TestBadInput(t *testing.T) {
	blank := image.NewNRGBA(image.Rect(0, 0, 50, 50))
	var b bytes.Buffer
	if err := png.Encode(&b, blank); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(clip(t))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		kind saccade.Kind
		path string
		want saccade.Code
	}{
		{"blank", saccade.KindImage, write(t, "b.png", b.Bytes()), saccade.CodeBlankImage},
		{"truncated image", saccade.KindImage, write(t, "t.png", b.Bytes()[:40]), saccade.CodeUnreadableImage},
		{"no image", saccade.KindImage, write(t, "n.png", []byte("GIF89a...")), saccade.CodeUnreadableImage},
		{"empty video", saccade.KindVideo, write(t, "e.webm", nil), saccade.CodeInvalidInput},
		{"image as video", saccade.KindVideo, write(t, "i.webm", b.Bytes()), saccade.CodeInvalidInput},
		{"hardly any video", saccade.KindVideo, write(t, "h.webm", whole[:len(whole)/20]), saccade.CodeUnreadableVideo},
		{"page without browser", saccade.KindPage, "", saccade.CodeWebPage},
		{"unknown kind", "hologram", "", saccade.CodeInvalidInput},
	}
	a := newAnalyzer(t)
	for _, tt := range tests {
		_, err := a.Run(context.Background(), pipeline.Job{Path: tt.path, Dir: t.TempDir(), Request: saccade.Request{Kind: tt.kind}}, nil)
		if !saccade.IsCode(err, tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, err := newAnalyzer(t).Run(ctx, pipeline.Job{Path: clip(t), Dir: t.TempDir(), Request: saccade.Request{Kind: saccade.KindVideo}},
		func(saccade.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// brokenModel panics at the second frame.
type brokenModel struct{ attention.Predictor }

type brokenStream struct {
	attention.Stream
}

func (b brokenModel) NewStream(w, h int, p attention.Prior) (attention.Stream, error) {
	s, err := b.Predictor.NewStream(w, h, p)
	return brokenStream{s}, err
}

func (brokenStream) Size() (int, int) { panic("broken on purpose") }

func TestPanicIsOneVideosError(t *testing.T) {
	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(pipeline.DefaultConfig(), tool, brokenModel{attention.NewBaseline()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Run(context.Background(), pipeline.Job{Path: clip(t), Dir: t.TempDir(), Request: saccade.Request{Kind: saccade.KindVideo}}, nil)
	if err == nil || !strings.Contains(err.Error(), "broken on purpose") {
		t.Errorf("got %v", err)
	}
}

func TestConfigNamesEveryFault(t *testing.T) {
	err := pipeline.Config{Prior: "mood"}.Validate()
	if err == nil || len(strings.Split(fmt.Sprint(err), "\n")) != 3 {
		t.Errorf("got %v", err)
	}
}
