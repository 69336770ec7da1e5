package pipeline_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// TestTwiceTheSame: a job that is done twice makes the same files to the byte, videos
// too. An attempt that was overtaken, and goes on to put a file that was seen already,
// changes nothing.
func TestTwiceTheSame(t *testing.T) {
	path := clip(t)
	var dirs [2]string
	for i := range dirs {
		dirs[i] = t.TempDir()
		job := pipeline.Job{Path: path, Dir: dirs[i], Viewer: true,
			Request: saccade.Request{Kind: saccade.KindVideo, Outputs: saccade.AllOutputs(saccade.KindVideo), AOIs: halves()}}
		if _, err := newAnalyzer(t).Run(t.Context(), job, func(saccade.Progress) {}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dirs[0])
	if err != nil || len(entries) < 10 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, e := range entries {
		a, errA := os.ReadFile(filepath.Join(dirs[0], e.Name()))
		b, errB := os.ReadFile(filepath.Join(dirs[1], e.Name()))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: %d and %d bytes that differ; %v, %v", e.Name(), len(a), len(b), errA, errB)
		}
	}
}
