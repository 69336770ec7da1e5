// Package report writes results as one HTML file to keep, send or print.
//
// The contract: a report is self-contained. It loads nothing and runs nothing:
// images are data: addresses, there is one style sheet in the file, and a content
// security policy allows just these. Every text of unknown origin (names of
// files and areas, titles of pages, notes) is shown as text. The same input always
// makes the same bytes. Colors follow light and dark; in print every image keeps to
// one page.
//
// [Comparison] is the report of `saccade compare`, [Analysis] that of one analysis.
package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"sync"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
)

//go:embed report.css
var style string

//go:embed report.html
var pages string

// templates parses the embedded pages once.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"cells": compare.CellsOf, "word": compare.Word, "title": compare.Title, "line": compare.PrintLine,
		"percent": func(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) + " %" },
		"place":   func(v float64) string { return strconv.FormatFloat(100*v, 'f', 0, 64) + " %" },
		"seconds": seconds,
		"times":   func(a saccade.AOIResult) string { return times(a.Share, a.AreaShare) },
		"style":   func() template.CSS { return template.CSS(style) },
		"policy":  policy,
		"inc":     func(i int) int { return i + 1 },
	}).Parse(pages))
})

// Style returns the style sheet of reports.
func Style() string { return style }

// policy allows the style sheet of the file and images in it, and nothing else.
func policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// seconds is a time; none is never.
func seconds(v *float64) string {
	if v == nil {
		return "never"
	}
	return strconv.FormatFloat(*v, 'f', 1, 64) + " s"
}

// times is how much attention an area has for its size.
func times(share, area float64) string {
	if area <= 0 {
		return "-"
	}
	return strconv.FormatFloat(share/area, 'f', 1, 64)
}

// write executes a template.
func write(w io.Writer, name string, data any) error {
	if err := templates().ExecuteTemplate(w, name, data); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
