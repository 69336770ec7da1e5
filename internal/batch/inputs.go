package batch

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/movie"
)

// maxInputs is how many inputs a batch may have.
const maxInputs = 100_000

// Input is a file or a page to analyze.
type Input struct {
	Name   string // unique; as the table shows it
	Path   string // of the file, or the address of the page
	Title  string
	Medium saccade.Medium // of a page; empty: the default
}

// Page reports whether the input is the address of a page.
func (in Input) Page() bool { return IsPage(in.Path) }

// IsPage reports whether what a user wrote is the address of a page rather than a
// file.
func IsPage(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// Read lists the inputs of a directory (its videos and images, and those
// of the directories below it, by name; what begins with a dot and the
// directory out are passed over) or of a CSV file with a header: the column
// input holds files, relative to the CSV file, or addresses of pages; title and
// medium are optional. It returns how many files of other kinds were passed
// over.
func Read(source, out string) (inputs []Input, others int, err error) {
	info, err := os.Stat(source)
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = fmt.Errorf("%s: %w", source, p.Err)
	}
	if err != nil {
		return nil, 0, err
	}
	if info.IsDir() {
		inputs, others, err = readDir(source, out)
	} else {
		inputs, err = readFile(source)
	}
	if err == nil && len(inputs) == 0 {
		err = fmt.Errorf("%s names nothing to analyze: no video or image, no row", source)
	}
	if err == nil && len(inputs) > maxInputs {
		err = fmt.Errorf("%s names more than %d inputs; make several batches of it", source, maxInputs)
	}
	return inputs, others, err
}

func readDir(root, out string) (inputs []Input, others int, err error) {
	outInfo, outErr := os.Stat(out)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == root:
			return nil
		case d.IsDir():
			if i, err := d.Info(); strings.HasPrefix(d.Name(), ".") || err == nil && outErr == nil && os.SameFile(i, outInfo) {
				return fs.SkipDir
			}
			return nil
		case strings.HasPrefix(d.Name(), "."):
			return nil
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if !movie.HasExtension(name) {
			others++
			return nil
		}
		if i, err := os.Stat(path); err != nil || !i.Mode().IsRegular() { // a link that leads nowhere, a pipe
			others++
			return nil
		}
		inputs = append(inputs, Input{Name: filepath.ToSlash(name), Path: path, Title: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))})
		return nil
	})
	return inputs, others, err
}

func readFile(path string) ([]Input, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	inputs, err := ReadCSV(f, filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return inputs, nil
}

// ReadCSV reads the rows of a table; files are relative to dir. Columns are
// separated by commas or, where the header has none, by semicolons. Errors name
// the line.
func ReadCSV(r io.Reader, dir string) ([]Input, error) {
	b := bufio.NewReader(r)
	if bom, err := b.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		_, _ = b.Discard(3)
	}
	if bom, err := b.Peek(2); err == nil && (string(bom) == "\xff\xfe" || string(bom) == "\xfe\xff") {
		return nil, errors.New("the file is UTF-16; save it as CSV in UTF-8")
	}
	rows := csv.NewReader(b)
	if head, _ := b.Peek(1 << 10); !strings.Contains(firstLine(head), ",") && strings.Contains(firstLine(head), ";") {
		rows.Comma = ';'
	}
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range header {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	if _, ok := column["input"]; !ok {
		return nil, fmt.Errorf("the first line must name the columns, and one of them input; it is %.80q", strings.Join(header, ","))
	}
	var inputs []Input
	seen := map[string]int{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return inputs, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := rows.FieldPos(0)
		in, err := inputOf(row, column, dir)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if first, ok := seen[in.Name]; ok {
			return nil, fmt.Errorf("line %d repeats the input of line %d", line, first)
		}
		if seen[in.Name] = line; len(inputs) > maxInputs {
			return inputs, nil // Read says that these are too many
		}
		inputs = append(inputs, in)
	}
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

// inputOf reads a row.
func inputOf(row []string, column map[string]int, dir string) (Input, error) {
	cell := func(name string) string {
		if i, ok := column[name]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	in := Input{Name: cell("input"), Path: cell("input"), Title: cell("title"), Medium: saccade.Medium(cell("medium"))}
	switch in.Medium {
	case "", saccade.MediumDesktop, saccade.MediumMobile:
	default:
		return in, fmt.Errorf("medium is %.40q; it can be %s, %s or empty", in.Medium, saccade.MediumDesktop, saccade.MediumMobile)
	}
	if in.Path == "" {
		return in, errors.New("the cell of the column input is empty")
	}
	if in.Page() {
		if in.Medium != "" { // one page may be asked for on several media
			in.Name += " " + string(in.Medium)
		}
		return in, nil
	}
	if in.Title == "" {
		in.Title = strings.TrimSuffix(filepath.Base(in.Path), filepath.Ext(in.Path))
	}
	if !filepath.IsAbs(in.Path) {
		in.Path = filepath.Join(dir, in.Path)
	}
	return in, nil
}
