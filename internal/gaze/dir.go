package gaze

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxFiles is the largest number of exports in a directory.
const maxFiles = 100_000

// Dir is a directory with exports of one study. Sizes are those of its stimuli
// by name, in pixels; 0 where not known.
type Dir struct {
	Path  string
	Sizes map[string][2]int
}

// Read reads all files of the directory (exports that name the stimulus, or
// click logs) and of its subdirectories STIMULUS (exports that do not); the
// file's name stands for an observer that is not named. It returns the fixations
// by stimulus. Rows of other stimuli are ignored; an error names the file.
func (d Dir) Read() (map[string][]Fixation, error) {
	out, other, files := map[string][]Fixation{}, map[string]bool{}, 0
	err := filepath.WalkDir(d.Path, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s cannot be read: %w", path, err)
		}
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			return nil
		}
		if files++; files > maxFiles {
			return fmt.Errorf("%s holds more than %d files", d.Path, maxFiles)
		}
		x, err := d.file(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for _, f := range x.Fixations {
			if f.Stimulus == "" {
				return fmt.Errorf("%s does not name the stimulus. Put the file into %s/STIMULUS/", path, d.Path)
			}
			if name, ok := d.stimulus(f.Stimulus); ok {
				out[name] = append(out[name], f)
			} else {
				other[f.Stimulus] = true
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if files == 0 {
		return nil, fmt.Errorf("%s is empty. Put the exports of the eye tracker there, or write fixations.csv", d.Path)
	}
	if len(out) == 0 {
		names := slices.Sorted(maps.Keys(other))
		return nil, fmt.Errorf("%s: none of the exports is about a stimulus of this set; they name %q. The names must be those of the files, with or without extension", d.Path, names[:min(5, len(names))])
	}
	return out, nil
}

// file reads one export.
func (d Dir) file(path string) (*Export, error) {
	src := Source{Observer: stem(path), Size: d.size}
	if parent := filepath.Dir(path); filepath.Dir(parent) == filepath.Clean(d.Path) {
		src.Stimulus = filepath.Base(parent)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, src)
}

// stimulus returns the name of the stimulus that an export means.
func (d Dir) stimulus(name string) (string, bool) {
	for _, n := range []string{name, stem(name)} {
		if _, ok := d.Sizes[n]; ok {
			return n, true
		}
	}
	for n := range d.Sizes {
		if stem(n) == name {
			return n, true
		}
	}
	return "", false
}

// size returns the size of a stimulus in pixels, where it is known.
func (d Dir) size(name string) (w, h int, ok bool) {
	n, ok := d.stimulus(name)
	s := d.Sizes[n]
	return s[0], s[1], ok && s[0] > 0 && s[1] > 0
}

// stem returns the name of a file without its extension.
func stem(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
