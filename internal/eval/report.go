package eval

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/saccade-dev/saccade/internal/artifact"
)

// Names of the rows that are not models.
const (
	rowLeaveOneOut = "inter-observer (leave-one-out)"
	rowSplitHalf   = "inter-observer (split-half)"
	rowCenterPrior = "center prior"
	rowVideoPrior  = "video prior"
	rowCenter      = "center"
)

// Kinds of rows.
const (
	RowModel  = "model"
	RowCenter = "centre" // as it has always stood in the JSON report
	RowPeople = "people"
	RowPrior  = "prior"
)

// Row is one line of the table: a model, a baseline or the observers.
type Row struct {
	Name    string              `json:"name"`
	Kind    string              `json:"kind"` // RowModel, RowCenter, RowPrior or RowPeople
	N       int                 `json:"n"`    // images or clips
	Metrics map[Metric]Estimate `json:"metrics"`
	scores  []Scores            // by image or clip
}

// Difference compares the first model with another row, image by image or clip
// by clip.
type Difference struct {
	Row     string              `json:"row"`
	Versus  string              `json:"versus"`
	N       int                 `json:"n"`     // images or clips that both rows have
	Ahead   map[Metric]int      `json:"ahead"` // of these, where Row is the better one
	Metrics map[Metric]Estimate `json:"metrics"`
}

// Report is the judgment of one set.
type Report struct {
	Set         string       `json:"set"`
	Truth       string       `json:"truth"` // "fixations" or "maps"
	Split       Split        `json:"split"`
	Stimuli     int          `json:"stimuli"`          // images or clips
	Frames      int          `json:"frames,omitempty"` // judged ones of all clips
	Step        int          `json:"step,omitempty"`   // of the frames of a clip
	Fixations   int          `json:"fixations,omitempty"`
	SigmaPx     [2]float64   `json:"sigma_px"` // least and greatest, one degree; 0 for clips
	Prior       string       `json:"prior"`
	Seed        uint64       `json:"seed"`
	Resamples   int          `json:"resamples"`
	Rows        []Row        `json:"rows"`
	Differences []Difference `json:"differences,omitempty"`
	names       []string     // of the images or clips
}

// newReport returns a report without rows.
func newReport(set string, cfg Config) *Report {
	return &Report{Set: set, Split: cfg.Split, Prior: string(cfg.Prior), Seed: cfg.Seed, Resamples: cfg.Resamples}
}

// fill adds the rows with the scores of every image or clip, in the order of
// the rows, and the differences between the first model and the other rows.
func (r *Report) fill(rows []Row, results [][]Scores, cfg Config) {
	first := -1
	for k, row := range rows {
		for _, res := range results {
			row.scores = append(row.scores, res[k])
		}
		row.summarize(cfg)
		r.Rows = append(r.Rows, row)
		if row.Kind == RowModel && first < 0 {
			first = k
		}
	}
	for k := range r.Rows {
		if first >= 0 && k != first && r.Rows[k].Kind != RowPeople {
			r.Differences = append(r.Differences, difference(&r.Rows[first], &r.Rows[k], cfg))
		}
	}
}

// summarize computes the estimates of a row from its images or clips.
func (r *Row) summarize(cfg Config) {
	r.Metrics = map[Metric]Estimate{}
	for _, m := range Metrics() {
		v := values(r.scores, m)
		if len(v) == 0 {
			continue
		}
		r.Metrics[m] = Bootstrap(v, cfg.Resamples, cfg.Seed)
		r.N = max(r.N, len(v))
	}
}

// difference returns a minus b.
func difference(a, b *Row, cfg Config) Difference {
	d := Difference{Row: a.Name, Versus: b.Name, Ahead: map[Metric]int{}, Metrics: map[Metric]Estimate{}}
	for _, m := range Metrics() {
		var v []float64
		for i := range a.scores {
			x, okX := a.scores[i][m]
			y, okY := b.scores[i][m]
			if !okX || !okY {
				continue
			}
			v = append(v, x-y)
			if (x-y)*m.sign() > 0 {
				d.Ahead[m]++
			}
		}
		if len(v) > 0 {
			d.Metrics[m] = Bootstrap(v, cfg.Resamples, cfg.Seed)
			d.N = max(d.N, len(v))
		}
	}
	return d
}

// Table returns the report for a terminal: one line a row with the means, and
// one below with the 95 % intervals.
func (r *Report) Table() string {
	var b strings.Builder
	b.WriteString(r.title() + "\n")
	wide := r.wide()
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
	b.WriteString(r.differenceTable())
	return b.String()
}

// title returns what was judged and how, in one line.
func (r *Report) title() string {
	kind := "images"
	if r.Frames > 0 {
		kind = "clips"
	}
	s := fmt.Sprintf("%s: %d %s (%s)", r.Set, r.Stimuli, kind, r.Split)
	if r.Fixations > 0 {
		s += fmt.Sprintf(", %d fixations", r.Fixations)
	}
	if r.Frames > 0 {
		return s + fmt.Sprintf(", %d frames, one of %d, Gaussian of %.1f %% of the width, prior %s", r.Frames, r.Step, 100*clipSigma, r.Prior)
	}
	return s + fmt.Sprintf(", ground truth from %s, 1 degree = %.1f..%.1f px, prior %s", r.Truth, r.SigmaPx[0], r.SigmaPx[1], r.Prior)
}

// differenceTable returns the paired differences in NSS and CC for a terminal.
func (r *Report) differenceTable() string {
	if len(r.Differences) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s against, paired, with how often it is ahead:\n", r.Differences[0].Row)
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "  %-*s", r.wide(), d.Versus)
		for _, m := range []Metric{MetricNSS, MetricCC} {
			if e, ok := d.Metrics[m]; ok {
				fmt.Fprintf(&b, "  %s %+.3f (%+.3f..%+.3f), %d of %d", m, e.Mean, e.Low, e.High, d.Ahead[m], d.N)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// wide returns the width of the column of names.
func (r *Report) wide() int {
	n := len("model")
	for _, row := range r.Rows {
		n = max(n, utf8.RuneCountInString(row.Name))
	}
	return n
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
				line := []string{artifact.Cell(r.Set), artifact.Cell(row.Name), artifact.Cell(r.names[i])}
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
