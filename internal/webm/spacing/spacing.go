// Package spacing measures how long a typical frame is shown, from the intervals
// between the times of frames, in constant memory. It never fails.
package spacing

import "time"

// Histogram counts intervals by the millisecond. The zero value is empty.
type Histogram struct {
	n      [1001]int32 // the last one counts all longer intervals
	total  int32
	median int
	below  int32 // counted below median
}

// Add counts an interval.
func (h *Histogram) Add(step time.Duration) {
	i := min(max(int(step/time.Millisecond), 0), len(h.n)-1)
	h.n[i]++
	h.total++
	if i < h.median {
		h.below++
	}
	for h.median > 0 && h.below > (h.total-1)/2 {
		h.median--
		h.below -= h.n[h.median]
	}
	for h.below+h.n[h.median] <= (h.total-1)/2 {
		h.below += h.n[h.median]
		h.median++
	}
}

// defaultFrame is the length of a lone frame of which nothing is declared.
const defaultFrame = time.Second / 30

// Typical returns the lower median of the intervals, at most a second: the length of
// a frame behind which no other comes. Without any it is a thirtieth of a second.
func (h *Histogram) Typical() time.Duration {
	if h.total == 0 {
		return defaultFrame
	}
	return time.Duration(max(h.median, 1)) * time.Millisecond
}
