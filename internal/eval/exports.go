package eval

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade/internal/gaze"
)

// exportDir is the directory of a set that may hold exports of eye trackers in
// place of fixations.csv.
const exportDir = "gaze"

// hasExports reports whether a set has exports and no fixations.csv.
func hasExports(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, "fixations.csv")); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	info, err := os.Stat(filepath.Join(dir, exportDir))
	return err == nil && info.IsDir()
}

// readExports reads the exports of a set, by stimulus.
func readExports(dir string, sizes map[string][2]int) (map[string][]gaze.Fixation, error) {
	all, err := gaze.Dir{Path: filepath.Join(dir, exportDir), Sizes: sizes}.Read()
	if err != nil {
		return nil, bad("%v.", err)
	}
	return all, nil
}

// byObserver returns the fixations of one image, by observer in order of
// appearance.
func byObserver(all []gaze.Fixation) [][]Fixation {
	var out [][]Fixation
	index := map[string]int{}
	for _, f := range all {
		i, ok := index[f.Observer]
		if !ok {
			i = len(out)
			index[f.Observer] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], Fixation{f.X, f.Y})
	}
	return out
}

// lasting returns the fixations of one clip. Clicks do not last and are an
// error.
func lasting(clip string, all []gaze.Fixation) (*timedRows, error) {
	rows := &timedRows{observers: map[string]bool{}}
	for _, f := range all {
		if f.Duration <= 0 {
			return nil, bad("%s: the fixations of %q have no duration (are they clicks?). A clip is judged by fixations that last.", exportDir, clip)
		}
		rows.observers[f.Observer] = true
		rows.all = append(rows.all, TimedFixation{Fixation{f.X, f.Y}, f.Onset.Seconds(), (f.Onset + f.Duration).Seconds()})
	}
	return rows, nil
}
