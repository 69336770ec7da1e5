package score

import (
	"cmp"
	"math"
	"slices"

	"github.com/saccade-dev/saccade"
)

// timelinePoints is the most points a timeline of [Areas] holds; longer videos
// are averaged over equal numbers of frames.
const timelinePoints = 600

// ViewingSeconds is how long an image is viewed: a first fixation later than
// that is "never".
const ViewingSeconds = 7.0

// Areas follows areas of interest through a video, or judges them in an image
// ([ImageAreas]). It holds a few hundred numbers per area, however
// long the video is, and belongs to one goroutine.
type Areas struct {
	aois   []saccade.AOI
	w, h   int
	masks  []mask
	tracks []track
	shares []float64
}

// track is what is remembered of one area.
type track struct {
	weight, sum float64 // seconds, and share times seconds
	peak        float64
	unseen      float64  // probability that a viewer has not fixated it yet
	seen        *float64 // seconds
	line        []saccade.TimeShare
	open        saccade.TimeShare // the point being averaged
	frames      int               // in it
	per         int               // frames a point
}

// NewAreas starts with areas that [saccade.ValidateAOIs] has accepted.
func NewAreas(aois []saccade.AOI) *Areas {
	a := &Areas{aois: aois, tracks: make([]track, len(aois)), shares: make([]float64, len(aois))}
	for i := range a.tracks {
		a.tracks[i].unseen, a.tracks[i].per = 1, 1
	}
	return a
}

// Add counts a frame that is shown at a time for a duration, both in seconds,
// and returns the share of each area in it (0 while the area does not exist).
// The slice is valid until the next call.
func (a *Areas) Add(d saccade.Density, at, duration float64) []float64 {
	if d.W != a.w || d.H != a.h {
		a.w, a.h, a.masks = d.W, d.H, make([]mask, len(a.aois))
		for i, aoi := range a.aois {
			a.masks[i] = newMask(aoi, d.W, d.H)
		}
	}
	for i := range a.aois {
		a.shares[i] = 0
		if a.aois[i].Active(at) {
			a.shares[i] = a.masks[i].Share(d)
			a.tracks[i].add(a.shares[i], at, duration)
		}
	}
	return a.shares
}

func (t *track) add(share, at, duration float64) {
	t.sum += share * duration
	t.weight += duration
	t.peak = max(t.peak, share)
	t.fixate(share, at, duration)
	if t.frames == 0 {
		t.open = saccade.TimeShare{Time: at}
	}
	t.open.Share += share
	if t.frames++; t.frames < t.per {
		return
	}
	t.open.Share /= float64(t.frames)
	t.line, t.frames = append(t.line, t.open), 0
	if len(t.line) == timelinePoints {
		t.halve()
	}
}

// fixate updates the time to first fixation (TTFF) of the median viewer:
// fixations follow each other every 0.3 s, and each one lands in the area with
// a probability of the area's share.
func (t *track) fixate(share, at, duration float64) {
	if t.seen != nil || share <= 0 {
		return
	}
	rate := -math.Log1p(-min(share, 1-1e-9)) / fixation // of no longer being unseen
	need := math.Log(t.unseen/0.5) / rate
	if need <= duration {
		when := math.Round((at+max(need, 0))*1000) / 1000
		t.seen = &when
	}
	t.unseen *= math.Exp(-rate * duration)
}

// FirstFixation returns the time, in seconds, by which the median viewer of an
// image has fixated something with a share of attention (0..1); nil: not within
// [ViewingSeconds].
func FirstFixation(share float64) *float64 {
	t := track{unseen: 1}
	t.fixate(share, 0, ViewingSeconds)
	return t.seen
}

// halve joins every two points of the timeline.
func (t *track) halve() {
	for i := range len(t.line) / 2 {
		p, q := t.line[2*i], t.line[2*i+1]
		t.line[i] = saccade.TimeShare{Time: p.Time, Share: (p.Share + q.Share) / 2}
	}
	t.line = t.line[:len(t.line)/2]
	t.per *= 2
}

// Results answers all areas in the order they were given. Share is the mean
// over the time the area exists, FirstSeen the time by which half of the
// viewers have fixated it, Rank 1 the area with the largest share.
func (a *Areas) Results() []saccade.AOIResult {
	out := make([]saccade.AOIResult, len(a.aois))
	for i, aoi := range a.aois {
		t := &a.tracks[i]
		r := saccade.AOIResult{AOI: aoi, PeakShare: t.peak, FirstSeen: t.seen}
		if t.weight > 0 {
			r.Share = t.sum / t.weight
		}
		if a.masks != nil {
			r.AreaShare = a.masks[i].Area()
		}
		r.Timeline = slices.Clone(t.line)
		if t.frames > 0 {
			last := t.open
			last.Share /= float64(t.frames)
			r.Timeline = append(r.Timeline, last)
		}
		out[i] = r
	}
	rank(out)
	return out
}

// rank numbers the results by share; equal shares keep their order.
func rank(r []saccade.AOIResult) {
	order := make([]int, len(r))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(r[b].Share, r[a].Share) })
	for place, i := range order {
		r[i].Rank = place + 1
	}
}

// ImageAreas answers areas of interest of an image, as if it were shown for
// ViewingSeconds; time spans are ignored and there is no timeline.
func ImageAreas(d saccade.Density, aois []saccade.AOI) []saccade.AOIResult {
	always := slices.Clone(aois)
	for i := range always {
		always[i].From, always[i].To = nil, nil
	}
	a := NewAreas(always)
	a.Add(d, 0, ViewingSeconds)
	out := a.Results()
	for i := range out {
		out[i].AOI, out[i].Timeline = aois[i], nil
	}
	return out
}
