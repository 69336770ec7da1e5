package artifact

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/saccade-dev/saccade"
)

// FramesWriter writes frames.json and frames.csv side by side.
type FramesWriter struct {
	aois []string
	json *bufio.Writer
	csv  *csv.Writer
	rows int
	err  error // the first one; it stays
}

// NewFramesWriter starts both files.
func NewFramesWriter(toJSON, toCSV io.Writer, head Head) *FramesWriter {
	w := &FramesWriter{aois: head.AOIs, json: bufio.NewWriter(toJSON), csv: csv.NewWriter(toCSV)}
	b, err := json.Marshal(struct {
		Schema string `json:"schema"`
		Head
	}{FramesSchema, head})
	if err != nil {
		w.err = err
		return w
	}
	_, err = fmt.Fprintf(w.json, "%s,\"frames\":[", b[:len(b)-1])
	w.note(err)
	w.note(w.csv.Write(w.columns()))
	return w
}

func (w *FramesWriter) columns() []string {
	c := []string{"frame", "time", "focus", "clarity", "excitingness", "cut"}
	for i := 1; i <= GazeColumns; i++ {
		c = append(c, fmt.Sprintf("gaze%d_x", i), fmt.Sprintf("gaze%d_y", i), fmt.Sprintf("gaze%d_mass", i))
	}
	for _, a := range w.aois {
		c = append(c, "aoi:"+a)
	}
	return c
}

func (w *FramesWriter) note(err error) {
	if w.err == nil {
		w.err = err
	}
}

// Write adds a row. It returns the first error of the files.
func (w *FramesWriter) Write(r Row) error {
	if r.Gaze == nil {
		r.Gaze = []saccade.GazePoint{}
	}
	b, err := json.Marshal(r)
	if err != nil {
		w.note(err)
		return w.err
	}
	if w.rows > 0 {
		w.note(w.json.WriteByte(','))
	}
	w.rows++
	_, err = w.json.Write(append([]byte("\n"), b...))
	w.note(err)
	w.note(w.csv.Write(w.record(r)))
	return w.err
}

// record is a row of frames.csv.
func (w *FramesWriter) record(r Row) []string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	rec := []string{strconv.Itoa(r.Frame), strconv.FormatFloat(r.Time, 'f', 3, 64), strconv.Itoa(r.Focus),
		optional(r.Clarity), optional(r.Excitingness), strconv.FormatBool(r.Cut)}
	for i := range GazeColumns {
		if i < len(r.Gaze) {
			rec = append(rec, number(r.Gaze[i].X), number(r.Gaze[i].Y), number(r.Gaze[i].Mass))
		} else {
			rec = append(rec, "", "", "")
		}
	}
	for _, a := range w.aois {
		if v, ok := r.AOIs[a]; ok {
			rec = append(rec, number(v))
		} else {
			rec = append(rec, "")
		}
	}
	return rec
}

// optional is an empty cell where there is no value.
func optional(v *int) string {
	if v == nil {
		return ""
	}
	return strconv.Itoa(*v)
}

// Close completes both files with the time at which the last frame ends,
// counted from the first one (0 for an image), and returns the first error. It
// does not close what they are written to.
func (w *FramesWriter) Close(duration float64) error {
	end := "\n]}\n"
	if duration > 0 {
		end = "\n],\"duration\":" + strconv.FormatFloat(duration, 'g', -1, 64) + "}\n"
	}
	_, err := w.json.WriteString(end)
	w.note(err)
	w.note(w.json.Flush())
	w.csv.Flush()
	w.note(w.csv.Error())
	return w.err
}
