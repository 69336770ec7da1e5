package attention

import (
	"math"
	"slices"
	"testing"
)

// TestExamine: the density is that of Image to the bit, with or without views; a view
// of a symmetric image is symmetric to its mirrored one; every view is a density.
func TestExamine(t *testing.T) {
	n := neural(t)
	p := page(320, 60, 0)
	d, err := n.Image(p, PriorWeb)
	if err != nil {
		t.Fatal(err)
	}
	for _, views := range []bool{false, true} {
		e, err := n.Examine(p, PriorWeb, views)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(e.Density.V, d.V) {
			t.Error("Examine predicts another density than Image")
		}
		if views != (len(e.Views) == 4) {
			t.Errorf("%d views", len(e.Views))
		}
		for i, v := range e.Views {
			if err := v.Validate(); err != nil || v.W != d.W || v.H != d.H {
				t.Errorf("view %d: %d x %d, %v", i, v.W, v.H, err)
			}
			if slices.Equal(v.V, d.V) {
				t.Errorf("view %d is the mean", i)
			}
		}
	}
	frame, err := n.FrameViews(p, PriorAuto)
	if err != nil || len(frame) != 4 {
		t.Fatalf("%d views of a frame, %v", len(frame), err)
	}
	s, w, h := stream(t, n, p.W, p.H, PriorAuto)
	if frame[0].W != w/4 || frame[0].H != h/4 {
		t.Errorf("the views of a frame have %d x %d cells, a stream %d x %d", frame[0].W, frame[0].H, w/4, h/4)
	}
	if _, err := s.Next(p.Scale(w, h), 0); err != nil {
		t.Fatal(err)
	}
	checkFeatures(t, s.Features())
	if f, small, err := n.Features(p); err != nil || !slices.Equal(f, s.Features()) || !slices.Equal(small.Pix, p.Scale(w, h).Pix) {
		t.Errorf("the features of an image are not those of the same frame (%v)", err)
	}
}

func checkFeatures(t *testing.T, f []float32) {
	t.Helper()
	if len(f) != FeatureCount {
		t.Fatalf("%d features", len(f))
	}
	for i, v := range f {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) || i >= FeatureCount/2 && v < 0 {
			t.Errorf("feature %d is %v", i, v)
		}
	}
}

// TestExamineRefuses: what Image refuses, Examine and FrameViews refuse.
func TestExamineRefuses(t *testing.T) {
	n := neural(t)
	broken := page(32, 8, 0)
	broken.Pix = broken.Pix[:5]
	if _, err := n.Examine(broken, PriorWeb, true); err == nil {
		t.Error("an image without pixels was examined")
	}
	if _, _, err := n.Features(broken); err == nil {
		t.Error("an image without pixels has features")
	}
	if _, err := n.FrameViews(broken, PriorWeb); err == nil {
		t.Error("a frame without pixels was predicted")
	}
	if _, err := n.FrameViews(page(32, 8, 0), "other"); err == nil {
		t.Error("an unknown prior was taken")
	}
}
