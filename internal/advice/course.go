package advice

import (
	"math"

	"github.com/saccade-dev/saccade/internal/artifact"
)

// course is what the rows of a video say about its course.
type course struct {
	cuts, jumps int
	seconds     float64
	low, high   stretch // the second with the least and the most focus
}

// stretch is a span of about a second with its mean focus.
type stretch struct {
	from, to, focus float64
}

// jumpDistance is how far the strongest place must move from one frame to the
// next to count as a jump, as a share of the image's side.
const jumpDistance = 0.25

// measureCourse looks at all rows, in order of time.
func measureCourse(rows []artifact.Row) course {
	var m course
	m.seconds = rows[len(rows)-1].Time - rows[0].Time
	for i, r := range rows[1:] {
		prev := rows[i]
		switch {
		case r.Cut:
			m.cuts++
		case len(r.Gaze) > 0 && len(prev.Gaze) > 0 && math.Hypot(r.Gaze[0].X-prev.Gaze[0].X, r.Gaze[0].Y-prev.Gaze[0].Y) > jumpDistance:
			m.jumps++
		}
	}
	m.low, m.high = stretches(rows)
	return m
}

// stretches finds the second with the least and the one with the most focus; a
// shorter video counts as one stretch.
func stretches(rows []artifact.Row) (low, high stretch) {
	low.focus, high.focus = math.Inf(1), math.Inf(-1)
	sum, first := 0, 0
	for i, r := range rows {
		sum += r.Focus
		for r.Time-rows[first].Time > 1 {
			sum -= rows[first].Focus
			first++
		}
		if r.Time-rows[first].Time < 0.9 && !(i == len(rows)-1 && math.IsInf(low.focus, 1)) {
			continue
		}
		s := stretch{rows[first].Time, r.Time, float64(sum) / float64(i-first+1)}
		if s.focus < low.focus {
			low = s
		}
		if s.focus > high.focus {
			high = s
		}
	}
	return low, high
}
