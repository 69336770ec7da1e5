package eval

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// VideoSet is a collection of clips with the fixations of people. It is
// immutable once loaded.
type VideoSet struct {
	Name  string // the directory's name
	Dir   string
	Clips []Clip // in order of their names
}

// Clip is one video of a set.
type Clip struct {
	Name          string // the file's name in videos/
	File          string
	Width, Height int     // pixels as stored; 0 where videos.csv does not list them
	FPS           float64 // frames a second
	Duration      float64 // seconds
	Observers     int
	Fixations     []TimedFixation // inside the frame, in order of their onset
}

// TimedFixation is a fixation that lasts from Onset until End, in seconds of the
// clip.
type TimedFixation struct {
	Fixation
	Onset, End float64
}

// IsVideoSet reports whether a directory holds a set of clips, that is whether
// there is a videos.csv.
func IsVideoSet(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "videos.csv"))
	return err == nil && info.Mode().IsRegular()
}

// LoadVideoSet reads a set of this layout:
//
//	videos.csv     video,fps,duration_s[,width,height][,fixations]
//	fixations.csv  video,observer,onset_ms,duration_ms,x,y (x and y in fractions of the frame)
//	gaze/...       instead of fixations.csv: exports of eye trackers, see package gaze
//	videos/NAME    the clip, NAME as in the column video
//
// More columns are allowed, in any order. Where videos.csv has the number of
// fixations it must agree, so that a truncated file is noticed. Fixations
// outside of the frame are dropped; clips without any are left out. The error
// is a *saccade.Error that names file, line and column.
func LoadVideoSet(dir string) (*VideoSet, error) {
	rows, err := readFile(filepath.Join(dir, "videos.csv"), readVideos)
	if err != nil {
		return nil, err
	}
	fixations, err := clipFixations(dir, rows)
	if err != nil {
		return nil, err
	}
	s := &VideoSet{Name: filepath.Base(filepath.Clean(dir)), Dir: dir}
	for _, r := range rows {
		f := fixations[r.Name]
		delete(fixations, r.Name)
		if err := s.add(r, f); err != nil {
			return nil, err
		}
	}
	for name := range fixations {
		return nil, bad("%s: fixations.csv lists video %q, which videos.csv does not. The two files belong to different sets.", dir, name)
	}
	if len(s.Clips) == 0 {
		return nil, bad("%s: no clip has any fixation; there is nothing to judge by.", dir)
	}
	slices.SortFunc(s.Clips, func(a, b Clip) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

// clipFixations reads the fixations of a set of clips: from fixations.csv, else
// from the exports in gaze/.
func clipFixations(dir string, rows []videoRow) (map[string]*timedRows, error) {
	if !hasExports(dir) {
		return readFile(filepath.Join(dir, "fixations.csv"), readTimedFixations)
	}
	sizes := map[string][2]int{}
	for i := range rows {
		sizes[rows[i].Name] = [2]int{rows[i].Width, rows[i].Height}
		rows[i].fixations = -1 // exports hold more than what is used
	}
	all, err := readExports(dir, sizes)
	if err != nil {
		return nil, err
	}
	out := map[string]*timedRows{}
	for name, f := range all {
		if out[name], err = lasting(name, f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// videoRow is a line of videos.csv.
type videoRow struct {
	Clip
	fixations int // listed number; -1 when the column is missing
}

// timedRows are the fixations of one clip as listed.
type timedRows struct {
	all       []TimedFixation
	observers map[string]bool
}

// add checks one clip, finds its file and appends it.
func (s *VideoSet) add(r videoRow, f *timedRows) error {
	if f == nil {
		f = &timedRows{}
	}
	if r.fixations >= 0 && len(f.all) != r.fixations {
		return bad("%s: videos.csv lists %d fixations of %q, fixations.csv holds %d. The file is truncated or belongs to another set.", s.Dir, r.fixations, r.Name, len(f.all))
	}
	for _, x := range f.all {
		if x.X >= 0 && x.X < 1 && x.Y >= 0 && x.Y < 1 {
			r.Fixations = append(r.Fixations, x)
		}
	}
	if len(r.Fixations) == 0 {
		return nil
	}
	slices.SortStableFunc(r.Fixations, func(a, b TimedFixation) int {
		switch {
		case a.Onset < b.Onset:
			return -1
		case a.Onset > b.Onset:
			return 1
		}
		return 0
	})
	r.Observers = len(f.observers)
	r.File = filepath.Join(s.Dir, "videos", r.Name)
	info, err := os.Stat(r.File)
	if err != nil || !info.Mode().IsRegular() {
		if errors.Is(err, fs.ErrNotExist) || err == nil {
			return bad("%s: there is no file videos/%s.", s.Dir, r.Name)
		}
		return bad("%s: videos/%s cannot be read.", s.Dir, r.Name).With(err)
	}
	s.Clips = append(s.Clips, r.Clip)
	return nil
}

// readVideos reads videos.csv.
func readVideos(r io.Reader) ([]videoRow, error) {
	t, err := newTable(r, "video", "fps", "duration_s")
	if err != nil {
		return nil, err
	}
	var out []videoRow
	seen := map[string]bool{}
	for t.next() {
		row, err := t.video()
		if err != nil {
			return nil, err
		}
		if seen[row.Name] {
			return nil, t.fault("video", "is listed twice")
		}
		seen[row.Name] = true
		out = append(out, row)
	}
	return out, t.finish(len(out), "no video is listed")
}

// video reads one line of videos.csv.
func (t *table) video() (v videoRow, err error) {
	v.fixations = -1
	if v.Name, err = t.name("video"); err != nil {
		return v, err
	}
	if v.FPS, err = t.number("fps", 0.1, 1000); err != nil {
		return v, err
	}
	if v.Duration, err = t.number("duration_s", 0.001, maxSeconds); err != nil {
		return v, err
	}
	if t.has("width") && t.has("height") {
		if v.Width, err = t.whole("width", 8, 20000); err != nil {
			return v, err
		}
		if v.Height, err = t.whole("height", 8, 20000); err != nil {
			return v, err
		}
	}
	if t.has("fixations") {
		v.fixations, err = t.whole("fixations", 0, maxRows)
	}
	return v, err
}

// readTimedFixations reads fixations.csv of a set of clips, by clip.
func readTimedFixations(r io.Reader) (map[string]*timedRows, error) {
	t, err := newTable(r, "video", "observer", "onset_ms", "duration_ms", "x", "y")
	if err != nil {
		return nil, err
	}
	out := map[string]*timedRows{}
	for t.next() {
		name, err := t.name("video")
		if err != nil {
			return nil, err
		}
		f, err := t.timedFixation()
		if err != nil {
			return nil, err
		}
		clip := out[name]
		if clip == nil {
			clip = &timedRows{observers: map[string]bool{}}
			out[strings.Clone(name)] = clip
		}
		if o := t.text("observer"); !clip.observers[o] {
			clip.observers[strings.Clone(o)] = true
		}
		clip.all = append(clip.all, f)
	}
	return out, t.finish(len(out), "no fixation is listed")
}

// farOutside is how many frames beside the frame a fixation may lie before the
// numbers are taken for pixels.
const farOutside = 5

// timedFixation reads one line of fixations.csv. Positions beside the frame are
// allowed: people look away.
func (t *table) timedFixation() (f TimedFixation, err error) {
	onset, err := t.number("onset_ms", -1000*maxSeconds, 1000*maxSeconds)
	if err != nil {
		return f, err
	}
	duration, err := t.number("duration_ms", 0, 1000*maxSeconds)
	if err != nil {
		return f, err
	}
	f.Onset, f.End = onset/1000, (onset+duration)/1000
	for _, c := range []struct {
		name string
		v    *float64
	}{{"x", &f.X}, {"y", &f.Y}} {
		if *c.v, err = t.number(c.name, -farOutside, 1+farOutside); err != nil {
			return f, errors.New(err.Error() + " (a fraction of the frame, not pixels)")
		}
	}
	return f, nil
}
