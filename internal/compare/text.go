package compare

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/saccade-dev/saccade"
)

// amount writes a number with its unit, as in "8.3 %", "48", "1.2 s", "never".
func amount(v float64, unit saccade.Unit) string {
	switch {
	case math.IsInf(v, 0) && unit == saccade.UnitSeconds:
		return "never"
	case unit == saccade.UnitShare:
		return strconv.FormatFloat(trim(100*v, 2), 'f', -1, 64) + " %"
	case unit == saccade.UnitSeconds:
		return strconv.FormatFloat(trim(v, 2), 'f', -1, 64) + " s"
	}
	return strconv.FormatFloat(trim(v, 2), 'f', -1, 64)
}

// trim rounds to a number of digits behind the point; there is no -0.
func trim(v float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(v*p)/p + 0
}

// Cells are the texts of a row of the table: name, base, candidate, difference,
// change.
type Cells struct{ Name, Base, Candidate, Difference, Change string }

// CellsOf returns a quantity in words: "never" for a time that does not come,
// "-" where there is nothing.
func CellsOf(q saccade.Quantity) Cells {
	none := "-"
	show := func(v *float64, missing string) string {
		if v == nil {
			return missing
		}
		return amount(*v, q.Unit)
	}
	missing := none
	if q.Unit == saccade.UnitSeconds {
		missing = "never"
	}
	c := Cells{Name: q.Name, Base: show(q.Base, missing), Candidate: show(q.Candidate, missing), Difference: none, Change: string(q.Change)}
	if q.Name == moved || q.Change == saccade.ChangeNew {
		c.Base = none
	}
	if q.Difference != nil && q.Name != moved {
		c.Difference = show(q.Difference, none)
		if q.Unit == saccade.UnitShare {
			c.Difference = strings.Replace(c.Difference, "%", "pp", 1) // percentage points
		}
		if *q.Difference > 0 {
			c.Difference = "+" + c.Difference
		}
	}
	return c
}

// Word returns what a table says of an outcome.
func Word(c saccade.CheckResult) string {
	switch {
	case c.Outcome == saccade.CheckSkipped:
		return "skipped"
	case !c.Triggered():
		return "ok"
	case c.Level == saccade.LevelError:
		return "FAIL"
	}
	return "warning"
}

// PrintLine returns a text of unknown origin without line breaks and other
// characters that a terminal obeys.
func PrintLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '�'
		}
		return r
	}, s)
}

// WriteTable writes the document as tables to read on a terminal.
func WriteTable(w io.Writer, d *saccade.Comparison) error {
	var b strings.Builder
	for _, warning := range d.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", PrintLine(warning))
	}
	for _, p := range d.Pairs {
		tablePair(&b, p)
	}
	fmt.Fprintf(&b, "%s: %s\n", d.Verdict, Tally(d))
	_, err := io.WriteString(w, b.String())
	return err
}

func tablePair(b *strings.Builder, p saccade.ComparedPair) {
	b.WriteString(PrintLine(Title(p)) + "\n")
	if p.Error != nil {
		fmt.Fprintf(b, "  failed: %s\n\n", PrintLine(p.Error.Message))
		return
	}
	for _, n := range p.Notes {
		fmt.Fprintf(b, "  note: %s\n", PrintLine(n))
	}
	if len(p.Quantities) > 0 {
		t := tabwriter.NewWriter(b, 0, 8, 2, ' ', 0)
		fmt.Fprintln(t, "  QUANTITY\tBASE\tCANDIDATE\tDIFFERENCE\tCHANGE")
		for _, q := range p.Quantities {
			c := CellsOf(q)
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\n", PrintLine(c.Name), c.Base, c.Candidate, c.Difference, c.Change)
		}
		_ = t.Flush() // into memory
	}
	for _, c := range p.Checks {
		fmt.Fprintf(b, "  %-7s  %s: %s\n", Word(c), PrintLine(c.Check), PrintLine(c.Message))
	}
	b.WriteString("\n")
}

// Title names a pair and says what became of it.
func Title(p saccade.ComparedPair) string { return p.Name + suffix(p) }

// suffix says what is to be said beside the name.
func suffix(p saccade.ComparedPair) string {
	var s string
	if p.Medium != "" {
		s += " (" + string(p.Medium) + ")"
	}
	switch p.Status {
	case saccade.PairNew:
		s += ": new, there is no base"
	case saccade.PairRemoved:
		s += ": removed, there is no candidate"
	}
	return s
}

// Tally says in one line how many pairs and checks there are.
func Tally(d *saccade.Comparison) string {
	var failed, warned, ok, broken int
	for _, p := range d.Pairs {
		if p.Status == saccade.PairFailed {
			broken++
		}
		for _, c := range p.Checks {
			switch Word(c) {
			case "FAIL":
				failed++
			case "warning":
				warned++
			case "ok":
				ok++
			}
		}
	}
	parts := []string{count(len(d.Pairs), "pair")}
	if broken > 0 {
		parts = append(parts, count(broken, "pair")+" not analyzed")
	}
	if failed+warned+ok > 0 {
		parts = append(parts, fmt.Sprintf("%s failed, %d warned, %d ok", count(failed, "check"), warned, ok))
	}
	return strings.Join(parts, "; ")
}

func count(n int, noun string) string {
	return fmt.Sprintf("%d %s%s", n, noun, cmp.Or(map[bool]string{true: "s"}[n != 1], ""))
}
