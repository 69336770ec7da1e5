package gaze

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// What the readers take for an export; more is a mistake.
const (
	maxRows    = 20_000_000
	maxColumns = 1000
	maxText    = 200   // bytes of a name
	maxNumber  = 4e18  // nanoseconds since 1970 fit
	maxSeconds = 86400 // of a recording or a fixation
)

// table reads a file of separated values with a header, by simplified names of
// columns.
type table struct {
	r      *csv.Reader
	header []string
	column map[string]int
	row    []string
	line   int
}

// newTable reads the header. Values may be separated by tabs, commas or
// semicolons; the header decides.
func newTable(r io.Reader) (*table, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if head, _ := b.Peek(3); string(head) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	head, _ := b.Peek(1 << 16)
	if len(head) == 0 {
		return nil, errors.New("the file is empty")
	}
	if strings.ContainsRune(string(head), 0) {
		return nil, errors.New("the file is no text in UTF-8; export it again as CSV or TSV in UTF-8")
	}
	line, _, _ := strings.Cut(string(head), "\n")
	t := &table{r: csv.NewReader(b), column: map[string]int{}}
	t.r.ReuseRecord, t.r.LazyQuotes = true, true
	for _, separator := range ",;\t" {
		if strings.Count(line, string(separator)) > strings.Count(line, string(t.r.Comma)) {
			t.r.Comma = separator
		}
	}
	header, err := t.r.Read()
	if err != nil {
		return nil, fmt.Errorf("the header cannot be read: %w", err)
	}
	if len(header) > maxColumns {
		return nil, fmt.Errorf("the header has %d columns", len(header))
	}
	for i, name := range header {
		t.header = append(t.header, strings.TrimSpace(name))
		if key := simple(name); key != "" {
			if _, twice := t.column[key]; !twice {
				t.column[key] = i
			}
		}
	}
	return t, nil
}

// simple returns a name of a column without case, spaces, brackets and
// punctuation: "Fixation point X (MCSnorm)" and "Fixation point X [MCS norm]"
// are the same.
func simple(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// names returns the first n names of columns, for messages.
func (t *table) names(n int) []string {
	out := t.header[:min(n, len(t.header))]
	for i, s := range out {
		out[i] = strconv.Quote(s[:min(40, len(s))])
	}
	return out
}

// has reports whether all columns exist.
func (t *table) has(columns ...string) bool {
	for _, c := range columns {
		if _, ok := t.column[c]; !ok {
			return false
		}
	}
	return true
}

// find returns the first of the columns that exists, "" if none does.
func (t *table) find(columns ...string) string {
	for _, c := range columns {
		if _, ok := t.column[c]; ok {
			return c
		}
	}
	return ""
}

// prefixed returns the first column whose simplified name begins so.
func (t *table) prefixed(prefix string) string {
	for _, name := range t.header {
		if key := simple(name); strings.HasPrefix(key, prefix) {
			return key
		}
	}
	return ""
}

// next moves to the next line and reports whether there is one.
func (t *table) next() (bool, error) {
	row, err := t.r.Read()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if errors.Is(err, csv.ErrFieldCount) {
		line, _ := t.r.FieldPos(0)
		return false, fmt.Errorf("line %d has %d columns where the header has %d; the file is truncated or mixed from two exports", line, len(row), len(t.header))
	}
	if err != nil {
		return false, err
	}
	t.row = row
	t.line, _ = t.r.FieldPos(0)
	if t.line > maxRows {
		return false, errors.New("more than 20 million lines")
	}
	return true, nil
}

// text returns the value of a column, "" if there is no such column.
func (t *table) text(column string) string {
	i, ok := t.column[column]
	if !ok || i >= len(t.row) {
		return ""
	}
	return strings.TrimSpace(t.row[i])
}

// name returns a text that becomes the name of a stimulus or an observer.
func (t *table) name(column string) (string, error) {
	s := t.text(column)
	if len(s) > maxText {
		return "", t.fault(column, "is longer than a name can be")
	}
	return strings.Clone(s), nil
}

// number returns a column as a finite number, decimal commas allowed.
func (t *table) number(column string) (float64, error) {
	s := t.text(column)
	if !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > maxNumber {
		return 0, t.fault(column, "is no number")
	}
	return v, nil
}

// numbers returns several columns as numbers.
func (t *table) numbers(columns ...string) ([]float64, error) {
	out := make([]float64, len(columns))
	for i, c := range columns {
		var err error
		if out[i], err = t.number(c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// truth returns whether a column holds a true value.
func (t *table) truth(column string) bool {
	switch strings.ToLower(t.text(column)) {
	case "true", "1", "yes":
		return true
	}
	return false
}

// fault returns the error of a value.
func (t *table) fault(column, what string) error {
	v := t.text(column)
	if len(v) > 40 {
		v = v[:40] + "..."
	}
	return fmt.Errorf("line %d: %q is %q, which %s", t.line, t.header[t.column[column]], v, what)
}
