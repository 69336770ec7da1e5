package eval

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade/internal/attention"
)

// TestOnRealGaze guards the figures of docs/accuracy.md where the sets
// are at hand.
func TestOnRealGaze(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "data", "attention")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no eye-tracking data here (../shared/data/attention)")
	}
	for name, stimuli := range map[string]int{"osie": 543, "crowd": 415, "scene": 403} {
		set, err := LoadSet(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Stimuli) != stimuli {
			t.Errorf("%s has %d stimuli, want %d", name, len(set.Stimuli), stimuli)
		}
	}
	if testing.Short() {
		t.Skip("the figures take some seconds")
	}
	neural, err := attention.NewNeural("")
	if err != nil {
		t.Fatal(err)
	}
	// NSS, CC, sAUC and IG, a little below the figures of the tables.
	for _, tc := range []struct {
		set   string
		model attention.Predictor
		least map[int]float64
	}{
		{"scene", attention.NewBaseline(), map[int]float64{0: 1.40, 1: 0.58, 3: 0.61, 6: 0.22}},
		{"scene", neural, map[int]float64{0: 1.84, 1: 0.73, 3: 0.65, 6: 0.56}},
		{"osie", neural, map[int]float64{0: 3.15, 1: 0.755, 3: 0.84, 6: 1.64}},
		{"crowd", neural, map[int]float64{0: 2.19, 1: 0.775, 3: 0.72, 6: 0.83}},
	} {
		t.Run(tc.set+"/"+tc.model.Name(), func(t *testing.T) {
			r := run(t, filepath.Join(root, tc.set), quick(alone(SplitVal)), tc.model)
			got, center := means(r, tc.model.Name()), means(r, "center prior")
			for i, least := range tc.least {
				if got[i] < least {
					t.Errorf("%s is %.3f, was at least %.3f (center prior %.3f)", Metrics()[i], got[i], least, center[i])
				}
			}
		})
	}
}
