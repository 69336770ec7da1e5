package eval

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade/internal/attention"
)

// TestBaselineOnRealGaze guards the figures of docs/accuracy.md where the sets
// are at hand.
func TestBaselineOnRealGaze(t *testing.T) {
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
	r := run(t, filepath.Join(root, "scene"), Options{Predictors: []attention.Predictor{attention.NewBaseline()}, Split: SplitVal, NoPeople: true, Resamples: 10})
	got, centre := means(r, attention.BaselineName), means(r, "centre prior")
	// NSS, CC, sAUC and IG, a little below the figures of the table.
	for i, least := range map[int]float64{0: 1.40, 1: 0.58, 3: 0.61, 6: 0.22} {
		if got[i] < least {
			t.Errorf("%s of the baseline on Scene is %.3f, was at least %.2f (centre prior %.3f)", Metrics()[i], got[i], least, centre[i])
		}
	}
}
