package markers

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

// The rules. Latency is how long the eye takes to begin a movement, in seconds
// (Carpenter, Movements of the Eyes, 1988): as long after a cut it is judged where
// people look. A jump above LostJump, a share of the frame's width, counts as lost: it
// is 15 degrees, further than nearly all eye movements go (Bahill, Adler and Stark,
// 1975), on a screen that fills 40 degrees. FocusDrop is a fall of the focus score in
// points within FocusWithin seconds; it ends when half of it is regained.
const (
	Latency     = 0.2
	LostJump    = 0.375
	FocusDrop   = 20
	FocusWithin = 1.0
)

// day is when timecodes begin anew, in seconds.
const day = 24 * 3600

// Video is what a list is made of.
type Video struct {
	Title  string              // empty: Saccade
	Frames *artifact.Frames    // of a video: at least one row
	AOIs   []saccade.AOIResult // as measured on it
}

// Find returns the eye trace and the markers of a video. A video without rows, or
// of a day or longer, is an error.
func Find(v Video) (List, error) {
	rows := v.Frames.Rows
	if len(rows) == 0 {
		return List{}, errors.New("markers: there are no frames")
	}
	times := make([]float64, len(rows))
	for i, r := range rows {
		times[i] = r.Time
	}
	if max(times[len(times)-1]-times[0], v.Frames.Duration) >= day {
		return List{}, errors.New("markers: timecodes cannot count a video of a day or longer")
	}
	l := List{Title: cmp.Or(oneLine(v.Title), "Saccade"), Width: v.Frames.Width, Height: v.Frames.Height}
	l.Rate, l.Variable = RateOf(times)
	l.Frames = max(l.Rate.Frame(v.Frames.Duration), l.Rate.Frame(times[len(times)-1]-times[0])+1)
	l.cuts(rows)
	l.drops(rows)
	l.areas(v.AOIs)
	slices.SortStableFunc(l.Markers, func(a, b Marker) int { return cmp.Compare(a.Frame, b.Frame) })
	return l, nil
}

// mark adds a marker.
func (l *List) mark(k Kind, at, until float64, text string) {
	from := min(max(0, l.Rate.Frame(at)), l.Frames-1)
	l.Markers = append(l.Markers, Marker{Kind: k, Frame: from, Time: at, Length: max(1, min(l.Rate.Frame(until), l.Frames)-from), Text: oneLine(text)})
}

// cuts measures the jump of the gaze at every cut.
func (l *List) cuts(rows []artifact.Row) {
	for i, r := range rows {
		if !r.Cut || i == 0 {
			continue
		}
		after := i
		for after+1 < len(rows) && !rows[after+1].Cut && rows[after].Time < r.Time+Latency {
			after++
		}
		from, to := rows[i-1].Gaze, rows[after].Gaze
		if len(from) == 0 || len(to) == 0 {
			continue
		}
		at := r.Time - rows[0].Time
		c := saccade.CutTrace{Frame: l.Rate.Frame(at), Time: at, From: saccade.Point{from[0].X, from[0].Y}, To: saccade.Point{to[0].X, to[0].Y}}
		w, h := float64(max(1, l.Width)), float64(max(1, l.Height))
		jump := math.Hypot((c.To[0]-c.From[0])*w, (c.To[1]-c.From[1])*h)
		c.Jump, c.JumpDiagonal = jump/w, jump/math.Hypot(w, h)
		if c.Lost = c.Jump > LostJump; c.Lost {
			l.mark(KindCut, at, at, fmt.Sprintf("Gaze lost at this cut: it must jump %.0f %% of the width, from %s to %s", 100*c.Jump, place(c.From), place(c.To)))
		}
		l.Cuts = append(l.Cuts, c)
	}
	slices.SortStableFunc(l.Cuts, func(a, b saccade.CutTrace) int { return cmp.Compare(b.Jump, a.Jump) })
}

// place is a position in words.
func place(p saccade.Point) string {
	return fmt.Sprintf("%.0f %% across and %.0f %% down", 100*p[0], 100*p[1])
}

// drops finds where the focus score falls.
func (l *List) drops(rows []artifact.Row) {
	first, high := 0, 0 // of the rows within the last second: the first one; what a drop fell from
	down := false
	for i, r := range rows {
		for rows[first].Time < r.Time-FocusWithin {
			first++
		}
		if down {
			down = r.Focus < high-FocusDrop/2
			if down {
				continue
			}
			first = i
		}
		high = 0
		for _, o := range rows[first : i+1] {
			high = max(high, o.Focus)
		}
		if r.Focus <= high-FocusDrop {
			down = true
			at := r.Time - rows[0].Time
			l.mark(KindFocus, at, at, fmt.Sprintf("Focus drops from %d to %d: attention scatters", high, r.Focus))
		}
	}
}

// areas marks the areas of interest that nobody is predicted to look at, for as long
// as they exist.
func (l *List) areas(aois []saccade.AOIResult) {
	for _, a := range aois {
		if a.FirstSeen != nil {
			continue
		}
		from, to := 0.0, l.Rate.Seconds(l.Frames)
		if a.From != nil {
			from = *a.From
		}
		if a.To != nil {
			to = *a.To
		}
		if from < l.Rate.Seconds(l.Frames) { // it exists at some time
			l.mark(KindArea, from, to, fmt.Sprintf("Area missed: %s gets %.1f %% of attention", cut(oneLine(a.Name)), 100*a.Share))
		}
	}
}
