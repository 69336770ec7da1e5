package pipeline_test

import (
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// open opens a file of an analysis.
func open(t *testing.T, dir string, name saccade.File) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, string(name)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// poster reads a JPEG.
func poster(t *testing.T, dir string, name saccade.File) image.Image {
	t.Helper()
	m, err := jpeg.Decode(open(t, dir, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// difference is the mean difference of two images of one size, of 65535.
func difference(a, b image.Image) float64 {
	var sum, n float64
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			sum += math.Abs(float64(r)-float64(r2)) + math.Abs(float64(g)-float64(g2)) + math.Abs(float64(bl)-float64(b2))
			n += 3
		}
	}
	return sum / n
}

// checkViewer holds attention.grid against the other numbers, and the posters against
// what they are of.
func checkViewer(t *testing.T, dir string, out *saccade.Outputs[saccade.File], size image.Point) {
	t.Helper()
	if out.Attention.Grid != artifact.GridFile || out.Input.Poster == nil {
		t.Fatalf("the answer has %+v and %+v", out.Attention, out.Input)
	}
	grid, err := artifact.NewGridReader(open(t, dir, out.Attention.Grid))
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := artifact.NewReader(open(t, dir, artifact.FramesJSON), open(t, dir, artifact.DensityNPY))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		row, d, err := numbers.Next()
		at, g, gridErr := grid.Next()
		if errors.Is(err, io.EOF) && errors.Is(gridErr, io.EOF) && n > 0 {
			break
		}
		if err != nil || gridErr != nil || at != row.Time || g.W != d.W || g.H != d.H {
			t.Fatalf("frame %d: at %v and %v, %dx%d and %dx%d, %v, %v", n, at, row.Time, g.W, g.H, d.W, d.H, gridErr, err)
		}
		var top float64
		for _, v := range d.V {
			top = max(top, float64(v))
		}
		for i := range d.V {
			if diff := math.Abs(float64(g.V[i]) - float64(d.V[i])); diff > top/254 {
				t.Fatalf("frame %d, cell %d: %v and %v", n, i, g.V[i], d.V[i])
			}
		}
	}
	plain, heat := poster(t, dir, out.Input.Poster.Plain), poster(t, dir, out.Input.Poster.Heat)
	if plain.Bounds().Size() != size || heat.Bounds().Size() != size {
		t.Fatalf("posters of %v and %v, want %v", plain.Bounds().Size(), heat.Bounds().Size(), size)
	}
	if d := difference(plain, heat); d < 500 {
		t.Errorf("the posters differ by %v alone", d)
	}
}

// TestPosterOfALongPageIsItsTop: 480 x 640 pixels at most.
func TestPosterOfALongPageIsItsTop(t *testing.T) {
	dir := t.TempDir()
	job := pipeline.Job{Path: drawing(t, 960, 3000), Dir: dir, Viewer: true, Request: saccade.Request{Kind: saccade.KindImage, Outputs: []saccade.Output{saccade.OutClarityScore}}}
	out, err := newAnalyzer(t).Run(context.Background(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	if out.Attention != nil {
		t.Errorf("attention is answered, which nobody asked for: %+v", out.Attention)
	}
	if _, err := os.Stat(filepath.Join(dir, string(artifact.GridFile))); err != nil {
		t.Errorf("the grid is kept whatever was asked: %v", err)
	}
	m := poster(t, dir, out.Input.Poster.Plain)
	if m.Bounds().Size() != image.Pt(480, 640) {
		t.Fatalf("the poster has %v", m.Bounds().Size())
	}
	// The box of the drawing begins at a third of the page, below 500 of the poster's rows.
	if r, g, _, _ := m.At(330, 400).RGBA(); r < 60000 || g < 60000 {
		t.Errorf("the page is white there, not %x %x", r, g)
	}
	if r, g, _, _ := m.At(330, 600).RGBA(); r < 45000 || g > 20000 {
		t.Errorf("the box is red, not %x %x", r, g)
	}
}

// TestPosterOfAVideoIsNotItsFirstFrame: the first half of the clip is another scene.
func TestPosterOfAVideoIsNotItsFirstFrame(t *testing.T) {
	dir := t.TempDir()
	path := encode(t, "-f", "lavfi", "-i", "color=white:s=640x360:r=10:d=0.5", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=10:d=2",
		"-filter_complex", "[0:v][1:v]concat=n=2:v=1[v]", "-map", "[v]")
	job := pipeline.Job{Path: path, Dir: dir, Viewer: true, Request: saccade.Request{Kind: saccade.KindVideo, Outputs: []saccade.Output{saccade.OutGrid}}}
	out, err := newAnalyzer(t).Run(context.Background(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := poster(t, dir, out.Input.Poster.Plain)
	if m.Bounds().Size() != image.Pt(480, 270) {
		t.Errorf("the poster has %v", m.Bounds().Size())
	}
	if white := difference(m, image.NewUniform(image.White.C)); white < 5000 {
		t.Errorf("the poster is white: %v", white)
	}
	if entries, _ := filepath.Glob(filepath.Join(dir, "*.webm")); len(entries) > 0 {
		t.Errorf("videos that nobody asked for: %v", entries)
	}
}

// TestRenderingWritesMapsAlone: what is rendered from stored densities leaves the maps that
// were asked for, and none of what the former run has left.
func TestRenderingWritesMapsAlone(t *testing.T) {
	clip := encode(t, "-f", "lavfi", "-i", "testsrc2=s=160x96:r=10:d=1")
	still := drawing(t, 160, 96)
	for kind, path := range map[saccade.Kind]string{saccade.KindVideo: clip, saccade.KindImage: still} {
		former, dir := t.TempDir(), t.TempDir()
		job := pipeline.Job{Path: path, Dir: former, Viewer: true, Request: saccade.Request{Kind: kind, Outputs: []saccade.Output{saccade.OutGrid}}}
		if _, err := newAnalyzer(t).Run(t.Context(), job, nil); err != nil {
			t.Fatal(err)
		}
		job = pipeline.Job{Path: path, Dir: dir, Grid: filepath.Join(former, string(artifact.GridFile)), Request: saccade.Request{Kind: kind, Outputs: []saccade.Output{saccade.OutHotspotsMap}}}
		out, err := newAnalyzer(t).Run(t.Context(), job, nil)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 || entries[0].Name() != string(out.Attention.HotspotsMap) {
			t.Errorf("%s: %v, %v", kind, entries, err)
		}
	}
}
