package markers

import (
	"fmt"
	"math"
	"slices"
)

// Rate is a frame rate of television or cinema, Num/Den frames a second.
type Rate struct {
	Num, Den int
	Drop     bool // timecodes leave out numbers to keep step with the clock (SMPTE ST 12-1)
}

// rates are those that cutting programs know, the slowest first; of two with one
// nominal rate the plain one is first.
func rates() []Rate {
	return []Rate{{24, 1, false}, {24000, 1001, false}, {25, 1, false}, {30, 1, false}, {30000, 1001, true}, {50, 1, false}, {60, 1, false}, {60000, 1001, true}}
}

// tolerance is how far a time stamp may be from its frame, in seconds: WebM counts
// in milliseconds, and both the first stamp and this one are rounded.
const tolerance = 0.0016

// RateOf returns the slowest rate on whose frames all times lie (seconds, ascending),
// and whether there is none: then it is the slowest one that is as fast as the usual
// distance of two times, at most 60.
func RateOf(times []float64) (r Rate, variable bool) {
	best, off := Rate{}, math.Inf(1)
	for _, r := range rates() {
		if best != (Rate{}) && best.nominal() != r.nominal() {
			break
		}
		if e := r.misfit(times); e <= tolerance && e < off-1e-9 {
			best, off = r, e
		}
	}
	if best != (Rate{}) {
		return best, false
	}
	gaps := make([]float64, 0, len(times))
	for i := 1; i < len(times); i++ {
		gaps = append(gaps, times[i]-times[i-1])
	}
	slices.Sort(gaps)
	usual := gaps[len(gaps)/2] // of one time every rate fits
	for _, r := range []Rate{{24, 1, false}, {25, 1, false}, {30, 1, false}, {50, 1, false}} {
		if r.Seconds(1) <= 1.05*usual {
			return r, true
		}
	}
	return Rate{60, 1, false}, true
}

// misfit is how far the farthest time is from its nearest frame, in seconds; two
// times on one frame do not fit.
func (r Rate) misfit(times []float64) float64 {
	far, last := 0.0, -1
	for _, t := range times {
		n := r.Frame(t - times[0])
		if n == last {
			return math.Inf(1)
		}
		far, last = max(far, math.Abs(t-times[0]-r.Seconds(n))), n
	}
	return far
}

// nominal is how many numbers of frames a second has in a timecode.
func (r Rate) nominal() int { return (r.Num + r.Den - 1) / r.Den }

// Frame returns the frame nearest to a time in seconds.
func (r Rate) Frame(t float64) int { return int(math.Round(t * float64(r.Num) / float64(r.Den))) }

// Seconds returns the time of a frame.
func (r Rate) Seconds(n int) float64 { return float64(n) * float64(r.Den) / float64(r.Num) }

// Start is the frame of the timecode 01:00:00:00, at which programs begin.
func (r Rate) Start() int {
	n := 3600 * r.nominal()
	if r.Drop {
		n -= 54 * r.dropped() // every minute but each tenth
	}
	return n
}

// dropped is how many numbers a minute leaves out.
func (r Rate) dropped() int { return r.nominal() / 15 }

// Timecode returns the label of a frame that is counted from 00:00:00:00, with a
// semicolon before the frames where numbers are dropped. It goes around after 24 hours.
func (r Rate) Timecode(n int) string {
	sep := ":"
	fps := r.nominal()
	if r.Drop {
		sep = ";"
		minute := 60*fps - r.dropped() // of frames, but for the first of ten
		ten := 10*minute + r.dropped()
		d, m := n/ten, n%ten
		n += 9 * r.dropped() * d
		if m >= 60*fps {
			n += r.dropped() * (1 + (m-60*fps)/minute)
		}
	}
	return fmt.Sprintf("%02d:%02d:%02d%s%02d", n/(3600*fps)%24, n/(60*fps)%60, n/fps%60, sep, n%fps)
}

// String names the rate as editors do: 23.976, 25, 29.97 drop-frame.
func (r Rate) String() string {
	s := fmt.Sprint(r.Num)
	if r.Den != 1 {
		s = fmt.Sprintf("%.4g", float64(r.Num)/float64(r.Den))
		if r.nominal() == 24 {
			s = "23.976"
		}
	}
	if r.Drop {
		s += " drop-frame"
	}
	return s
}

// rational is the time of a frame as FCPXML writes it: a fraction of seconds.
func (r Rate) rational(n int) string {
	if n*r.Den%r.Num == 0 {
		return fmt.Sprintf("%ds", n*r.Den/r.Num)
	}
	return fmt.Sprintf("%d/%ds", n*r.Den, r.Num)
}
