package timeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
)

func TestTimeline(t *testing.T) {
	type point = saccade.TimeScore
	for name, tc := range map[string]struct {
		points []point
		want   int
	}{
		"one":              {[]point{{Time: 2, Score: 70}}, 70},
		"evenly":           {[]point{{Time: 0, Score: 10}, {Time: 1, Score: 20}}, 15},
		"by time":          {[]point{{Time: 0, Score: 10}, {Time: 3, Score: 50}, {Time: 4, Score: 50}}, 26},
		"no time between":  {[]point{{Time: 1, Score: 30}, {Time: 1, Score: 90}}, 30},
		"the last as long": {[]point{{Time: 0, Score: 0}, {Time: 1, Score: 0}, {Time: 3, Score: 100}}, 40},
	} {
		var line Timeline
		for _, p := range tc.points {
			line.Add(p.Time, &p.Score)
		}
		line.Add(9, nil)
		want := &saccade.ScoreOutput[saccade.File]{Score: &tc.want, Timeline: tc.points}
		if diff := cmp.Diff(want, line.Output(true, true)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if out := line.Output(false, true); out.Score != nil || len(out.Timeline) == 0 {
			t.Errorf("%s: the points alone are %+v", name, out)
		}
		if out := line.Output(false, false); out != nil {
			t.Errorf("%s: nothing asked for gives %+v", name, out)
		}
	}
	if out := new(Timeline).Output(true, true); out != nil {
		t.Errorf("empty: %+v", out)
	}
}
