// Package gaze reads fixations from the exports of eye trackers and from click
// logs.
//
// The contract: [Read] takes one file of text, recognizes whose it is by the
// names of its columns, and returns fixations in fractions of the stimulus,
// with the stimulus and the observer where the file names them and times since
// the first row of that stimulus. What lies beside the stimulus, what is no
// fixation and what the tracker marks as invalid is dropped and counted. A file
// that cannot be used is an error that names line and column and says what is
// missing. Nothing is guessed about where on the screen the stimulus was shown.
//
// Formats, and the public pages that their columns were taken from:
//
//   - Tobii Pro Lab, Data export, and Tobii Studio: "Participant name",
//     "Recording name", "Presented Stimulus name" or "Presented Media name",
//     "Recording timestamp", "Eye movement type", "Eye movement type index",
//     "Gaze event duration", "Fixation point X/Y (MCSnorm)" (fractions of the
//     medium), or "Fixation point X/Y" in pixels of the screen beside
//     "Presented Media position X/Y (DACSpx)" and "Presented Media
//     width/height". Both spellings of units, "(MCSnorm)" and "[MCS norm]",
//     occur in public exports. gazeplotter.com/docs/upload-data/tobii-pro-lab/
//     and public scripts that read such exports; Tobii's own manual was not at
//     hand.
//   - Pupil Core, Surface Tracker (fixations_on_surface_NAME.csv): fixation_id,
//     start_timestamp (seconds), duration (milliseconds), norm_pos_x,
//     norm_pos_y (origin at the lower left), on_surf. Checked against public
//     exports, not against the vendor's page.
//   - Pupil Cloud (Neon, Invisible), Reference Image Mapper and Marker Mapper
//     (fixations.csv): "recording id", "fixation id", "start timestamp [ns]",
//     "duration [ms]", "fixation detected in reference image" or "fixation
//     detected on surface", "fixation x/y [px]" or "[normalized]" (origin taken
//     to be the upper left). docs.pupil-labs.com/neon/reference/export-formats/
//   - Gazepoint Analysis (..._fixations.csv, ..._all_gaze.csv): MEDIA_NAME or
//     MEDIA_ID, FPOGX, FPOGY (fractions of the screen), FPOGS, FPOGD (seconds),
//     FPOGID, FPOGV. "Open Gaze API by Gazepoint", version 2.0, as republished;
//     the columns of the two files were checked against public exports.
//   - WebGazer.js: samples x, y in pixels of the viewport and the milliseconds
//     that setGazeListener passes beside them (github.com/brownhci/WebGazer,
//     wiki "Top Level API"; jsPsych's webgazer_data has x, y, t). Fixations are
//     found by dispersion (I-DT of Salvucci and Goldberg, ETRA 2000).
//   - Click logs: x, y and perhaps type, observer, stimulus, time. A click counts as a
//     fixation without duration: where people clicked is not where they looked,
//     but it is evidence that costs nothing.
package gaze

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Format is the origin of a file.
type Format string

// The formats that [Read] recognizes.
const (
	Tobii      Format = "tobii"
	PupilCore  Format = "pupil-core"
	PupilCloud Format = "pupil-cloud"
	Gazepoint  Format = "gazepoint"
	WebGazer   Format = "webgazer"
	Clicks     Format = "clicks"
)

// Fixation is one fixation, or one click.
type Fixation struct {
	Stimulus string        // as the file names it; "" where it does not
	Observer string        // the same
	Onset    time.Duration // since the first row of this observer and stimulus
	Duration time.Duration // 0 for a click
	X, Y     float64       // fractions 0..1 of the stimulus, from the upper left
}

// Source is what a file may not say itself.
type Source struct {
	// Stimulus and Observer stand for what the file does not name.
	Stimulus, Observer string
	// Size returns the width and height in pixels of a stimulus that pixel
	// coordinates refer to; false where it is not known. nil: never known.
	Size func(stimulus string) (w, h int, ok bool)
}

// Export is what a file held.
type Export struct {
	Format    Format
	Fixations []Fixation
	Dropped   int // fixations beside the stimulus or invalid
}

