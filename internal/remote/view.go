package remote

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// View is an analysis on the server as a line of JSON.
type View struct {
	Input     string                         `json:"input,omitempty"`
	ID        string                         `json:"id"`
	Type      saccade.Kind                   `json:"type,omitempty"`
	Status    saccade.Status                 `json:"status"`
	Title     string                         `json:"title,omitempty"`
	CreatedAt *saccade.Timestamp             `json:"created_at,omitempty"`
	Progress  float64                        `json:"progress,omitempty"`
	Stage     saccade.Stage                  `json:"stage,omitempty"`
	Queue     int                            `json:"queue_position,omitempty"`
	Outputs   *saccade.Outputs[saccade.Link] `json:"outputs,omitempty"`
	Error     *saccade.Error                 `json:"error,omitempty"`
	Files     string                         `json:"files,omitempty"` // result.json of what was downloaded
}

// ViewOf returns an analysis as it is printed.
func ViewOf(a *client.Analysis) View {
	v := View{ID: a.ID, Type: a.Type, Status: a.Status, Title: a.Title, Progress: a.Progress, Stage: a.Stage, Queue: a.QueuePosition, Outputs: a.Outputs, Error: a.Err}
	if !time.Time(a.CreatedAt).IsZero() {
		v.CreatedAt = &a.CreatedAt
	}
	return v
}

// Print writes a line: JSON, or the id, the status and a name to read. A failed
// analysis is reported to problems as well.
func (v View) Print(out, problems io.Writer, asJSON bool) error {
	if asJSON {
		return WriteJSON(out, v)
	}
	name := Printable(cmp.Or(v.Input, v.Title))
	if v.Error != nil {
		if _, err := fmt.Fprintf(problems, "saccade: %s: %s\n", cmp.Or(name, v.ID), Printable(v.Error.Message)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "%s  %s  %s\n", cmp.Or(Printable(v.ID), "-"), v.Status, cmp.Or(v.Files, name))
	return err
}

// WriteJSON writes a value as a line of JSON, with links that can be copied: no & of
// theirs is escaped.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// WriteAnalysis writes an analysis to read.
func WriteAnalysis(to io.Writer, a *client.Analysis) error {
	w := tabwriter.NewWriter(to, 0, 8, 2, ' ', 0)
	line := func(name string, value any) { fmt.Fprintf(w, "%s\t%v\n", name, value) }
	line("id", Printable(a.ID))
	line("status", a.Status)
	if a.Title != "" {
		line("title", Printable(a.Title))
	}
	if a.Status == saccade.StatusPending && a.Stage != "" {
		line("stage", fmt.Sprintf("%s, %.0f %%", Printable(string(a.Stage)), 100*a.Progress))
	}
	if a.Err != nil {
		line("error", fmt.Sprintf("%s: %s", Printable(string(a.Err.Code)), Printable(a.Err.Message)))
	}
	if o := a.Outputs; o != nil {
		for i, s := range []*saccade.ScoreOutput[saccade.Link]{o.Focus, o.Clarity, o.Excitingness} {
			if s != nil && s.Score != nil {
				line([]string{"focus", "clarity", "excitingness"}[i], *s.Score)
			}
		}
		for _, r := range o.AOIs {
			line("aoi "+Printable(r.Name), fmt.Sprintf("share %.3f, rank %d", r.Share, r.Rank))
		}
		for _, f := range Files(a) {
			line(string(f.Name), Printable(string(f.Link)))
		}
	}
	return w.Flush()
}
