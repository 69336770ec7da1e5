package eval

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// stimulusRow is a line of stimuli.csv.
type stimulusRow struct {
	Stimulus
	fixations int // listed number; -1 when the column is missing
}

// Limits of what the readers take for a set; a larger value is a mistake.
const (
	maxRows    = 20_000_000
	maxPixels  = 50_000_000
	maxNameLen = 200
	maxSeconds = 36000 // of a clip
	overshoot  = 0.02  // how far outside a fixation may lie through rounding
)

// readFile opens a file and puts its name into the reader's error.
func readFile[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := os.Open(path)
	if err != nil {
		return none, bad("%s cannot be read: %v. A set is a directory with stimuli.csv, fixations.csv (or maps/) and stimuli/, or with videos.csv, fixations.csv and videos/.", path, errors.Unwrap(err))
	}
	defer f.Close()
	v, err := read(f)
	if err != nil {
		return none, bad("%s: %v", filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path)), err)
	}
	return v, nil
}

// table reads a CSV file with a header, by names of columns.
type table struct {
	r      *csv.Reader
	column map[string]int
	row    []string
	line   int
	err    error // what ended the lines
}

// newTable reads the header and demands columns.
func newTable(r io.Reader, columns ...string) (*table, error) {
	b := bufio.NewReader(r)
	if head, _ := b.Peek(3); string(head) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	t := &table{r: csv.NewReader(b), column: map[string]int{}}
	t.r.ReuseRecord = true
	header, err := t.r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	for i, name := range header {
		name = strings.TrimSpace(name)
		if _, twice := t.column[name]; twice {
			return nil, errors.New("column " + strconv.Quote(name) + " stands twice in the header")
		}
		t.column[name] = i
	}
	for _, c := range columns {
		if _, ok := t.column[c]; !ok {
			return nil, errors.New("column " + strconv.Quote(c) + " is missing; the header must name " + strings.Join(columns, ", "))
		}
	}
	return t, nil
}

// next moves to the next line and reports whether there is one; finish returns
// what went wrong.
func (t *table) next() bool {
	t.row, t.err = t.r.Read() // an error names line and column itself
	if t.err != nil {
		return false
	}
	if t.line, _ = t.r.FieldPos(0); t.line > maxRows {
		t.err = errors.New("more than 20 million lines")
		return false
	}
	return true
}

// finish returns the error that ended the lines, or none of n were found.
func (t *table) finish(n int, none string) error {
	if !errors.Is(t.err, io.EOF) {
		return t.err
	}
	if n == 0 {
		return errors.New(none)
	}
	return nil
}

// text returns the value of a column.
func (t *table) text(column string) string { return strings.TrimSpace(t.row[t.column[column]]) }

// number reads a column as a finite number within lo..hi.
func (t *table) number(column string, lo, hi float64) (float64, error) {
	v, err := strconv.ParseFloat(t.text(column), 64)
	if err != nil || math.IsNaN(v) || v < lo || v > hi {
		return 0, t.fault(column, "must be a number from "+strconv.FormatFloat(lo, 'g', -1, 64)+" to "+strconv.FormatFloat(hi, 'g', -1, 64))
	}
	return v, nil
}

// whole reads a column as a whole number within lo..hi.
func (t *table) whole(column string, lo, hi int) (int, error) {
	v, err := strconv.Atoi(t.text(column))
	if err != nil || v < lo || v > hi {
		return 0, t.fault(column, "must be a whole number from "+strconv.Itoa(lo)+" to "+strconv.Itoa(hi))
	}
	return v, nil
}

// has reports whether a column exists and is not empty in this line.
func (t *table) has(column string) bool {
	_, ok := t.column[column]
	return ok && t.text(column) != ""
}

// name reads the name of a stimulus or video, which becomes part of a file name.
func (t *table) name(column string) (string, error) {
	n := t.text(column)
	if n == "" || len(n) > maxNameLen || strings.ContainsAny(n, "/\\\x00") || n == "." || n == ".." {
		return "", t.fault(column, "must be a plain file name")
	}
	return n, nil
}

func (t *table) fault(column, rule string) error {
	v := t.text(column)
	if len(v) > 40 {
		v = v[:40] + "..."
	}
	return errors.New("line " + strconv.Itoa(t.line) + ": " + column + " is " + strconv.Quote(v) + " and " + rule)
}

// readStimuli reads stimuli.csv.
func readStimuli(r io.Reader) ([]stimulusRow, error) {
	t, err := newTable(r, "stimulus", "width", "height", "px_per_degree")
	if err != nil {
		return nil, err
	}
	var out []stimulusRow
	seen := map[string]bool{}
	for t.next() {
		row, err := t.stimulus()
		if err != nil {
			return nil, err
		}
		if seen[row.Name] {
			return nil, t.fault("stimulus", "is listed twice")
		}
		seen[row.Name] = true
		out = append(out, row)
	}
	return out, t.finish(len(out), "no stimulus is listed")
}

func (t *table) stimulus() (s stimulusRow, err error) {
	s.fixations = -1
	if s.Name, err = t.name("stimulus"); err != nil {
		return s, err
	}
	if s.Width, err = t.whole("width", 8, 20000); err != nil {
		return s, err
	}
	if s.Height, err = t.whole("height", 8, 20000); err != nil {
		return s, err
	}
	if s.Width*s.Height > maxPixels {
		return s, t.fault("width", "makes more than 50 million pixels with this height")
	}
	if s.Sigma, err = t.number("px_per_degree", 0.1, 1000); err != nil {
		return s, err
	}
	if t.has("n_fixations") {
		s.fixations, err = t.whole("n_fixations", 0, maxRows)
	}
	return s, err
}

// readFixations reads fixations.csv of a set of images: by stimulus, then by
// observer in order of appearance.
func readFixations(r io.Reader) (map[string][][]Fixation, error) {
	t, err := newTable(r, "stimulus", "observer", "x", "y")
	if err != nil {
		return nil, err
	}
	out := map[string][][]Fixation{}
	index := map[[2]string]int{}
	for t.next() {
		name, err := t.name("stimulus")
		if err != nil {
			return nil, err
		}
		f, err := t.fixation()
		if err != nil {
			return nil, err
		}
		key := [2]string{name, strings.Clone(t.text("observer"))}
		at, ok := index[key]
		if !ok {
			name = strings.Clone(name)
			key[0] = name
			at = len(out[name])
			index[key] = at
			out[name] = append(out[name], nil)
		}
		out[name][at] = append(out[name][at], f)
	}
	return out, t.finish(len(out), "no fixation is listed")
}

func (t *table) fixation() (f Fixation, err error) {
	if f.X, err = t.fraction("x"); err != nil {
		return f, err
	}
	f.Y, err = t.fraction("y")
	return f, err
}

// fraction reads a position; what lies outside by rounding is moved inside.
func (t *table) fraction(column string) (float64, error) {
	v, err := t.number(column, -overshoot, 1+overshoot)
	if err != nil {
		return 0, errors.New(err.Error() + " (a fraction of the image, not pixels)")
	}
	return min(max(v, 0), 1), nil
}
