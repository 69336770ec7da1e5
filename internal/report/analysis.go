package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/render"
	"github.com/saccade-dev/saccade/internal/score"
)

// Result is one analysis to report on.
type Result struct {
	Title    string
	Kind     saccade.Kind
	Model    string
	Width    int // pixels
	Height   int // pixels
	Frames   int
	Duration float64 // of a video, seconds
	Made     string  // when, in words; empty: not said
	Outside  bool    // of what the model learned from

	Focus, Clarity, Excitingness *int // nil: not measured

	AOIs  []saccade.AOIResult
	Image *Image         // nil: none is shown
	Rows  []artifact.Row // of a video: its course; of others nil
	Notes string         // a summary in the Markdown of package advice
}

// Analysis writes the report of one analysis.
func Analysis(w io.Writer, r Result) error {
	view := struct {
		Result
		Size    string
		Scores  []scoreView
		Figures []figure
		Plain   []figure
		Gaze    []saccade.GazePoint
		Chart   *chart
		Blocks  []block
		Caution string
	}{Result: r, Size: sizeOf(r.Width, r.Height, r.Frames, r.Duration), Chart: newChart(r.Rows), Blocks: blocks(r.Notes)}
	if r.Outside {
		view.Caution = saccade.OutsideCaution
	}
	for _, s := range []scoreView{
		{"Focus", r.Focus, "how concentrated attention is; more focused than so many percent of the reference pages"},
		{"Clarity", r.Clarity, "how little visual clutter there is; clearer than so many percent of the reference pages"},
		{"Excitingness", r.Excitingness, "how much it stimulates, a rough estimate; more than so many percent of the reference pages"},
	} {
		if s.Value != nil {
			view.Scores = append(view.Scores, s)
		}
	}
	if m := r.Image; m != nil {
		heat, err := m.figure(render.Heat(m.density), "Heat map", "Where people look: yellow most")
		if err != nil {
			return err
		}
		plain, err := m.figure(nil, "The design", "Without heat")
		if err != nil {
			return err
		}
		view.Figures, view.Plain = []figure{heat}, []figure{plain}
		view.Gaze = score.GazePoints(m.density, maxGaze)
	}
	return write(w, "analysis", view)
}

// sizeOf says how large something is, and how long.
func sizeOf(w, h, frames int, duration float64) string {
	s := fmt.Sprintf("%d × %d", w, h)
	if frames > 0 {
		s += fmt.Sprintf(", %d frames, %.1f s", frames, duration)
	}
	return s
}

// maxGaze is how many gaze points are listed.
const maxGaze = 5

type scoreView struct {
	Name    string
	Value   *int
	Meaning string
}

// chart is the course of the scores of a video, 1000 x 220 units.
type chart struct {
	Lines []chartLine
	Cuts  []int // x
	End   string
}

type chartLine struct{ Name, Class, Points string }

const (
	chartWidth  = 1000
	chartHeight = 200
	chartPoints = 500 // of a line, at most
)

func newChart(rows []artifact.Row) *chart {
	if len(rows) < 2 {
		return nil
	}
	start, length := rows[0].Time, rows[len(rows)-1].Time-rows[0].Time
	if length <= 0 {
		return nil
	}
	x := func(at float64) float64 { return (at - start) / length * chartWidth }
	c := &chart{End: fmt.Sprintf("%.1f s", length)}
	line := func(name, class string, value func(artifact.Row) *int) {
		var points []string
		step := max(1, int(math.Ceil(float64(len(rows))/chartPoints)))
		for i := 0; i < len(rows); i += step {
			if v := value(rows[i]); v != nil {
				points = append(points, fmt.Sprintf("%.1f,%.1f", x(rows[i].Time), chartHeight*(1-float64(*v)/100)))
			}
		}
		if len(points) > 1 {
			c.Lines = append(c.Lines, chartLine{name, class, strings.Join(points, " ")})
		}
	}
	line("focus", "focus", func(r artifact.Row) *int { return &r.Focus })
	line("clarity", "clarity", func(r artifact.Row) *int { return r.Clarity })
	line("excitingness", "excitingness", func(r artifact.Row) *int { return r.Excitingness })
	for _, r := range rows {
		if r.Cut {
			c.Cuts = append(c.Cuts, int(x(r.Time)))
		}
	}
	return c
}

// block is a paragraph, a heading, an item or a row of notes.
type block struct {
	Kind string // "p", "h", "li", "tr"
	Runs []run
	Row  []string
}

// run is a stretch of text, bold or not.
type run struct {
	Text string
	Bold bool
}

// blocks reads the Markdown that package advice writes: headings, items, rows of
// tables, bold text, and characters that are escaped by a backslash.
func blocks(markdown string) []block {
	var out []block
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "|--") || strings.HasPrefix(line, "| --"):
		case strings.HasPrefix(line, "#"):
			out = append(out, block{Kind: "h", Runs: runs(strings.TrimLeft(line, "# "))})
		case strings.HasPrefix(line, "|"):
			out = append(out, block{Kind: "tr", Row: cellsOf(line)})
		case strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* "):
			out = append(out, block{Kind: "li", Runs: runs(line[2:])})
		default:
			out = append(out, block{Kind: "p", Runs: runs(line)})
		}
	}
	return out
}

// runs splits a line at "**" and drops the backslashes of escapes.
func runs(line string) []run {
	var out []run
	var text strings.Builder
	bold := false
	end := func() {
		if text.Len() > 0 {
			out = append(out, run{text.String(), bold})
		}
		text.Reset()
	}
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line):
			i++
			text.WriteByte(line[i])
		case line[i] == '*':
			if i+1 < len(line) && line[i+1] == '*' {
				i++
				end()
				bold = !bold
			}
		default:
			text.WriteByte(line[i])
		}
	}
	end()
	return out
}

// cellsOf splits a row of a table at the bars that are not escaped.
func cellsOf(line string) []string {
	const escaped = "\x00"
	line = strings.Trim(strings.ReplaceAll(line, `\|`, escaped), "|")
	var out []string
	for cell := range strings.SplitSeq(line, "|") {
		var text string
		for _, r := range runs(strings.ReplaceAll(strings.TrimSpace(cell), escaped, `\|`)) {
			text += r.Text
		}
		out = append(out, text)
	}
	return out
}
