package gaze

import (
	"errors"
	"strings"
)

// isTobii reports whether the columns are Tobii's.
func isTobii(t *table) bool {
	return t.find("eyemovementtype", "gazeeventtype") != "" && t.find(tobiiX...) != ""
}

// The columns of a fixation's position, the best first: fractions of the
// medium, pixels of the medium, pixels of the screen.
var (
	tobiiX = []string{"fixationpointxmcsnorm", "fixationpointxmcspx", "fixationpointxdacspx", "fixationpointx"}
	tobiiY = []string{"fixationpointymcsnorm", "fixationpointymcspx", "fixationpointydacspx", "fixationpointy"}
)

// readTobii reads an export of Tobii Pro Lab or Tobii Studio: a row a sample or
// an event, the fixation's position repeated in all of its rows. Recording
// timestamps are in milliseconds or, where the column says so or a fixation
// would otherwise last a thousand times as long as its own duration, in
// microseconds.
func readTobii(t *table, c *collector) error {
	x, y := t.find(tobiiX...), t.find(tobiiY...)
	kind, duration := t.find("eyemovementtype", "gazeeventtype"), t.find("gazeeventdurationms", "gazeeventduration")
	stamp := t.prefixed("recordingtimestamp")
	index := t.find("eyemovementtypeindex", "fixationindex", "gazeeventtypeindex")
	if y == "" || index == "" {
		return missing("Fixation point Y beside X, and Eye movement type index")
	}
	stimulus := t.find("presentedstimulusname", "presentedmedianame", "medianame")
	observer, recording := t.find("participantname"), t.find("recordingname")
	for {
		more, err := t.next()
		if err != nil || !more {
			c.fixMicroseconds(strings.HasSuffix(stamp, "μs") || strings.HasSuffix(stamp, "µs") || strings.HasSuffix(stamp, "us"))
			return err
		}
		k := groupKey{index: t.text(index)}
		if k.stimulus, err = t.name(stimulus); err != nil {
			return err
		}
		if k.observer, err = t.name(observer); err != nil {
			return err
		}
		k.stimulus, k.observer = c.named(k.stimulus, k.observer)
		if k.recording, err = t.name(recording); err != nil {
			return err
		}
		var g group
		if stamp != "" && t.text(stamp) != "" {
			if g.start, err = t.number(stamp); err != nil {
				return err
			}
			g.start /= 1000
		}
		c.first(origin{k.stimulus, k.observer, k.recording}, g.start)
		if !strings.EqualFold(t.text(kind), "fixation") || t.text(x) == "" || t.text(y) == "" || k.index == "" {
			continue
		}
		k.index = strings.Clone(k.index)
		if g.point, err = t.tobiiPoint(k, x, y); err != nil {
			return err
		}
		if duration != "" && t.text(duration) != "" {
			if g.duration, err = t.number(duration); err != nil {
				return err
			}
			g.duration /= 1000
		}
		c.add(k, g)
	}
}

// tobiiPoint reads the position of a fixation.
func (t *table) tobiiPoint(k groupKey, x, y string) (point, error) {
	v, err := t.numbers(x, y)
	if err != nil {
		return point{}, err
	}
	p := point{stimulus: k.stimulus, observer: k.observer, x: v[0], y: v[1]}
	switch {
	case strings.HasSuffix(x, "norm"):
		return p, nil
	case strings.HasSuffix(x, "mcspx"):
		p.pixels = true
		return p, nil
	}
	px, py := t.prefixed("presentedmediapositionx"), t.prefixed("presentedmediapositiony")
	w, h := t.prefixed("presentedmediawidth"), t.prefixed("presentedmediaheight")
	if px == "" || py == "" || w == "" || h == "" {
		return p, missing("Fixation point X and Y in MCSnorm, or Presented Media position X and Y, width and height")
	}
	if t.text(w) == "" { // no medium was shown: outside
		return point{stimulus: k.stimulus, observer: k.observer, x: -1, y: -1}, nil
	}
	m, err := t.numbers(px, py, w, h)
	if err != nil {
		return p, err
	}
	if m[2] <= 0 || m[3] <= 0 {
		return p, t.fault(w, "is no width")
	}
	p.x, p.y = (p.x-m[0])/m[2], (p.y-m[1])/m[3]
	return p, nil
}

// fixMicroseconds divides times that were taken for milliseconds but are
// microseconds: said so, or betrayed by fixations that span a thousand times
// their own durations.
func (c *collector) fixMicroseconds(said bool) {
	var span, stated float64
	for _, g := range c.order {
		span, stated = span+g.end-g.start, stated+g.duration
	}
	if !said && !(stated > 0 && span > 50*stated) {
		return
	}
	for _, g := range c.order {
		g.start, g.end = g.start/1000, g.end/1000
	}
	for o := range c.origins {
		c.origins[o] /= 1000
	}
}

