package eval

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Set is a collection of images with the fixations of people, or their density
// maps. It is immutable once loaded.
type Set struct {
	Name    string // the directory's name
	Dir     string
	Stimuli []Stimulus // in order of their names
	Maps    bool       // density maps instead of fixations
}

// Stimulus is one image of a set.
type Stimulus struct {
	Name          string
	Width, Height int     // pixels of the image that the figures refer to
	Sigma         float64 // pixels per degree of visual angle
	Image         string  // file
	Map           string  // file, in sets of maps
	Observers     [][]Fixation
}

// Fixation is where an observer looked, in fractions 0..1 of the image from its
// upper left corner.
type Fixation struct{ X, Y float64 }

// fixations returns those of all observers, in order.
func (s *Stimulus) fixations() []Fixation { return slices.Concat(s.Observers...) }

// LoadSet reads a set of this layout:
//
//	stimuli.csv    stimulus,width,height,px_per_degree[,n_fixations]
//	fixations.csv  stimulus,observer,x,y (x and y in fractions, 0..1)
//	gaze/...       instead of fixations.csv: exports of eye trackers, see package gaze
//	maps/NAME.png  instead of fixations.csv: gray densities of any scale
//	stimuli/NAME.jpg (or .jpeg, .png)
//
// More columns are allowed, in any order. Where stimuli.csv has the number
// of fixations it must agree, so that a truncated file is noticed. Images
// without any fixation are left out. The error is a *saccade.Error that names
// file, line and column.
func LoadSet(dir string) (*Set, error) {
	s := &Set{Name: filepath.Base(filepath.Clean(dir)), Dir: dir}
	rows, err := readFile(filepath.Join(dir, "stimuli.csv"), readStimuli)
	if err != nil {
		return nil, err
	}
	fixations, err := s.fixations(rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		r.Observers = fixations[r.Name]
		delete(fixations, r.Name)
		if err := s.add(r); err != nil {
			return nil, err
		}
	}
	for name := range fixations {
		return nil, bad("%s: fixations.csv lists stimulus %q, which stimuli.csv does not list. The two files belong to different sets.", dir, name)
	}
	if len(s.Stimuli) == 0 {
		return nil, bad("%s: no stimulus has any fixation; there is nothing to judge by.", dir)
	}
	slices.SortFunc(s.Stimuli, func(a, b Stimulus) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

// fixations reads the fixations of a set, by stimulus and observer: from
// fixations.csv, else from the exports in gaze/. A set of maps has none.
func (s *Set) fixations(rows []stimulusRow) (map[string][][]Fixation, error) {
	if hasExports(s.Dir) {
		sizes := map[string][2]int{}
		for i := range rows {
			sizes[rows[i].Name] = [2]int{rows[i].Width, rows[i].Height}
			rows[i].fixations = -1 // exports hold more than what is used
		}
		all, err := readExports(s.Dir, sizes)
		if err != nil {
			return nil, err
		}
		out := map[string][][]Fixation{}
		for name, f := range all {
			out[name] = byObserver(f)
		}
		return out, nil
	}
	_, err := os.Stat(filepath.Join(s.Dir, "fixations.csv"))
	if s.Maps = errors.Is(err, fs.ErrNotExist); !s.Maps {
		return readFile(filepath.Join(s.Dir, "fixations.csv"), readFixations)
	}
	if info, err := os.Stat(filepath.Join(s.Dir, "maps")); err != nil || !info.IsDir() {
		return nil, bad("%s holds neither fixations.csv nor a directory gaze/ or maps/, so nothing is known about where people looked. Point to a directory with one of them.", s.Dir)
	}
	return map[string][][]Fixation{}, nil
}

// add checks one stimulus, finds its files and appends it.
func (s *Set) add(r stimulusRow) error {
	n := 0
	for _, o := range r.Observers {
		n += len(o)
	}
	if !s.Maps && r.fixations >= 0 && n != r.fixations {
		return bad("%s: stimuli.csv lists %d fixations of stimulus %q, fixations.csv holds %d. The file is truncated or belongs to another set.", s.Dir, r.fixations, r.Name, n)
	}
	if !s.Maps && n == 0 {
		return nil
	}
	var err error
	if r.Image, err = find(filepath.Join(s.Dir, "stimuli"), r.Name, ".jpg", ".jpeg", ".png"); err != nil {
		return err
	}
	if s.Maps {
		if r.Map, err = find(filepath.Join(s.Dir, "maps"), r.Name, ".png"); err != nil {
			return err
		}
	}
	s.Stimuli = append(s.Stimuli, r.Stimulus)
	return nil
}

// find returns the file of that name with the first extension that exists.
func find(dir, name string, extensions ...string) (string, error) {
	for _, e := range extensions {
		p := filepath.Join(dir, name+e)
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
			return p, nil
		}
	}
	return "", bad("%s: there is no file for stimulus %q (looked for %s).", dir, name, strings.Join(extensions, ", "))
}

// bad is the error of a set that cannot be used.
func bad(format string, args ...any) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput, format, args...)
}

// sigmas returns the least and the greatest width of one degree, in pixels.
func (s *Set) sigmas() (low, high float64) {
	low = math.Inf(1)
	for _, x := range s.Stimuli {
		low, high = min(low, x.Sigma), max(high, x.Sigma)
	}
	return low, high
}
