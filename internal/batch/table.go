package batch

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

// columns are the first ones of every table.
var columns = []string{"input", "title", "type", "status", "width", "height", "frames", "duration", "focus", "clarity", "excitingness"}

// replaceableTable returns an error unless a table may be written to a path: where
// there is none, or one of a batch.
func replaceableTable(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 256)
	n, err := io.ReadFull(f, head)
	if n == 0 && errors.Is(err, io.EOF) || strings.HasPrefix(string(head[:n]), strings.Join(columns, ",")) {
		return nil
	}
	return fmt.Errorf("%s exists and is not the table of a batch; it is not overwritten: move it, or choose another --out", path)
}

// writeTable writes the table of what is done, in place of an older one.
func (r *run) writeTable(inputs []Input) error {
	t, err := os.CreateTemp(filepath.Join(r.cfg.Dir, workDir), "new-table-*")
	if err != nil {
		return err
	}
	defer os.Remove(t.Name())
	err = errors.Join(r.table(t, inputs), t.Chmod(0o644), t.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(t.Name(), r.cfg.Table); err == nil {
		return nil
	}
	b, err := os.ReadFile(t.Name()) // the table is to be on another file system
	if err != nil {
		return err
	}
	return os.WriteFile(r.cfg.Table, b, 0o644)
}

// table writes a row for every input; one that is not done is pending.
func (r *run) table(w io.Writer, inputs []Input) error {
	var areas []string
	for _, in := range inputs {
		if o := r.records[r.nameOf(in)].Outputs; o != nil {
			for _, a := range o.AOIs {
				if !slices.Contains(areas, a.Name) {
					areas = append(areas, a.Name)
				}
			}
		}
	}
	out := csv.NewWriter(w)
	header := slices.Clone(columns)
	for _, a := range areas {
		header = append(header, "aoi:"+a)
	}
	if err := out.Write(append(header, "error_code", "error", "id", "result")); err != nil {
		return err
	}
	for _, in := range inputs {
		name := r.nameOf(in)
		rec, done := r.records[name]
		if !done {
			rec = Record{Status: saccade.StatusPending}
		}
		row := append([]string{in.Name, in.Title}, rec.cells(areas)...)
		if done {
			row[len(row)-1] = name + "/" + ResultFile
		}
		for i := range row {
			row[i] = artifact.Cell(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// cells are what a row says of a result; the last is left to the caller.
func (r Record) cells(areas []string) []string {
	row := []string{string(r.Kind), string(r.Status)}
	o := r.Outputs
	if o == nil {
		o = &saccade.Outputs[saccade.File]{}
	}
	if in := o.Input; in != nil {
		row = append(row, number(in.Width), number(in.Height), number(in.Frames), decimal(in.Duration, in.Duration > 0))
	} else {
		row = append(row, "", "", "", "")
	}
	for _, s := range []*saccade.ScoreOutput[saccade.File]{o.Focus, o.Clarity, o.Excitingness} {
		if s != nil && s.Score != nil {
			row = append(row, strconv.Itoa(*s.Score))
		} else {
			row = append(row, "")
		}
	}
	for _, name := range areas {
		i := slices.IndexFunc(o.AOIs, func(a saccade.AOIResult) bool { return a.Name == name })
		if i < 0 {
			row = append(row, "")
		} else {
			row = append(row, decimal(o.AOIs[i].Share, true))
		}
	}
	code, message := "", ""
	if r.Error != nil {
		code, message = string(r.Error.Code), r.Error.Message
	}
	return append(row, code, message, r.ID, "")
}

// number writes a count; 0 is none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func decimal(v float64, known bool) string {
	if !known {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}
