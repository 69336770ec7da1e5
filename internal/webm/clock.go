package webm

import (
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm/spacing"
)

// latest bounds the times that are computed with: 73 years, so that stamps may
// count from 1970 and sums of two do not overflow.
const latest = 1 << 61

// clock puts the stamps of a file's blocks onto one timeline. As long as they
// go forward they stay as they are. Where they go back by more than jitter, or
// a file begins that was joined to another, what follows is moved behind what
// came before, both tracks alike. Frames get strictly ascending times.
type clock struct {
	offset  time.Duration // added to the stamps from here on
	joined  bool          // the next block is the first of another file
	tail    time.Duration // when the file before ends by its own header
	frames  int           // shown
	first   time.Duration // of the first frame
	last    [kinds]time.Duration
	seen    [kinds]bool
	early   time.Duration     // the earliest time of any block
	spacing spacing.Histogram // of the frames
	gaps    []gap             // long ones of this part, for pieces in the wrong order
	start   time.Duration     // of this part
	err     error
}

// gap is a stretch of time in which a track has no block.
type gap struct{ from, to time.Duration }

const (
	// jitter is how far stamps may go back by the sloppiness of a recorder.
	jitter = 150 * time.Millisecond
	// pause is how much time may lie between two files that were joined and
	// count on: longer, and they are recordings of their own.
	pause = 2 * time.Second
	// packetTime is taken for the length of the last packet of audio.
	packetTime = 20 * time.Millisecond
	maxGaps    = 256
)

func (c *clock) empty() bool { return !c.seen[video] && !c.seen[audio] }

// newPart says that what follows is another file; end is when the one before
// ends by its own header, on its own clock.
func (c *clock) newPart(end time.Duration) {
	c.tail = max(c.tail, 0)
	if end > 0 {
		c.tail = min(end+c.offset, latest)
	}
	c.joined = true
}

// end is when what came so far ends.
func (c *clock) end() time.Duration {
	end := -time.Duration(latest)
	if c.seen[video] {
		end = c.last[video] + c.spacing.Typical()
	}
	if c.seen[audio] {
		end = max(end, c.last[audio]+packetTime)
	}
	return end
}

// stamp returns the time of a packet whose own stamp is raw.
func (c *clock) stamp(k packet, raw time.Duration) time.Duration {
	t := raw + c.offset
	switch {
	case c.empty():
		c.start, c.early = t, t
	case c.joined:
		if end := c.end(); t < end-jitter || t > end+pause {
			if c.tail > end && c.tail-end <= 10*time.Minute {
				end = c.tail // the last frame stays as long as that file says
			}
			t = c.restart(raw, end)
		}
		c.start, c.gaps = t, nil
	case c.seen[k.kind] && t < c.last[k.kind]-jitter:
		if c.disordered(t) {
			c.err = wrongOrder(t - c.start)
			return t
		}
		t = c.restart(raw, c.end())
		c.start, c.gaps = t, nil
	}
	c.joined = false
	t = max(min(t, latest), -latest)
	if k.frames == 0 { // never shown: it only has to be decoded in its turn
		return t
	}
	if k.kind == video && c.seen[video] && t <= c.last[video] {
		t = c.last[video] + time.Millisecond
	}
	c.count(k, t)
	return t
}

// restart lets the stamps from raw on count from a time.
func (c *clock) restart(raw, at time.Duration) time.Duration {
	at = at.Round(time.Millisecond)
	c.offset = at - raw
	return at
}

// count takes note of a packet at t.
func (c *clock) count(k packet, t time.Duration) {
	c.early = min(c.early, t)
	if c.seen[k.kind] {
		step := t - c.last[k.kind]
		if step > max(jitter, 3*c.spacing.Typical()) && len(c.gaps) < maxGaps {
			c.gaps = append(c.gaps, gap{c.last[k.kind], t})
		}
		if k.kind == video {
			c.spacing.Add(step)
		}
	}
	if k.kind == audio {
		c.last[audio] = max(c.last[audio], t)
		if !c.seen[audio] {
			c.last[audio] = t
		}
	} else {
		if !c.seen[video] {
			c.first = t
		}
		c.last[video] = t + time.Duration(k.frames-1)*k.track.def // laced frames follow one another
		c.frames += k.frames
	}
	c.seen[k.kind] = true
}

// disordered reports whether a block at t, which goes back, belongs into a gap
// that was left before: pieces of one recording in the wrong order. A recording
// that was joined begins again where the first one began, not within it.
func (c *clock) disordered(t time.Duration) bool {
	for _, g := range c.gaps {
		if t > c.start+jitter && t > g.from && t < g.to {
			return true
		}
	}
	return false
}

func wrongOrder(at time.Duration) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput, "The pieces of the recording are in the wrong order: "+
		"its time stamps go back to %.3f s, which an earlier piece left out. Please join the pieces in the order in which they were recorded.", at.Seconds())
}

func mixedCodecs(a, b string) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput, "Two recordings of different codecs (%q and %q) were joined in this file. Please upload them one by one.", a, b)
}
