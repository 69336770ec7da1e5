package render_test

import (
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/render"
)

// TestDifference: blue where attention was lost, orange where it was gained,
// nothing where nothing changed.
func TestDifference(t *testing.T) {
	base := saccade.Density{W: 3, H: 1, V: []float32{0.6, 0.4, 0}}
	candidate := saccade.Density{W: 3, H: 1, V: []float32{0, 0.4, 0.6}}
	m := render.Difference(base, candidate).Image(90, 30)
	lost, same, gained := m.NRGBAAt(5, 15), m.NRGBAAt(45, 15), m.NRGBAAt(85, 15)
	if lost.A < 100 || lost.B < lost.R+50 {
		t.Errorf("lost: %v is not blue", lost)
	}
	if same.A != 0 {
		t.Errorf("unchanged: %v shows", same)
	}
	if gained.A < 100 || gained.R < gained.B+50 {
		t.Errorf("gained: %v is not orange", gained)
	}
	for _, p := range render.Difference(base, base).Image(30, 10).Pix {
		if p != 0 {
			t.Fatal("no difference shows something")
		}
	}
}
