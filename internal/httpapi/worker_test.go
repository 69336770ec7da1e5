package httpapi

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// begin is the worker's start.
func (h *harness) begin(id string) *store.AnalysisClaim {
	h.t.Helper()
	w := store.WorkImage
	if a, err := h.store.Analysis(h.ctx(), "acme", id); err == nil && a.Request.Kind == saccade.KindVideo {
		w = store.WorkVideo
	}
	c, err := storetest.Claim(h.ctx(), h.store, w, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// succeed is a worker's whole run: one output file and a score.
func (h *harness) succeed(id string) {
	h.t.Helper()
	c := h.begin(id)
	name := saccade.File("attentionMap.png")
	if c.Analysis.Request.Kind == saccade.KindVideo {
		name = "attentionMap.webm"
	}
	key, score := blob.AnalysisKey(id, name), 71
	if _, err := h.disk.Put(h.ctx(), key, strings.NewReader("0123456789")); err != nil {
		h.t.Fatal(err)
	}
	h.leaveNumbers(id, c.Analysis.Request.Kind)
	err := c.Succeed(h.ctx(), &saccade.Outputs[saccade.File]{
		Input:     &saccade.InputOutput[saccade.File]{Width: 640, Height: 360, Frames: 90, Duration: 3},
		Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: name},
		Clarity:   &saccade.ScoreOutput[saccade.File]{Score: &score},
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// leaveNumbers stores the tables and densities of an analysis: attention is the
// same everywhere, for 3 seconds of a video.
func (h *harness) leaveNumbers(id string, kind saccade.Kind) {
	h.t.Helper()
	dir, image := h.t.TempDir(), kind != saccade.KindVideo
	w, err := artifact.Create(dir, artifact.Head{Model: "test", Width: 640, Height: 360}, image)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range 3 {
		if err := w.Write(artifact.Row{Frame: i, Time: float64(i)}, saccade.NewDensity(8, 4)); err != nil {
			h.t.Fatal(err)
		}
		if image {
			break
		}
	}
	if err := w.Close(3); err != nil {
		h.t.Fatal(err)
	}
	for _, name := range artifact.All() {
		b, err := os.ReadFile(filepath.Join(dir, string(name)))
		if err != nil {
			h.t.Fatal(err)
		}
		if _, err := h.disk.Put(h.ctx(), blob.AnalysisKey(id, name), bytes.NewReader(b)); err != nil {
			h.t.Fatal(err)
		}
	}
}

// fail is a worker's run that fails.
func (h *harness) fail(id string, code saccade.Code) {
	h.t.Helper()
	if err := h.begin(id).Fail(h.ctx(), saccade.Errorf(code, "The file is broken.")); err != nil {
		h.t.Fatal(err)
	}
}
