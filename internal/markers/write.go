package markers

import (
	"bufio"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

// maxCuts is how many cuts an answer lists; the file has all of them.
const maxCuts = 10

// Write writes the four files of a list into an existing directory and returns the
// answer that names them.
func Write(dir string, l List) (*saccade.MarkersOutput[saccade.File], error) {
	for name, write := range map[saccade.File]func(io.Writer, List) error{EDLFile: WriteEDL, FCPXMLFile: WriteFCPXML, CSVFile: WriteCSV, EyeTraceFile: WriteEyeTrace} {
		f, err := os.Create(filepath.Join(dir, string(name)))
		if err != nil {
			return nil, err
		}
		b := bufio.NewWriter(f)
		if err := errors.Join(write(b, l), b.Flush(), f.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return &saccade.MarkersOutput[saccade.File]{EDL: EDLFile, FCPXML: FCPXMLFile, CSV: CSVFile, EyeTrace: EyeTraceFile,
		Rate: l.Rate.String(), Variable: l.Variable, Cuts: l.Cuts[:min(len(l.Cuts), maxCuts)]}, nil
}

// label is the timecode of a frame of the list.
func (l List) label(n int) string { return l.Rate.Timecode(l.Rate.Start() + n) }

// color is that of a marker, of those that Avid's locators have.
func (k Kind) color() string {
	return map[Kind]string{KindCut: "RED", KindFocus: "YELLOW", KindArea: "CYAN"}[k]
}

// WriteEDL writes a CMX 3600 list of one event, the whole video, with the markers as
// comments below it. Its timecodes have colons alone; the line FCM says whether they
// drop numbers.
func WriteEDL(w io.Writer, l List) error {
	mode := "NON-DROP FRAME"
	if l.Rate.Drop {
		mode = "DROP FRAME"
	}
	code := func(n int) string { return strings.ReplaceAll(l.Rate.Timecode(n), ";", ":") }
	start := l.Rate.Start()
	_, err := fmt.Fprintf(w, "TITLE: %s\nFCM: %s\n\n001  AX       V     C        %s %s %s %s\n* FROM CLIP NAME: %s\n* COMMENT: %s\n",
		cut(l.Title), mode, code(0), code(l.Frames), code(start), code(start+l.Frames), cut(l.Title), l.timing())
	for _, m := range l.Markers {
		_, e := fmt.Fprintf(w, "* LOC: %s %-7s %s\n", code(start+m.Frame), m.Kind.color(), m.Text)
		err = errors.Join(err, e)
	}
	return err
}

// timing says what frames are counted.
func (l List) timing() string {
	if l.Variable {
		return "Frame rate: variable; positions are rounded to " + l.Rate.String()
	}
	return "Frame rate: " + l.Rate.String()
}

// The elements of an FCPXML document that we write, in the order of its definition.
type (
	fcpxml struct {
		XMLName   xml.Name  `xml:"fcpxml"`
		Version   string    `xml:"version,attr"`
		Resources resources `xml:"resources"`
		Library   library   `xml:"library"`
	}
	resources struct {
		Format format `xml:"format"`
	}
	format struct {
		ID            string `xml:"id,attr"`
		FrameDuration string `xml:"frameDuration,attr"`
		Width         int    `xml:"width,attr,omitempty"`
		Height        int    `xml:"height,attr,omitempty"`
	}
	library struct {
		Event event `xml:"event"`
	}
	event struct {
		Name    string  `xml:"name,attr"`
		Project project `xml:"project"`
	}
	project struct {
		Name     string   `xml:"name,attr"`
		Sequence sequence `xml:"sequence"`
	}
	sequence struct {
		Format   string `xml:"format,attr"`
		Duration string `xml:"duration,attr"`
		Start    string `xml:"tcStart,attr"`
		Mode     string `xml:"tcFormat,attr"`
		Note     string `xml:"note"`
		Gap      gap    `xml:"spine>gap"`
	}
	gap struct {
		Name     string `xml:"name,attr"`
		Offset   string `xml:"offset,attr"`
		Start    string `xml:"start,attr"`
		Duration string `xml:"duration,attr"`
		Markers  []mark `xml:"marker"`
	}
	mark struct {
		Start    string `xml:"start,attr"`
		Duration string `xml:"duration,attr"`
		Value    string `xml:"value,attr"`
		Note     string `xml:"note,attr,omitempty"`
	}
)

// WriteFCPXML writes an FCPXML 1.10 document: a project with a gap as long as the
// video, which bears the markers. Markers of one frame become one.
func WriteFCPXML(w io.Writer, l List) error {
	at := func(n int) string { return l.Rate.rational(l.Rate.Start() + n) }
	length, mode := l.Rate.rational(l.Frames), "NDF"
	if l.Rate.Drop {
		mode = "DF"
	}
	g := gap{Name: "Gap", Offset: at(0), Start: at(0), Duration: length}
	last := -1
	for _, m := range l.Markers {
		if m.Frame == last {
			one := &g.Markers[len(g.Markers)-1]
			one.Note = strings.TrimPrefix(one.Note+"; "+m.Text, "; ")
			continue
		}
		last = m.Frame
		g.Markers = append(g.Markers, mark{Start: at(m.Frame), Duration: l.Rate.rational(m.Length), Value: m.Text})
	}
	doc := fcpxml{Version: "1.10", Resources: resources{format{"r1", l.Rate.rational(1), l.Width, l.Height}},
		Library: library{event{"Saccade", project{l.Title, sequence{Format: "r1", Duration: length, Start: at(0), Mode: mode, Note: l.timing(), Gap: g}}}}}
	b, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s<!DOCTYPE fcpxml>\n%s\n", xml.Header, b)
	return err
}

// WriteCSV writes the markers as a table.
func WriteCSV(w io.Writer, l List) error {
	rows := [][]string{{"kind", "timecode", "frame", "frames", "seconds", "rate", "text"}}
	for _, m := range l.Markers {
		rows = append(rows, []string{string(m.Kind), l.label(m.Frame), strconv.Itoa(m.Frame), strconv.Itoa(m.Length), number(m.Time), l.Rate.String(), artifact.Cell(m.Text)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// WriteEyeTrace writes the cuts as a table, the largest jump first.
func WriteEyeTrace(w io.Writer, l List) error {
	rows := [][]string{{"rank", "timecode", "frame", "seconds", "rate", "jump", "jump_diagonal", "lost", "from_x", "from_y", "to_x", "to_y"}}
	for i, c := range l.Cuts {
		rows = append(rows, []string{strconv.Itoa(i + 1), l.label(c.Frame), strconv.Itoa(c.Frame), number(c.Time), l.Rate.String(), number(c.Jump), number(c.JumpDiagonal),
			strconv.FormatBool(c.Lost), number(c.From[0]), number(c.From[1]), number(c.To[0]), number(c.To[1])})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// number is a figure with three decimals.
func number(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
