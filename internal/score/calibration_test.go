package score

import (
	"slices"
	"testing"

	"github.com/saccade-dev/saccade/internal/pix"
)

// TestTablesNameFeatures: a name that no feature has would count as 0.
func TestTablesNameFeatures(t *testing.T) {
	var names []string
	for _, f := range Measure(pix.New(40, 30)).Features() {
		names = append(names, f.Name)
	}
	for _, w := range tables().Clarity.Weights {
		if !slices.Contains(names, w.Name) {
			t.Errorf("clarity weighs %q, which is no feature", w.Name)
		}
	}
	for _, name := range Terms() {
		if !slices.Contains(names, name) || len(tables().Excitingness.Measures[name]) < 2 {
			t.Errorf("the term %q is no feature, or has no quantiles", name)
		}
	}
	if len(tables().Excitingness.Measures) != len(terms) || tables().Clarity.Map.Components[0] <= 0 || tables().Excitingness.Map.Components[0] <= 0 {
		t.Error("the table does not fit the formula")
	}
	if tables().Version == "" || focusTable().Version == "" {
		t.Error("a table has no version")
	}
}