// Read reads one export. A file without a usable fixation is an error.
func Read(r io.Reader, src Source) (*Export, error) {
	t, err := newTable(r)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		format Format
		match  func(*table) bool
		read   func(*table, *collector) error
	}{
		{Tobii, isTobii, readTobii},
		{Gazepoint, isGazepoint, readGazepoint},
		{PupilCloud, isPupilCloud, readPupilCloud},
		{PupilCore, isPupilCore, readPupilCore},
		{Clicks, isClicks, readClicks},
		{WebGazer, isSamples, readSamples},
	} {
		if !f.match(t) {
			continue
		}
		c := &collector{src: src, format: f.format, groups: map[groupKey]*group{}, origins: map[origin]float64{}}
		if err := f.read(t, c); err != nil {
			return nil, err
		}
		return c.export()
	}
	return nil, fmt.Errorf("the columns are those of no known export (%s); known are Tobii, Pupil Core and Cloud, Gazepoint, WebGazer (x, y, t) and click logs (x, y, type)", strings.Join(t.names(8), ", "))
}

// point is a position as a file has it.
type point struct {
	stimulus, observer string
	x, y               float64
	pixels             bool // of the stimulus; else fractions
}

// fraction returns the position as fractions, and whether it lies on the
// stimulus.
func (c *collector) fraction(p point) (x, y float64, on bool, err error) {
	x, y = p.x, p.y
	if p.pixels {
		if c.src.Size == nil {
			return 0, 0, false, errors.New("positions are in pixels, and the size of the stimulus is not known")
		}
		w, h, ok := c.src.Size(p.stimulus)
		if !ok {
			return 0, 0, false, fmt.Errorf("positions are in pixels, and the size of stimulus %q is not known", p.stimulus)
		}
		x, y = x/float64(w), y/float64(h)
	}
	on = x >= 0 && x < 1 && y >= 0 && y < 1
	return x, y, on, nil
}

// groupKey names the rows of one fixation.
type groupKey struct{ stimulus, observer, recording, index string }

// origin names what times are counted from.
type origin struct{ stimulus, observer, recording string }

// group is one fixation on its way: the rows that share its index.
type group struct {
	point
	start, end float64 // seconds
	duration   float64 // seconds; as stated, or 0
	origin     origin
	invalid    bool
}

// collector gathers fixations in the order of their first rows.
type collector struct {
	src     Source
	format  Format
	groups  map[groupKey]*group
	order   []*group
	origins map[origin]float64
}

// named fills in what the file does not name.
func (c *collector) named(stimulus, observer string) (string, string) {
	if stimulus == "" {
		stimulus = c.src.Stimulus
	}
	if observer == "" {
		observer = c.src.Observer
	}
	return stimulus, observer
}

// first notes a time as the first one of its recording, if it is.
func (c *collector) first(o origin, seconds float64) {
	if at, ok := c.origins[o]; !ok || seconds < at {
		c.origins[o] = seconds
	}
}

// add adds a row of a fixation; rows of one key become one fixation, at the
// position of the last and with the longest duration.
func (c *collector) add(k groupKey, g group) {
	o := origin{k.stimulus, k.observer, k.recording}
	c.first(o, g.start)
	old, ok := c.groups[k]
	if !ok {
		g.origin, g.end = o, g.start
		c.groups[k] = &g
		c.order = append(c.order, &g)
		return
	}
	old.point, old.invalid = g.point, old.invalid || g.invalid
	old.start, old.end, old.duration = min(old.start, g.start), max(old.end, g.start), max(old.duration, g.duration)
}

// export turns what was gathered into fixations.
func (c *collector) export() (*Export, error) {
	e := &Export{Format: c.format}
	for _, g := range c.order {
		x, y, on, err := c.fraction(g.point)
		if err != nil {
			return nil, err
		}
		if g.invalid || !on {
			e.Dropped++
			continue
		}
		d := g.duration
		if d == 0 {
			d = g.end - g.start
		}
		e.Fixations = append(e.Fixations, Fixation{Stimulus: g.stimulus, Observer: g.observer,
			Onset: seconds(g.start - c.origins[g.origin]), Duration: seconds(d), X: x, Y: y})
	}
	if len(e.Fixations) == 0 {
		return nil, fmt.Errorf("no fixation lies on a stimulus (%d were dropped as invalid or beside it); was the export made with fixations, and for this stimulus?", e.Dropped)
	}
	return e, nil
}

// seconds returns a duration, to the microsecond.
func seconds(s float64) time.Duration { return time.Duration(math.Round(s*1e6)) * time.Microsecond }
