package studio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/studio"
)

// painter stands for the analyzer, whose own tests use the real one: it writes
// what it is told into the job's folder.
type painter struct {
	files map[string]string
	err   error
	saw   string // the input's bytes
}

func (p *painter) Run(_ context.Context, job pipeline.Job, _ func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	b, _ := os.ReadFile(job.Path)
	p.saw = string(b)
	for name, text := range p.files {
		if err := os.WriteFile(filepath.Join(job.Dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return &saccade.Outputs[saccade.File]{Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm"}}, p.err
}

func newStudio(t *testing.T, a studio.Analyzer) (*studio.Studio, *blob.Disk) {
	t.Helper()
	disk, err := blob.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := studio.New(studio.DefaultConfig(), disk, a)
	if err != nil {
		t.Fatal(err)
	}
	return s, disk
}

func put(t *testing.T, d blob.Store, key blob.Key, b []byte) {
	t.Helper()
	if _, err := d.Put(context.Background(), key, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
}

func quiet(saccade.Progress) {}

func TestRunStoresWhatWasMade(t *testing.T) {
	p := &painter{files: map[string]string{"attentionMap.webm": "heat", "frames.json": "{}"}}
	s, disk := newStudio(t, p)
	put(t, disk, "uploads/a/1", []byte("the video"))
	an := &saccade.Analysis{ID: "an1", Request: saccade.Request{Kind: saccade.KindVideo, Object: "uploads/a/1"}}
	out, err := s.Run(context.Background(), an, t.TempDir(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if p.saw != "the video" || out.Attention.AttentionMap != "attentionMap.webm" {
		t.Errorf("saw %q, answered %+v", p.saw, out.Attention)
	}
	var got []blob.Key
	for _, key := range []blob.Key{"analyses/an1/attentionMap.webm", "analyses/an1/frames.json"} {
		if _, err := disk.Stat(context.Background(), key); err == nil {
			got = append(got, key)
		}
	}
	if diff := cmp.Diff([]blob.Key{"analyses/an1/attentionMap.webm", "analyses/an1/frames.json"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRunLeavesNothingAfterAnError(t *testing.T) {
	p := &painter{files: map[string]string{"a.webm": "1", "b.webm": "2"}}
	disk, err := blob.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := studio.New(studio.DefaultConfig(), disk, p)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Run(ctx, &saccade.Analysis{ID: "an2"}, t.TempDir(), func(saccade.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"a.webm", "b.webm"} {
		if _, err := disk.Stat(context.Background(), blob.AnalysisKey("an2", saccade.File(name))); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s was left behind: %v", name, err)
		}
	}
}

func TestRunWithoutItsInput(t *testing.T) {
	s, _ := newStudio(t, &painter{})
	an := &saccade.Analysis{ID: "an3", Request: saccade.Request{Kind: saccade.KindVideo, Object: "uploads/a/gone"}}
	if _, err := s.Run(context.Background(), an, t.TempDir(), quiet); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("got %v", err)
	}
}

func TestInspect(t *testing.T) {
	sample, err := os.ReadFile("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	disk, err := blob.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cfg := studio.DefaultConfig()
	cfg.MaxBytes = int64(len(sample))
	s, err := studio.New(cfg, disk, &painter{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, disk, "uploads/a/good", sample)
	put(t, disk, "uploads/a/text", []byte("#EXTM3U"))
	put(t, disk, "uploads/a/large", append(sample, 0))
	for key, want := range map[string]saccade.Code{"good": "", "text": saccade.CodeInvalidInput, "large": saccade.CodeInvalidInput, "nothing": saccade.CodeInvalidInput} {
		err := s.Inspect(context.Background(), blob.UploadKey("a", key))
		if want == "" && err != nil || want != "" && (!saccade.IsCode(err, want) || saccade.AsError(err).Param != "input.content") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestMeasureOfWhatIsGone(t *testing.T) {
	s, _ := newStudio(t, &painter{})
	_, err := s.Measure(context.Background(), &saccade.Analysis{ID: "an4"}, nil)
	if !saccade.IsCode(err, saccade.CodeGone) {
		t.Errorf("got %v", err)
	}
}

func TestConfigNamesEveryFault(t *testing.T) {
	if _, err := studio.New(studio.Config{}, nil, nil); err == nil {
		t.Error("an empty configuration was accepted")
	}
}

// leftBehind puts the numbers of an analysis of four frames into the store.
func leftBehind(t *testing.T, disk blob.Store, id string) {
	t.Helper()
	dir := t.TempDir()
	w, err := artifact.Create(dir, artifact.Head{Model: "m", Width: 8, Height: 4, AOIs: []string{"former"}}, false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		row := artifact.Row{Frame: i, Time: float64(i) / 10, Focus: 50, AOIs: map[string]float64{"former": 0.5}}
		if err := w.Write(row, saccade.NewDensity(8, 4)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(0.4); err != nil {
		t.Fatal(err)
	}
	for _, name := range artifact.All() {
		b, err := os.ReadFile(filepath.Join(dir, string(name)))
		if err != nil {
			t.Fatal(err)
		}
		put(t, disk, blob.AnalysisKey(id, name), b)
	}
}

// tables are frames.json and frames.csv of an analysis in the store.
func tables(t *testing.T, disk blob.Store, id string) (json, csv string) {
	t.Helper()
	var got [2]string
	for i, name := range []saccade.File{artifact.FramesJSON, artifact.FramesCSV} {
		o, _, err := disk.Open(context.Background(), blob.AnalysisKey(id, name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(o)
		if err := errors.Join(err, o.Close()); err != nil {
			t.Fatal(err)
		}
		got[i] = string(b)
	}
	return got[0], got[1]
}

func TestMeasureReplacesTheTables(t *testing.T) {
	s, disk := newStudio(t, &painter{})
	leftBehind(t, disk, "an5")
	left := []saccade.AOI{{Name: "left", Box: &saccade.Box{Width: 0.5, Height: 1}}}
	got, err := s.Measure(context.Background(), &saccade.Analysis{ID: "an5"}, left)
	if err != nil || len(got) != 1 || got[0].Share != 0.5 {
		t.Fatalf("%+v, %v", got, err)
	}
	json, csv := tables(t, disk, "an5")
	frames, err := artifact.ReadFrames(strings.NewReader(json))
	if err != nil || frames.Duration != 0.4 {
		t.Fatalf("%+v, %v", frames, err)
	}
	if diff := cmp.Diff([]string{"left"}, frames.AOIs) + cmp.Diff(map[string]float64{"left": 0.5}, frames.Rows[3].AOIs); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(csv, "aoi:left\n") || strings.Contains(csv+json, "former") || strings.Count(csv, ",0.5\n") != 4 {
		t.Error(csv)
	}
}

// full is a store that takes no frames.csv.
type full struct{ blob.Store }

func (f full) Put(ctx context.Context, key blob.Key, r io.Reader) (blob.Info, error) {
	if strings.HasSuffix(string(key), ".csv") {
		return blob.Info{}, errors.New("full")
	}
	return f.Store.Put(ctx, key, r)
}

func TestMeasureReplacesBothTablesOrNone(t *testing.T) {
	_, disk := newStudio(t, &painter{})
	leftBehind(t, disk, "an6")
	wantJSON, wantCSV := tables(t, disk, "an6")
	s, err := studio.New(studio.DefaultConfig(), full{disk}, &painter{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Measure(context.Background(), &saccade.Analysis{ID: "an6"}, nil); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("got %v", err)
	}
	json, csv := tables(t, disk, "an6")
	if diff := cmp.Diff(wantJSON, json) + cmp.Diff(wantCSV, csv); diff != "" {
		t.Error(diff)
	}
}
