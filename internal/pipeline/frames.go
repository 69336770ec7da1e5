package pipeline

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/saccade-dev/saccade"
)

// FramesSchema names and versions the layout of frames.json; its JSON Schema
// is docs/frames.schema.json.
const FramesSchema = "saccade.frames/1"

// gazeColumns is how many gaze points a row of frames.csv has room for.
const gazeColumns = 3

// Row is one line of the per-frame table.
type Row struct {
	Frame        int                 `json:"frame"`        // from 0
	Time         float64             `json:"time"`         // seconds, the frame's time stamp
	Focus        int                 `json:"focus"`        // 0..100
	Clarity      *int                `json:"clarity"`      // 0..100; nil: not asked for
	Excitingness *int                `json:"excitingness"` // 0..100; nil: not asked for
	Cut          bool                `json:"cut"`          // first frame of a new scene
	Gaze         []saccade.GazePoint `json:"gaze"`         // strongest first
	AOIs         map[string]float64  `json:"aois,omitempty"`
}

// framesHead opens frames.json.
type framesHead struct {
	Schema string   `json:"schema"`
	Model  string   `json:"model"`
	Width  int      `json:"width"`  // of the input, pixels
	Height int      `json:"height"` // of the input, pixels
	Grid   [2]int   `json:"grid"`   // columns and rows of a density
	AOIs   []string `json:"aois,omitempty"`
}

// frameTable writes frames.json and frames.csv side by side, row by row, so
// that no table is ever held in memory.
type frameTable struct {
	head  framesHead
	json  *bufio.Writer
	csv   *csv.Writer
	files []*os.File
	rows  int
	err   error
}

func newFrameTable(jsonPath, csvPath string, head framesHead) (*frameTable, error) {
	jf, err := os.Create(jsonPath)
	if err != nil {
		return nil, err
	}
	cf, err := os.Create(csvPath)
	if err != nil {
		return nil, errors.Join(err, jf.Close())
	}
	t := &frameTable{head: head, json: bufio.NewWriter(jf), csv: csv.NewWriter(cf), files: []*os.File{jf, cf}}
	head.Schema = FramesSchema
	b, err := json.Marshal(head)
	t.note(err)
	if len(b) > 0 {
		_, err = fmt.Fprintf(t.json, "%s,\"frames\":[", b[:len(b)-1])
		t.note(err)
	}
	t.note(t.csv.Write(t.columns()))
	return t, nil
}

func (t *frameTable) columns() []string {
	c := []string{"frame", "time", "focus", "clarity", "excitingness", "cut"}
	for i := 1; i <= gazeColumns; i++ {
		c = append(c, fmt.Sprintf("gaze%d_x", i), fmt.Sprintf("gaze%d_y", i), fmt.Sprintf("gaze%d_mass", i))
	}
	for _, a := range t.head.AOIs {
		c = append(c, "aoi:"+a)
	}
	return c
}

func (t *frameTable) note(err error) {
	if t.err == nil {
		t.err = err
	}
}

// Write adds a row; the first error stays and is told by Close.
func (t *frameTable) Write(r Row) {
	if t.rows > 0 {
		t.note(t.json.WriteByte(','))
	}
	t.rows++
	b, err := json.Marshal(r)
	t.note(err)
	_, err = t.json.Write(append([]byte("\n"), b...))
	t.note(err)
	f := func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	rec := []string{strconv.Itoa(r.Frame), strconv.FormatFloat(r.Time, 'f', 3, 64), strconv.Itoa(r.Focus),
		optional(r.Clarity), optional(r.Excitingness), strconv.FormatBool(r.Cut)}
	for i := range gazeColumns {
		if i < len(r.Gaze) {
			rec = append(rec, f(r.Gaze[i].X), f(r.Gaze[i].Y), f(r.Gaze[i].Mass))
		} else {
			rec = append(rec, "", "", "")
		}
	}
	for _, a := range t.head.AOIs {
		if v, ok := r.AOIs[a]; ok {
			rec = append(rec, f(v))
		} else {
			rec = append(rec, "")
		}
	}
	t.note(t.csv.Write(rec))
}

// optional is an empty cell where there is no value.
func optional(v *int) string {
	if v == nil {
		return ""
	}
	return strconv.Itoa(*v)
}

// Close ends both files and tells the first error.
func (t *frameTable) Close() error {
	_, err := t.json.WriteString("\n]}\n")
	t.note(err)
	t.note(t.json.Flush())
	t.csv.Flush()
	t.note(t.csv.Error())
	for _, f := range t.files {
		t.note(f.Close())
	}
	return t.err
}

// readTimes reads the time stamps back from a frames.json.
func readTimes(r io.Reader) ([]float64, error) {
	var doc struct {
		Schema string `json:"schema"`
		Frames []struct {
			Time float64 `json:"time"`
		} `json:"frames"`
	}
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return nil, fmt.Errorf("frames.json: %w", err)
	}
	if doc.Schema != FramesSchema {
		return nil, fmt.Errorf("frames.json: schema %q, want %q", doc.Schema, FramesSchema)
	}
	t := make([]float64, len(doc.Frames))
	for i := range t {
		t[i] = doc.Frames[i].Time
	}
	return t, nil
}
