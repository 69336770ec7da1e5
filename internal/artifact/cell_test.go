package artifact_test

import (
	"testing"

	"github.com/saccade-dev/saccade/internal/artifact"
)

func TestCell(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\t=1": "'\t=1", "a=b": "a=b", "'=": "'="} {
		if got := artifact.Cell(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
