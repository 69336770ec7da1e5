package score_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/score"
)

// leftHeavy has the given share in its left half.
func leftHeavy(share float32) saccade.Density {
	d := saccade.NewDensity(8, 4)
	for i := range d.V {
		d.V[i] = (1 - share) / 16
		if i%8 < 4 {
			d.V[i] = share / 16
		}
	}
	return d
}

func ptr(v float64) *float64 { return &v }

func TestAreasOverTime(t *testing.T) {
	left, right := box(0, 0, 0.5, 1), box(0.5, 0, 0.5, 1)
	late := box(0, 0, 0.5, 1)
	late.From, late.To = ptr(1), ptr(2)
	never := box(0, 0, 0.5, 1)
	never.From = ptr(100)
	a := score.NewAreas([]saccade.AOI{left, right, late, never})
	for i := range 20 { // two seconds: first the left, then the right half
		share := float32(0.75)
		if i >= 10 {
			share = 0.25
		}
		got := a.Add(leftHeavy(share), float64(i)/10, 0.1)
		want := []float64{float64(share), 1 - float64(share), 0, 0}
		if i >= 10 {
			want[2] = float64(share)
		}
		for k := range want {
			if !close(got[k], want[k], 1e-6) {
				t.Fatalf("frame %d: shares %v, want %v", i, got, want)
			}
		}
	}
	r := a.Results()
	for k, want := range []struct {
		share, peak float64
		rank, n     int
	}{{0.5, 0.75, 2, 20}, {0.5, 0.75, 1, 20}, {0.25, 0.25, 3, 10}, {0, 0, 4, 0}} {
		if !close(r[k].Share, want.share, 1e-6) || !close(r[k].PeakShare, want.peak, 1e-6) || !close(r[k].AreaShare, 0.5, 1e-6) {
			t.Errorf("area %d: share %g, peak %g, area %g", k, r[k].Share, r[k].PeakShare, r[k].AreaShare)
		}
		if len(r[k].Timeline) != want.n {
			t.Errorf("area %d: %d points, want %d", k, len(r[k].Timeline), want.n)
		}
	}
	// ln 2 / -ln(1-share) fixations of 0.3 s until half of the viewers have looked.
	if s := r[0].FirstSeen; s == nil || !close(*s, 0.15, 1e-3) {
		t.Errorf("left first seen: %v, want 0.15", s)
	}
	if s := r[1].FirstSeen; s == nil || !close(*s, 0.723, 1e-3) {
		t.Errorf("right first seen: %v, want 0.723", s)
	}
	if s := r[2].FirstSeen; s == nil || !close(*s, 1.723, 1e-3) {
		t.Errorf("late first seen: %v, want 1.723", s)
	}
	if r[3].FirstSeen != nil {
		t.Errorf("an area that never exists was seen at %v", *r[3].FirstSeen)
	}
}

func TestTimelineStaysShort(t *testing.T) {
	a := score.NewAreas([]saccade.AOI{box(0, 0, 0.5, 1)})
	const frames = 3601
	for i := range frames {
		a.Add(leftHeavy(0.6), float64(i)/60, 1.0/60)
	}
	r := a.Results()[0]
	if n := len(r.Timeline); n < 300 || n > 601 {
		t.Fatalf("%d points", n)
	}
	last := -1.0
	for _, p := range r.Timeline {
		if p.Time <= last || !close(p.Share, 0.6, 1e-6) {
			t.Fatalf("point %+v after %g", p, last)
		}
		last = p.Time
	}
}

func TestImageAreas(t *testing.T) {
	tiny := box(0, 0, 0.01, 0.01)
	late := box(0.5, 0, 0.5, 1)
	late.From = ptr(3)
	r := score.ImageAreas(leftHeavy(0.75), []saccade.AOI{tiny, late})
	if r[0].FirstSeen != nil {
		t.Errorf("a hundredth of a percent seen at %g s", *r[0].FirstSeen)
	}
	if !close(r[1].Share, 0.25, 1e-6) || r[1].Rank != 1 || r[0].Rank != 2 || r[1].Timeline != nil {
		t.Errorf("the right half: %+v", r[1])
	}
	if diff := cmp.Diff(late, r[1].AOI); diff != "" {
		t.Errorf("the area changed: %s", diff)
	}
}