// isGazepoint reports whether the columns are Gazepoint's.
func isGazepoint(t *table) bool { return t.has("fpogx", "fpogy") }

// readGazepoint reads an export of Gazepoint Analysis, fixations or all gaze:
// rows with one FPOGID are one fixation, of which the last is the whole.
func readGazepoint(t *table, c *collector) error {
	if !t.has("fpogid") {
		return missing("FPOGID, the number of the fixation")
	}
	stimulus, observer := t.find("medianame", "mediaid"), t.find("user", "username", "userid")
	for {
		more, err := t.next()
		if err != nil || !more {
			return err
		}
		k := groupKey{index: strings.Clone(t.text("fpogid"))}
		if k.stimulus, err = t.name(stimulus); err != nil {
			return err
		}
		if k.observer, err = t.name(observer); err != nil {
			return err
		}
		k.stimulus, k.observer = c.named(k.stimulus, k.observer)
		if k.index == "" || t.text("fpogx") == "" {
			continue
		}
		v, err := t.numbers("fpogx", "fpogy")
		if err != nil {
			return err
		}
		g := group{point: point{k.stimulus, k.observer, v[0], v[1], false}}
		if t.has("fpogs") {
			if g.start, err = t.number("fpogs"); err != nil {
				return err
			}
		}
		if t.has("fpogd") {
			if g.duration, err = t.number("fpogd"); err != nil {
				return err
			}
		}
		g.invalid = t.has("fpogv") && !t.truth("fpogv")
		c.add(k, g)
	}
}

// isPupilCore reports whether the columns are those of Pupil Core's surface
// tracker.
func isPupilCore(t *table) bool { return t.has("normposx", "normposy", "fixationid") }

// readPupilCore reads fixations_on_surface_NAME.csv of Pupil Player: a row a
// video frame, fixations by fixation_id, the origin at the lower left.
func readPupilCore(t *table, c *collector) error {
	if !t.has("onsurf") {
		return missing("on_surf, which only fixations_on_surface_NAME.csv has: fixations.csv refers to the scene camera, not to a stimulus")
	}
	stimulus, observer := c.named("", "")
	for {
		more, err := t.next()
		if err != nil || !more {
			return err
		}
		v, err := t.numbers("normposx", "normposy")
		if err != nil {
			return err
		}
		g := group{point: point{stimulus, observer, v[0], 1 - v[1], false}, invalid: !t.truth("onsurf")}
		if t.has("starttimestamp") {
			if g.start, err = t.number("starttimestamp"); err != nil {
				return err
			}
		}
		if t.has("duration") {
			if g.duration, err = t.number("duration"); err != nil {
				return err
			}
			g.duration /= 1000
		}
		c.add(groupKey{stimulus, observer, "", strings.Clone(t.text("fixationid"))}, g)
	}
}

// The columns that say whether a fixation of Pupil Cloud lies on the stimulus.
var pupilCloudOn = []string{"fixationdetectedinreferenceimage", "fixationdetectedonsurface"}

// isPupilCloud reports whether the columns are those of Pupil Cloud's mappers.
func isPupilCloud(t *table) bool { return t.has("fixationid") && t.find(pupilCloudOn...) != "" }

// readPupilCloud reads fixations.csv of a Reference Image Mapper or Marker
// Mapper: a row a fixation; the recording stands for the observer.
func readPupilCloud(t *table, c *collector) error {
	on := t.find(pupilCloudOn...)
	x := t.find("fixationxnormalized", "fixationpositiononsurfacexnormalized", "fixationxpx", "fixationxinreferenceimagepx")
	y := t.find("fixationynormalized", "fixationpositiononsurfaceynormalized", "fixationypx", "fixationyinreferenceimagepx")
	if x == "" || y == "" {
		return missing("fixation x and y")
	}
	for {
		more, err := t.next()
		if err != nil || !more {
			return err
		}
		if !t.truth(on) || t.text(x) == "" {
			continue
		}
		recording, err := t.name("recordingid")
		if err != nil {
			return err
		}
		v, err := t.numbers(x, y)
		if err != nil {
			return err
		}
		stimulus, observer := c.named("", recording)
		g := group{point: point{stimulus, observer, v[0], v[1], strings.HasSuffix(x, "px")}}
		if t.has("starttimestampns") {
			if g.start, err = t.number("starttimestampns"); err != nil {
				return err
			}
			g.start /= 1e9
		}
		if t.has("durationms") {
			if g.duration, err = t.number("durationms"); err != nil {
				return err
			}
			g.duration /= 1000
		}
		c.add(groupKey{stimulus, observer, strings.Clone(t.text("sectionid")), strings.Clone(t.text("fixationid"))}, g)
	}
}

// missing is the error of an export without a column.
func missing(what string) error {
	return errors.New("the export lacks the column " + what + "; add it in the settings of the export")
}
