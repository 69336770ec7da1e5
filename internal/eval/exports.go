package eval

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade/internal/gaze"
)

// exportDir is the directory of a set that may hold exports of eye trackers in
// place of fixations.csv.
const exportDir = "gaze"

// maxExports is the largest number of files in it.
const maxExports = 100_000

// hasExports reports whether a set has exports and no fixations.csv.
func hasExports(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, "fixations.csv")); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	info, err := os.Stat(filepath.Join(dir, exportDir))
	return err == nil && info.IsDir()
}

// exports is what the exports of a set hold: fixations by stimulus.
type exports struct {
	dir   string
	sizes map[string][2]int // of the stimuli, in pixels; 0 where not known
	of    map[string][]gaze.Fixation
	other map[string]bool // names that are no stimulus of the set
}

// readExports reads all files of gaze/ (exports that name stimulus and observer,
// or click logs) and of gaze/STIMULUS/ (exports that do not; the file's name
// stands for the observer). Rows of other stimuli are ignored.
func readExports(dir string, sizes map[string][2]int) (*exports, error) {
	e := &exports{dir: dir, sizes: sizes, of: map[string][]gaze.Fixation{}, other: map[string]bool{}}
	root, files := filepath.Join(dir, exportDir), 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return bad("%s cannot be read.", path).With(err)
		}
		if d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return nil
		}
		if files++; files > maxExports {
			return bad("%s holds more than %d files.", root, maxExports)
		}
		return e.file(path)
	})
	if err != nil {
		return nil, err
	}
	if files == 0 {
		return nil, bad("%s is empty. Put the exports of the eye tracker there, or write fixations.csv.", root)
	}
	if len(e.of) == 0 {
		names := slices.Sorted(maps.Keys(e.other))
		return nil, bad("%s: none of the exports is about a stimulus of this set; they name %q. The names must be those of the files without their extension.", root, names[:min(5, len(names))])
	}
	return e, nil
}

// file reads one export.
func (e *exports) file(path string) error {
	src := gaze.Source{Observer: stem(path), Size: e.size}
	if parent := filepath.Base(filepath.Dir(path)); filepath.Dir(filepath.Dir(path)) == filepath.Join(e.dir, exportDir) {
		src.Stimulus = parent
	}
	x, err := readFile(path, func(r io.Reader) (*gaze.Export, error) { return gaze.Read(r, src) })
	if err != nil {
		return err
	}
	for _, f := range x.Fixations {
		if f.Stimulus == "" {
			return bad("%s does not name the stimulus. Put the file into %s/STIMULUS/.", path, filepath.Join(e.dir, exportDir))
		}
		if name, ok := e.stimulus(f.Stimulus); ok {
			e.of[name] = append(e.of[name], f)
		} else {
			e.other[f.Stimulus] = true
		}
	}
	return nil
}

// stimulus returns the name of the set's stimulus that an export means.
func (e *exports) stimulus(name string) (string, bool) {
	for _, n := range []string{name, stem(name)} {
		if _, ok := e.sizes[n]; ok {
			return n, true
		}
	}
	for n := range e.sizes {
		if stem(n) == name {
			return n, true
		}
	}
	return "", false
}

// size is the size of a stimulus in pixels, where the set knows it.
func (e *exports) size(name string) (w, h int, ok bool) {
	n, ok := e.stimulus(name)
	s := e.sizes[n]
	return s[0], s[1], ok && s[0] > 0 && s[1] > 0
}

// stem returns the name of a file without its extension.
func stem(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// byObserver returns the fixations of one image, by observer in order of
// appearance.
func (e *exports) byObserver(stimulus string) [][]Fixation {
	var out [][]Fixation
	index := map[string]int{}
	for _, f := range e.of[stimulus] {
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

// timed returns the fixations of one clip. Clicks do not last and are an error.
func (e *exports) timed(clip string) (*timedRows, error) {
	rows := &timedRows{observers: map[string]bool{}}
	for _, f := range e.of[clip] {
		if f.Duration <= 0 {
			return nil, bad("%s: the fixations of %q have no duration (are they clicks?). A clip is judged by fixations that last.", filepath.Join(e.dir, exportDir), clip)
		}
		rows.observers[f.Observer] = true
		rows.all = append(rows.all, TimedFixation{Fixation{f.X, f.Y}, f.Onset.Seconds(), (f.Onset + f.Duration).Seconds()})
	}
	return rows, nil
}
