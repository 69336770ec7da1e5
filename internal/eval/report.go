package eval

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Table returns the report for a terminal: one line a row with the means, and
// one below with the 95 % intervals.
func (r *Report) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d images (%s)", r.Set, r.Stimuli, r.Split)
	if r.Fixations > 0 {
		fmt.Fprintf(&b, ", %d fixations", r.Fixations)
	}
	fmt.Fprintf(&b, ", ground truth from %s, 1 degree = %.1f..%.1f px, prior %s\n", r.Truth, r.SigmaPx[0], r.SigmaPx[1], r.Prior)
	wide := len("model")
	for _, row := range r.Rows {
		wide = max(wide, utf8.RuneCountInString(row.Name))
	}
	fmt.Fprintf(&b, "%-*s %6s", wide, "model", "n")
	for _, m := range Metrics() {
		fmt.Fprintf(&b, " %15s", m)
	}
	b.WriteString("\n")
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "%-*s %6d", wide, row.Name, row.N)
		spans := strings.Repeat(" ", wide+7)
		for _, m := range Metrics() {
			e, ok := row.Metrics[m]
			if !ok {
				fmt.Fprintf(&b, " %15s", "-")
				spans += strings.Repeat(" ", 16)
				continue
			}
			fmt.Fprintf(&b, " %15.3f", e.Mean)
			spans += fmt.Sprintf(" %15s", fmt.Sprintf("%.3f..%.3f", e.Low, e.High))
		}
		fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(spans, " "))
	}
	return b.String()
}

// Markdown returns the report as rows of a Markdown table, without a heading.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString("| " + r.Set + " | n |")
	for _, m := range Metrics() {
		b.WriteString(" " + string(m) + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(Metrics())) + "\n")
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "| %s | %d |", row.Name, row.N)
		for _, m := range Metrics() {
			if e, ok := row.Metrics[m]; ok {
				fmt.Fprintf(&b, " %.3f (%.3f..%.3f) |", e.Mean, e.Low, e.High)
			} else {
				b.WriteString(" – |")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// WritePerImage writes one line an image or clip and row as CSV: set, row, stimulus
// and the measures; a measure that does not apply stays empty. Reports of
// several sets go into one file.
func WritePerImage(w io.Writer, reports ...*Report) error {
	c := csv.NewWriter(w)
	head := []string{"set", "row", "stimulus"}
	for _, m := range Metrics() {
		head = append(head, string(m))
	}
	if err := c.Write(head); err != nil {
		return err
	}
	for _, r := range reports {
		for _, row := range r.Rows {
			for i, s := range row.scores {
				line := []string{r.Set, row.Name, r.names[i]}
				for _, m := range Metrics() {
					v, ok := s[m]
					if !ok {
						line = append(line, "")
						continue
					}
					line = append(line, strconv.FormatFloat(v, 'f', 6, 64))
				}
				if err := c.Write(line); err != nil {
					return err
				}
			}
		}
	}
	c.Flush()
	return c.Error()
}
