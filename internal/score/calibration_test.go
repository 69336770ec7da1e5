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
	n := tables().Clarity.Network
	for _, f := range NetworkFeatures(make([]float32, len(n.Weights)-len(names))) {
		names = append(names, f.Name)
	}
	for k, w := range n.Weights {
		if w.Name != names[k] {
			t.Errorf("weight %d of clarity by the network is of %q, want %q", k, w.Name, names[k])
		}
	}
	if tables().Version == "" || focusTable().Version == "" {
		t.Error("a table has no version")
	}
}

// TestWithNetwork: the features of a network that has a table count, those of others do
// not, one solid color stays 100, and what was measured before does not change.
func TestWithNetwork(t *testing.T) {
	p := pix.New(40, 30)
	p.Pix[0] = 255
	m, n := Measure(p), tables().Clarity.Network
	features := make([]float32, len(n.Weights)-len(m.Features()))
	for i := range features {
		features[i] = float32(n.Weights[len(m.Features())+i].Mean)
	}
	before, excitingness := m.Complexity(), m.Excitingness()
	for _, other := range []*PageMetrics{m.WithNetwork("baseline", features), m.WithNetwork(n.Model, nil)} {
		if other != m {
			t.Error("features without a table, or a table without features, count")
		}
	}
	with := m.WithNetwork(n.Model, features)
	if with.Complexity() == before || m.Complexity() != before || with.Excitingness() != excitingness {
		t.Errorf("complexity %v, with the network %v; excitingness %d and %d", before, with.Complexity(), excitingness, with.Excitingness())
	}
	mean := with.Complexity()
	for i := range features {
		features[i] += float32(n.Weights[len(m.Features())+i].Weight)
	}
	if more := m.WithNetwork(n.Model, features); more.Complexity() <= mean || more.Clarity() > with.Clarity() {
		t.Errorf("along its weights complexity goes from %v to %v", mean, more.Complexity())
	}
	if c := Measure(pix.New(40, 30)).WithNetwork(n.Model, features).Clarity(); c != 100 {
		t.Errorf("one solid color has clarity %d", c)
	}
	if a, _ := Residuals(n.Model); a >= tables().Clarity.Residual {
		t.Errorf("the residual with the network is %v, without %v", a, tables().Clarity.Residual)
	}
}
