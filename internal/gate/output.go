package gate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/report"
)

// The formats of a result.
const (
	FormatTable    = "table"
	formatJSON     = "json"
	formatMarkdown = "markdown"
	formatHTML     = "html"
)

// The files that [Result.Save] writes.
const (
	fileJSON     = "compare.json"
	fileMarkdown = "compare.md"
	fileReport   = "report.html"
)

// Write writes the result in a format.
func (r *Result) Write(w io.Writer, format string) error {
	switch format {
	case FormatTable:
		return compare.WriteTable(w, r.Document)
	case formatJSON:
		return writeJSON(w, r.Document)
	case formatMarkdown:
		return compare.WriteMarkdown(w, r.Document)
	case formatHTML:
		return report.Comparison(w, r.Document, r.Images)
	}
	return fmt.Errorf("there is no format %q", format)
}

// Markdown returns the result in Markdown.
func (r *Result) Markdown() string {
	var b strings.Builder
	_ = compare.WriteMarkdown(&b, r.Document) // into memory
	return b.String()
}

func writeJSON(w io.Writer, d *saccade.Comparison) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

// Save writes compare.json, compare.md and report.html into a directory, which is
// made where it does not exist. Each replaces a former one as a whole.
func (r *Result) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, format := range map[string]string{fileJSON: formatJSON, fileMarkdown: formatMarkdown, fileReport: formatHTML} {
		if err := r.save(filepath.Join(dir, name), format); err != nil {
			return err
		}
	}
	return nil
}

func (r *Result) save(path, format string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	err = errors.Join(r.Write(f, format), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
