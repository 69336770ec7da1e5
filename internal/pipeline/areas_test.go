package pipeline_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// analyze runs an analysis and returns its answer and the bytes of its files.
func analyze(t *testing.T, kind saccade.Kind, path string, aois []saccade.AOI) (*saccade.Outputs[saccade.File], map[saccade.File][]byte) {
	t.Helper()
	dir := t.TempDir()
	job := pipeline.Job{Path: path, Dir: dir, Request: saccade.Request{Kind: kind, Outputs: []saccade.Output{saccade.OutData}, AOIs: aois}}
	out, err := newAnalyzer(t).Run(context.Background(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	files := map[saccade.File][]byte{}
	for _, name := range artifact.All() {
		if files[name], err = os.ReadFile(filepath.Join(dir, string(name))); err != nil {
			t.Fatal(err)
		}
	}
	return out, files
}

// measure measures areas on the files of an analysis and returns the tables
// that it writes.
func measure(t *testing.T, files map[saccade.File][]byte, duration float64, aois []saccade.AOI) (results []saccade.AOIResult, json, csv string) {
	t.Helper()
	var j, c bytes.Buffer
	from := pipeline.Numbers{Density: bytes.NewReader(files[artifact.DensityNPY]), Frames: bytes.NewReader(files[artifact.FramesJSON]), Duration: duration}
	results, err := pipeline.MeasureAreas(context.Background(), from, aois, pipeline.Tables{JSON: &j, CSV: &c})
	if err != nil {
		t.Fatal(err)
	}
	return results, j.String(), c.String()
}

// spanned are the halves, one of them for the first half second only.
func spanned() []saccade.AOI {
	from, to := 0.0, 0.5
	a := halves()
	a[1].From, a[1].To = &from, &to
	return a
}

// TestAreasMeasuredLaterAreThoseOfTheStart: whether areas come with the
// analysis or after it, results and tables are the same, bit by bit.
func TestAreasMeasuredLaterAreThoseOfTheStart(t *testing.T) {
	for name, tt := range map[string]struct {
		kind saccade.Kind
		path string
	}{
		"image":              {saccade.KindImage, drawing(t, 200, 150)},
		"video":              {saccade.KindVideo, clip(t)},
		"video of one frame": {saccade.KindVideo, encode(t, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=0.1")},
		"video that holds its last frame": {saccade.KindVideo,
			encode(t, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=1:d=6", "-vf", "settb=1/1000,setpts=N*100", "-fps_mode", "passthrough", "-enc_time_base", "1/1000")},
	} {
		t.Run(name, func(t *testing.T) {
			start, want := analyze(t, tt.kind, tt.path, spanned())
			if len(start.AOIs) != 2 || start.AOIs[0].Share <= 0 {
				t.Fatalf("at the start: %+v", start.AOIs)
			}
			_, files := analyze(t, tt.kind, tt.path, nil)
			later, json, csv := measure(t, files, 0, spanned())
			if diff := cmp.Diff(start.AOIs, later); diff != "" {
				t.Errorf("measured later: %s", diff)
			}
			if diff := cmp.Diff(string(want[artifact.FramesJSON]), json) + cmp.Diff(string(want[artifact.FramesCSV]), csv); diff != "" {
				t.Errorf("tables: %s", diff)
			}
			none, json, csv := measure(t, want, 0, nil)
			if diff := cmp.Diff(string(files[artifact.FramesJSON]), json) + cmp.Diff(string(files[artifact.FramesCSV]), csv); diff != "" || none == nil || len(none) > 0 {
				t.Errorf("without areas: %+v %s", none, diff)
			}
		})
	}
}

// TestOldTablesAreMeasured: files without a duration.
func TestOldTablesAreMeasured(t *testing.T) {
	start, files := analyze(t, saccade.KindVideo, encode(t, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=0.1"), halves())
	old := regexp.MustCompile(`,"duration":[^}]*`)
	if !old.Match(files[artifact.FramesJSON]) {
		t.Fatalf("no duration in %s", files[artifact.FramesJSON])
	}
	files[artifact.FramesJSON] = old.ReplaceAll(files[artifact.FramesJSON], nil)
	got, _, _ := measure(t, files, start.Input.Duration, halves())
	if diff := cmp.Diff(start.AOIs, got); diff != "" {
		t.Errorf("with the duration that the caller knows: %s", diff)
	}
	got, _, _ = measure(t, files, 0, halves())
	for i := range got { // only the time of the first attention hangs on the duration
		got[i].FirstSeen = start.AOIs[i].FirstSeen
	}
	if diff := cmp.Diff(start.AOIs, got); diff != "" {
		t.Errorf("without any: %s", diff)
	}
}

func TestMeasureAreasRefuses(t *testing.T) {
	_, files := analyze(t, saccade.KindImage, drawing(t, 60, 40), nil)
	run := func(ctx context.Context, aois []saccade.AOI) error {
		var sink bytes.Buffer
		_, err := pipeline.MeasureAreas(ctx, pipeline.Numbers{Density: bytes.NewReader(files[artifact.DensityNPY]), Frames: bytes.NewReader(files[artifact.FramesJSON])},
			aois, pipeline.Tables{JSON: &sink, CSV: &sink})
		return err
	}
	if err := run(context.Background(), []saccade.AOI{{Name: "no shape"}}); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("an area without a shape: %v", err)
	}
	files[artifact.DensityNPY] = files[artifact.DensityNPY][:200]
	if err := run(context.Background(), halves()); err == nil {
		t.Error("half a density was measured")
	}
}
