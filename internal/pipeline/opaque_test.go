package pipeline_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// TestTransparencyThatBeginsLate: a video that turns see-through in its last
// frames is analyzed on white there, from its first frame on once more, and
// otherwise as if it were opaque.
func TestTransparencyThatBeginsLate(t *testing.T) {
	a := newAnalyzer(t)
	analyze := func(alpha string) [][]byte {
		path := encode(t, "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=1,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='"+alpha+"'",
			"-c:v", "libvpx-vp9", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuva420p")
		dir, last := t.TempDir(), 0.0
		req := saccade.Request{Kind: saccade.KindVideo, Outputs: []saccade.Output{saccade.OutData}}
		if _, err := a.Run(t.Context(), pipeline.Job{Path: path, Dir: dir, Request: req}, func(p saccade.Progress) {
			if p.Fraction < last {
				t.Errorf("progress went back from %v to %v", last, p.Fraction)
			}
			last = p.Fraction
		}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, string(artifact.DensityNPY)))
		if err != nil {
			t.Fatal(err)
		}
		b = b[10+binary.LittleEndian.Uint16(b[8:]):] // behind the header
		return slices.Collect(slices.Chunk(b, len(b)/10))
	}
	opaque, late := analyze("255"), analyze("if(gte(N,8)*gt(X,160),0,255)")
	if len(opaque) != 10 || len(late) != 10 {
		t.Fatalf("%d and %d frames", len(opaque), len(late))
	}
	for i := range late {
		if same := bytes.Equal(opaque[i], late[i]); same != (i < 8) {
			t.Errorf("frame %d: same as the opaque one: %v", i, same)
		}
	}
}
