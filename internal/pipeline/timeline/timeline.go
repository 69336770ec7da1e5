// Package timeline gathers a score of a video over time, from 0 to 100.
package timeline

import (
	"math"

	"github.com/saccade-dev/saccade"
)

// Timeline is a score over time; its value for the whole is the mean over time. The zero value is empty.
type Timeline struct {
	points []saccade.TimeScore
}

// Add takes the score from a time on, in seconds; nil is left out.
func (t *Timeline) Add(at float64, v *int) {
	if v != nil {
		t.points = append(t.points, saccade.TimeScore{Time: at, Score: *v})
	}
}

// mean weighs every value by how long it was seen; the last one counts as long
// as the one before.
func (t *Timeline) mean() int {
	if len(t.points) == 1 {
		return t.points[0].Score
	}
	var sum, total, dt float64
	for i, p := range t.points {
		if i+1 < len(t.points) {
			dt = t.points[i+1].Time - p.Time
		}
		sum += dt * float64(p.Score)
		total += dt
	}
	if total <= 0 {
		return t.points[0].Score
	}
	return int(math.Round(sum / total))
}

// Output returns the value for the whole and the points, each if it is asked for; nil if nothing is or there is none.
func (t *Timeline) Output(whole, timeline bool) *saccade.ScoreOutput[saccade.File] {
	if !whole && !timeline || len(t.points) == 0 {
		return nil
	}
	out := &saccade.ScoreOutput[saccade.File]{}
	if whole {
		m := t.mean()
		out.Score = &m
	}
	if timeline {
		out.Timeline = t.points
	}
	return out
}
