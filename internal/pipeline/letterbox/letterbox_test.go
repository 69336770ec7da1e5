package letterbox_test

import (
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pipeline/letterbox"
	"github.com/saccade-dev/saccade/internal/pix"
)

// TestBox: what lies between the bars keeps its share of the attention and its place, and
// nothing falls onto the bars.
func TestBox(t *testing.T) {
	whole := image.Rect(0, 0, 80, 40)
	tests := map[string]struct {
		active  image.Rectangle
		density []float32 // of a frame of 4 x 2 cells, from 1/4, 3/4 side by side
		plane   []float32 // of the same size, from 1, 2 side by side, twice, in two rows
	}{
		"whole":          {whole, nil, []float32{1, 1, 2, 2, 1, 1, 2, 2}},
		"bars at sides":  {image.Rect(20, 0, 60, 40), []float32{0, .125, .375, 0, 0, .125, .375, 0}, []float32{0, 1, 2, 0, 0, 1, 2, 0}},
		"bar at the top": {image.Rect(0, 20, 80, 40), []float32{0, 0, 0, 0, .125, .125, .375, .375}, []float32{0, 0, 0, 0, 1, 1, 2, 2}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			box := letterbox.Of(tc.active, whole)
			from := saccade.Density{W: 2, H: 1, V: []float32{.25, .75}}
			got := box.Density(from, 4, 2)
			if tc.density == nil {
				if &got.V[0] != &from.V[0] {
					t.Error("the density of a whole frame is not the one that was given")
				}
			} else if diff := cmp.Diff(tc.density, got.V, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
				t.Errorf("density (-want +got):\n%s", diff)
			}
			p := pix.NewPlane(4, 2)
			copy(p.V, []float32{1, 1, 2, 2, 1, 1, 2, 2})
			if diff := cmp.Diff(tc.plane, box.Plane(p).V); diff != "" {
				t.Errorf("map (-want +got):\n%s", diff)
			}
		})
	}
	if box := letterbox.Of(image.Rect(0, 0, 40, 40), whole); box.Plane(nil) != nil {
		t.Error("no map became one")
	}
	// Cells that do not fit share what they have.
	got := letterbox.Of(image.Rect(0, 0, 30, 40), whole).Density(saccade.Density{W: 1, H: 1, V: []float32{1}}, 4, 1)
	if want := 2.0 / 3; math.Abs(float64(got.V[0])-want) > 1e-6 {
		t.Errorf("%v: the first cell has %v, want %v", got.V, got.V[0], want)
	}
}
