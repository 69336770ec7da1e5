package compare_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// written are the files of an analysis of three frames that last 1, 3 and 1 s; an
// image is the first of them.
func written(t *testing.T, image bool) compare.Numbers {
	t.Helper()
	dir := t.TempDir()
	w, err := artifact.Create(dir, artifact.Head{Model: "test", Width: 40, Height: 20}, image)
	if err != nil {
		t.Fatal(err)
	}
	left := saccade.Density{W: 2, H: 1, V: []float32{1, 0}}
	right := saccade.Density{W: 2, H: 1, V: []float32{0, 1}}
	clarity := 40
	for i, d := range []saccade.Density{left, right, left} {
		row := artifact.Row{Frame: i, Time: 10 + []float64{0, 1, 4}[i], Focus: []int{20, 60, 30}[i], Clarity: &clarity}
		if err := w.Write(row, d); err != nil {
			t.Fatal(err)
		}
		if image {
			break
		}
	}
	if err := w.Close(map[bool]float64{false: 5}[image]); err != nil {
		t.Fatal(err)
	}
	n := compare.Numbers{Name: "n", Kind: saccade.KindVideo}
	if image {
		n.Kind = saccade.KindImage
	}
	for name, to := range map[saccade.File]*io.Reader{artifact.FramesJSON: &n.Frames, artifact.DensityNPY: &n.Density} {
		b, err := os.ReadFile(filepath.Join(dir, string(name)))
		if err != nil {
			t.Fatal(err)
		}
		*to = bytes.NewReader(b)
	}
	n.AOIs = []saccade.AOI{{Name: "left", Box: &saccade.Box{Width: 0.5, Height: 1}}}
	return n
}

func TestMeasureOfAVideoIsTheMeanOverTime(t *testing.T) {
	s, err := compare.Measure(context.Background(), written(t, false))
	if err != nil {
		t.Fatal(err)
	}
	want := saccade.ComparedSide{Name: "n", Kind: saccade.KindVideo, Model: "test", Width: 40, Height: 20, Frames: 3, Duration: 5}
	if diff := cmp.Diff(want, s.ComparedSide); diff != "" {
		t.Error(diff)
	}
	if v := s.Density.V; math.Abs(float64(v[0])-0.4) > 1e-6 || math.Abs(float64(v[1])-0.6) > 1e-6 {
		t.Errorf("density %v, want 0.4 0.6", v)
	}
	// 1 s of 20, 3 s of 60, and the last one as long as the one before.
	if *s.Focus != int(math.Round((1*20+3*60+3*30)/7.0)) || *s.Clarity != 40 || s.Excitingness != nil {
		t.Errorf("focus %d, clarity %d, excitingness %v", *s.Focus, *s.Clarity, s.Excitingness)
	}
	if a := s.AOIs[0]; math.Abs(a.Share-0.4) > 1e-9 || a.PeakShare != 1 || a.Rank != 1 {
		t.Errorf("%+v", a)
	}
}

// TestMeasureAgreesWithThePipeline: areas come out as in the tables.
func TestMeasureAgreesWithThePipeline(t *testing.T) {
	for _, image := range []bool{true, false} {
		n := written(t, image)
		s, err := compare.Measure(context.Background(), n)
		if err != nil {
			t.Fatal(err)
		}
		n = written(t, image)
		want, err := pipeline.MeasureAreas(context.Background(), pipeline.Numbers{Density: n.Density, Frames: n.Frames}, n.AOIs,
			pipeline.Tables{JSON: io.Discard, CSV: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			want[i].Timeline = nil
		}
		if diff := cmp.Diff(want, s.AOIs); diff != "" {
			t.Error(diff)
		}
	}
}

func TestMeasureRefuses(t *testing.T) {
	n := written(t, true)
	n.AOIs = append(n.AOIs, n.AOIs[0])
	if _, err := compare.Measure(context.Background(), n); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("two areas of one name: %v", err)
	}
	n = written(t, false)
	n.Density = io.LimitReader(n.Density, 140)
	if _, err := compare.Measure(context.Background(), n); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a truncated file: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := compare.Measure(ctx, written(t, false)); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled context: %v", err)
	}
}
