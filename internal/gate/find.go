package gate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/batch"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/movie"
)

// Want says what to compare.
type Want struct {
	Pages []compare.PlanPage // Base is empty where it comes from git
	Ref   string             // commit in git that holds the bases; empty: none
	Media []saccade.Medium   // of pages; empty: desktopWeb
	Dir   string             // that relative files are looked up in; empty: the working directory
	Temp  string             // directory for files out of git
}

// Misuse is an error in what was asked for, rather than in an input.
type Misuse string

// Error returns what is wrong and what to write.
func (m Misuse) Error() string { return string(m) }

func misuse(format string, args ...any) error { return Misuse(fmt.Sprintf(format, args...)) }

// maxPairs is how many pairs one run compares at most.
const maxPairs = 2000

// Find lists the pairs, in the order of what is wanted and by name. Patterns that
// match nothing are errors, as a check that checks nothing would pass.
func Find(ctx context.Context, w Want) ([]Pair, error) {
	if len(w.Media) == 0 {
		w.Media = []saccade.Medium{saccade.MediumDesktop}
	}
	var g *repository
	if w.Ref != "" {
		var err error
		if g, err = openRepository(ctx, w.Dir, w.Ref); err != nil {
			return nil, err
		}
	}
	var pairs []Pair
	seen := map[string]bool{}
	for _, page := range w.Pages {
		found, err := w.find(ctx, page, g)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if key := p.Name + "\x00" + string(p.medium()); !seen[key] {
				seen[key] = true
				pairs = append(pairs, p)
			}
		}
	}
	if len(pairs) > maxPairs {
		return nil, misuse("there are %d pairs; at most %d are compared at a time", len(pairs), maxPairs)
	}
	return pairs, nil
}

func (w Want) find(ctx context.Context, page compare.PlanPage, g *repository) ([]Pair, error) {
	switch {
	case batch.IsPage(page.Candidate) || batch.IsPage(page.Base):
		return w.addresses(page)
	case page.Base != "":
		return w.files(page)
	case g == nil:
		return nil, misuse("%s has no base; name a base, or a commit with --git", page.Candidate)
	}
	return w.versions(ctx, page, g)
}

// addresses are a pair of pages for every medium; one side may be an image.
func (w Want) addresses(page compare.PlanPage) ([]Pair, error) {
	if page.Base == "" {
		return nil, misuse("%s has no base; an address cannot come from git", page.Candidate)
	}
	var pairs []Pair
	for _, m := range w.Media {
		side := func(s string) (*Input, error) {
			if batch.IsPage(s) {
				return &Input{Name: s, Address: s, Medium: m}, nil
			}
			files, err := w.glob(s)
			if err == nil && len(files) > 1 {
				err = misuse("%s is several files and the other side one page", s)
			}
			if err != nil {
				return nil, err
			}
			return &Input{Name: s, Path: files[0], Medium: m}, nil
		}
		base, err := side(page.Base)
		if err != nil {
			return nil, err
		}
		candidate, err := side(page.Candidate)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, Pair{Name: cmp.Or(page.Name, page.Candidate), Base: base, Candidate: candidate})
	}
	return pairs, nil
}

// files pairs two files, a file with the one of its name among several, or the files
// of two patterns by their names.
func (w Want) files(page compare.PlanPage) ([]Pair, error) {
	bases, err := w.glob(page.Base)
	if err != nil {
		return nil, err
	}
	candidates, err := w.glob(page.Candidate)
	if err != nil {
		return nil, err
	}
	manyBases, manyCandidates := w.several(page.Base), w.several(page.Candidate)
	if manyBases && manyCandidates {
		return byName(page, bases, candidates)
	}
	name := cmp.Or(page.Name, page.Candidate)
	base, candidate := file(page.Base, bases[0]), file(page.Candidate, candidates[0])
	if manyBases {
		base, err = called(page.Candidate, page.Base, bases)
	}
	if manyCandidates {
		candidate, err = called(page.Base, page.Candidate, candidates)
	}
	return []Pair{{name, base, candidate}}, err
}

// called is the one of several files that has the name of another.
func called(other, several string, files []string) (*Input, error) {
	name := filepath.Base(other)
	i := slices.IndexFunc(files, func(f string) bool { return filepath.Base(f) == name })
	if i < 0 {
		return nil, misuse("%s is one file, and none in %s is called %s; name two files, or two directories", other, several, name)
	}
	return file(files[i], files[i]), nil
}

// byName pairs files that are called the same in two directories; where none are, that
// is an error, as nothing would be compared.
func byName(page compare.PlanPage, bases, candidates []string) ([]Pair, error) {
	old, names := map[string]string{}, map[string]bool{}
	for _, f := range bases {
		name := filepath.Base(f)
		if old[name] != "" {
			return nil, misuse("%s matches two files that are called %s; files are paired by their names", page.Base, name)
		}
		old[name] = f
	}
	var pairs []Pair
	for _, f := range candidates {
		name := filepath.Base(f)
		if names[name] {
			return nil, misuse("%s matches two files that are called %s; files are paired by their names", page.Candidate, name)
		}
		names[name] = true
		p := Pair{Name: name, Candidate: file(f, f)}
		if b := old[name]; b != "" {
			p.Base = file(b, b)
		}
		pairs = append(pairs, p)
	}
	if !slices.ContainsFunc(pairs, func(p Pair) bool { return p.Base != nil }) {
		return nil, misuse("no file of %s is called as one of %s; files are paired by their names", page.Candidate, page.Base)
	}
	for _, f := range bases {
		if name := filepath.Base(f); !names[name] {
			pairs = append(pairs, Pair{Name: name, Base: file(f, f)})
		}
	}
	return pairs, nil
}

func file(name, path string) *Input { return &Input{Name: name, Path: path} }

// glob lists the files of a pattern, of a directory, or one file.
func (w Want) glob(pattern string) ([]string, error) {
	path := w.at(pattern)
	st, err := os.Stat(path)
	switch {
	case err == nil && !st.IsDir():
		return []string{path}, nil
	case err == nil:
		return imagesIn(pattern, path)
	case !hasMeta(pattern):
		return nil, plainPathError(pattern, err)
	}
	if strings.Contains(pattern, "**") {
		return nil, misuse("%s: ** is not understood; write a pattern for every directory", pattern)
	}
	files, err := filepath.Glob(path)
	if err != nil {
		return nil, misuse("%s is no pattern: %v", pattern, err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { st, err := os.Stat(f); return err != nil || st.IsDir() })
	if len(files) == 0 {
		return nil, fmt.Errorf("%s matches no file", pattern)
	}
	return files, nil
}

// imagesIn lists the images and videos of a directory.
func imagesIn(name, path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, plainPathError(name, err)
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && movie.HasExtension(e.Name()) {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there are no images or videos in %s", name)
	}
	return files, nil
}

// plainPathError says what is wrong with a file that the user named.
func plainPathError(name string, err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}

func hasMeta(s string) bool { return strings.ContainsAny(s, "*?[") }

// several reports whether an input may be more than one file.
func (w Want) several(s string) bool {
	st, err := os.Stat(w.at(s))
	return err == nil && st.IsDir() || err != nil && hasMeta(s)
}

// at returns where a file is.
func (w Want) at(name string) string {
	if w.Dir == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(w.Dir, name)
}
