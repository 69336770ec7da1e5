package gaze

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Names that files of one's own making use.
var (
	stimulusNames = []string{"stimulus", "page", "image", "url", "media", "video"}
	observerNames = []string{"observer", "participant", "user", "session", "subject", "visitor"}
	clickNames    = []string{"type", "event", "eventtype", "action"}
	timeNames     = []string{"t", "time", "elapsedtime", "timestamp", "timems", "ms"}
)

// isClicks reports whether the columns are those of a click log.
func isClicks(t *table) bool {
	return t.has("x", "y") && (t.find(clickNames...) != "" || t.find(timeNames...) == "")
}

// readClicks reads a click log: every row, or where there is a column of
// events every click, is a fixation without duration.
func readClicks(t *table, c *collector) error {
	event, stamp := t.find(clickNames...), t.find(timeNames...)
	for n := 0; ; n++ {
		more, err := t.next()
		if err != nil || !more {
			return err
		}
		if event != "" && !isClick(t.text(event)) {
			continue
		}
		p, err := t.point(c)
		if err != nil {
			return err
		}
		g := group{point: p}
		if stamp != "" && t.text(stamp) != "" {
			if g.start, err = t.number(stamp); err != nil {
				return err
			}
			g.start /= 1000
		}
		c.add(groupKey{stimulus: p.stimulus, observer: p.observer, index: strconv.Itoa(n)}, g)
	}
}

// isClick reports whether the name of an event is that of a click.
func isClick(event string) bool {
	switch strings.ToLower(event) {
	case "click", "mousedown", "pointerdown", "touchstart", "tap", "press":
		return true
	}
	return false
}

// point reads x and y of a file of one's own: fractions where the file says so
// (columns unit or units with "fraction"), else pixels of the stimulus.
func (t *table) point(c *collector) (p point, err error) {
	if p.stimulus, err = t.name(t.find(stimulusNames...)); err != nil {
		return p, err
	}
	if p.observer, err = t.name(t.find(observerNames...)); err != nil {
		return p, err
	}
	p.stimulus, p.observer = c.named(p.stimulus, p.observer)
	v, err := t.numbers("x", "y")
	if err != nil {
		return p, err
	}
	p.x, p.y = v[0], v[1]
	p.pixels = !strings.HasPrefix(strings.ToLower(t.text(t.find("unit", "units"))), "fraction")
	return p, nil
}

// isSamples reports whether the columns are those of gaze samples as WebGazer
// yields them.
func isSamples(t *table) bool { return t.has("x", "y") && t.find(timeNames...) != "" }

// What counts as a fixation among samples: gaze that stays within so much of
// the longer side (width and height of the cloud added), for so long. Webcams
// err by some degrees, so the threshold is wide.
const (
	maxDispersion = 0.10
	minFixation   = 0.100 // seconds
	maxGap        = 0.500 // seconds without a sample that end a fixation
)

// sample is one position in time.
type sample struct{ t, x, y float64 }

// track is the samples of one observer on one stimulus.
type track struct {
	point
	samples []sample
}

// readSamples reads samples and finds fixations in them.
func readSamples(t *table, c *collector) error {
	stamp := t.find(timeNames...)
	tracks := map[origin]*track{}
	var order []*track
	for {
		more, err := t.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if t.text("x") == "" || t.text("y") == "" {
			continue // no face was seen
		}
		p, err := t.point(c)
		if err != nil {
			return err
		}
		at, err := t.number(stamp)
		if err != nil {
			return err
		}
		o := origin{stimulus: p.stimulus, observer: p.observer}
		k := tracks[o]
		if k == nil {
			k = &track{point: p}
			tracks[o] = k
			order = append(order, k)
		}
		k.samples = append(k.samples, sample{at / 1000, p.x, p.y})
	}
	for _, k := range order {
		if err := c.detect(k); err != nil {
			return err
		}
	}
	return nil
}

// detect finds the fixations of a track by dispersion (I-DT): a window of at
// least minFixation grows as long as its samples stay together.
func (c *collector) detect(k *track) error {
	slices.SortStableFunc(k.samples, func(a, b sample) int {
		switch {
		case a.t < b.t:
			return -1
		case a.t > b.t:
			return 1
		}
		return 0
	})
	longer := 1.0
	if k.pixels {
		if _, _, _, err := c.fraction(k.point); err != nil {
			return err
		}
		w, h, _ := c.src.Size(k.stimulus)
		longer = float64(max(w, h))
	}
	o := origin{stimulus: k.stimulus, observer: k.observer}
	c.first(o, k.samples[0].t)
	for i := 0; i < len(k.samples); {
		end := together(k.samples[i:], maxDispersion*longer) + i
		s := k.samples[i:end]
		if s[len(s)-1].t-s[0].t < minFixation {
			if end == len(k.samples) {
				return nil // nothing longer follows
			}
			i++
			continue
		}
		p := k.point
		p.x, p.y = 0, 0
		for _, v := range s {
			p.x += v.x / float64(len(s))
			p.y += v.y / float64(len(s))
		}
		c.add(groupKey{stimulus: k.stimulus, observer: k.observer, index: strconv.Itoa(i)},
			group{point: p, start: s[0].t, duration: s[len(s)-1].t - s[0].t})
		i = end
	}
	return nil
}

// together returns how many of the first samples stay within a dispersion,
// without a gap; at least 1.
func together(s []sample, limit float64) int {
	lowX, highX, lowY, highY := s[0].x, s[0].x, s[0].y, s[0].y
	for n := 1; n < len(s); n++ {
		lowX, highX = math.Min(lowX, s[n].x), math.Max(highX, s[n].x)
		lowY, highY = math.Min(lowY, s[n].y), math.Max(highY, s[n].y)
		if highX-lowX+highY-lowY > limit || s[n].t-s[n-1].t > maxGap {
			return n
		}
	}
	return len(s)
}
