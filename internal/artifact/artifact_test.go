package artifact_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

func someDensity(w, h int, seed uint32) saccade.Density {
	d := saccade.NewDensity(w, h)
	for i := range d.V {
		seed = seed*1664525 + 1013904223
		d.V[i] = float32(seed >> 8)
	}
	d.Normalize()
	return d
}

// analysis is what an analysis writes.
type analysis struct {
	image    bool
	head     artifact.Head
	rows     []artifact.Row
	maps     []saccade.Density
	duration float64
}

func ptr[T any](v T) *T { return &v }

// samples are one analysis of each kind; testdata has their files, written by
// the code that this package took over from. Since then, a video's duration is
// in frames.json.
func samples() map[string]analysis {
	return map[string]analysis{
		"video": {false, artifact.Head{Model: "saccade-1", Width: 640, Height: 360, Grid: [2]int{3, 2}, AOIs: []string{"logo", `a, "b"`}}, []artifact.Row{
			{Frame: 0, Time: 0, Focus: 41, Clarity: ptr(60), Excitingness: ptr(0), Gaze: []saccade.GazePoint{{X: 0.25, Y: 1.0 / 3, Mass: 0.125}, {X: 0.75, Y: 0.5, Mass: 1.0 / 30}},
				AOIs: map[string]float64{"logo": 1.0 / 7}},
			{Frame: 1, Time: 1.0 / 30, Focus: 42, Cut: true, AOIs: map[string]float64{"logo": 0.5, `a, "b"`: 1e-7}},
			{Frame: 2, Time: 0.5, Focus: 43, Clarity: ptr(100), Gaze: []saccade.GazePoint{{X: 0.1, Y: 0.2, Mass: 0.3, Time: 0.4}, {}, {}, {}}},
		}, []saccade.Density{someDensity(3, 2, 1), someDensity(3, 2, 2), someDensity(3, 2, 3)}, 0.7},
		"image": {true, artifact.Head{Model: "baseline", Width: 1280, Height: 2400, Grid: [2]int{4, 3}},
			[]artifact.Row{{Focus: 7, Clarity: ptr(50), Gaze: []saccade.GazePoint{{X: .5, Y: .5, Mass: 1}}}}, []saccade.Density{someDensity(4, 3, 9)}, 0},
	}
}

// write writes an analysis into a directory of its own.
func write(t testing.TB, a analysis) string {
	t.Helper()
	dir := t.TempDir()
	head := a.head
	head.Grid = [2]int{} // comes from the first density
	w, err := artifact.Create(dir, head, a.image)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range a.rows {
		if err := w.Write(r, a.maps[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(a.duration); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t testing.TB, dir string, file saccade.File) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, string(file)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// load reads an analysis back.
func load(t testing.TB, dir string) analysis {
	t.Helper()
	r, err := artifact.NewReader(bytes.NewReader(read(t, dir, artifact.FramesJSON)), bytes.NewReader(read(t, dir, artifact.DensityNPY)))
	if err != nil {
		t.Fatal(err)
	}
	a := analysis{image: r.Image(), head: r.Head()}
	for {
		row, d, err := r.Next()
		if errors.Is(err, io.EOF) {
			a.duration = r.Duration()
			return a
		}
		if err != nil {
			t.Fatal(err)
		}
		a.rows, a.maps = append(a.rows, row), append(a.maps, d)
	}
}

var equal = []cmp.Option{cmp.AllowUnexported(analysis{}), cmpopts.EquateEmpty()}

func TestRoundTrip(t *testing.T) {
	for name, want := range samples() {
		if diff := cmp.Diff(want, load(t, write(t, want)), equal...); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFilesAreAsTheyWere(t *testing.T) {
	for name, a := range samples() {
		got, golden := write(t, a), filepath.Join("testdata", name)
		for _, file := range artifact.All() {
			want := string(read(t, golden, file))
			if file == artifact.FramesJSON && !a.image {
				want = strings.TrimSuffix(want, "}\n") + ",\"duration\":0.7}\n"
			}
			if diff := cmp.Diff(want, string(read(t, got, file))); diff != "" {
				t.Errorf("%s/%s: %s", name, file, diff)
			}
		}
		old := load(t, golden)
		if old.duration != 0 {
			t.Errorf("%s: an old file has a duration of %v", name, old.duration)
		}
		old.duration = a.duration
		if diff := cmp.Diff(a, old, equal...); diff != "" {
			t.Errorf("%s, read back: %s", name, diff)
		}
	}
}

// TestTableHoldsTheRows reads frames.csv by its head.
func TestTableHoldsTheRows(t *testing.T) {
	a := samples()["video"]
	all, err := csv.NewReader(bytes.NewReader(read(t, write(t, a), artifact.FramesCSV))).ReadAll()
	if err != nil || len(all) != 4 {
		t.Fatalf("%d rows, %v", len(all), err)
	}
	cell := func(row int, column string) string {
		for i, c := range all[0] {
			if c == column {
				return all[row+1][i]
			}
		}
		t.Fatalf("no column %q in %v", column, all[0])
		return ""
	}
	for _, tt := range []struct {
		row    int
		column string
		want   string
	}{
		{0, "clarity", "60"}, {1, "clarity", ""}, {0, "excitingness", "0"}, {1, "excitingness", ""}, {1, "cut", "true"}, {2, "time", "0.500"},
		{0, `aoi:a, "b"`, ""}, {1, "aoi:logo", "0.5"}, {0, "gaze3_x", ""}, {2, "gaze1_mass", "0.3"}, {2, "frame", strconv.Itoa(a.rows[2].Frame)},
	} {
		if got := cell(tt.row, tt.column); got != tt.want {
			t.Errorf("row %d, %s: %q, want %q", tt.row, tt.column, got, tt.want)
		}
	}
}

func TestFramesReaderRefuses(t *testing.T) {
	const head = `{"schema":"saccade.frames/1","frames":[`
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":        {"", "unexpected EOF"},
		"no object":      {"[]", "belongs"},
		"no frames":      {`{"schema":"saccade.frames/1"}`, "no frames"},
		"empty":          {head + "]}", "no frames"},
		"other schema":   {`{"schema":"saccade.frames/2","frames":[]}`, `schema "saccade.frames/2"`},
		"no schema":      {`{"frames":[]}`, `schema ""`},
		"cut in a row":   {head + `{"frame":0`, "unexpected EOF"},
		"cut after one":  {head + `{"frame":0}`, "unexpected EOF"},
		"cut at the end": {head + `{"frame":0}]`, "unexpected EOF"},
		"back in time":   {head + `{"time":1},{"time":0.5}]}`, "time 0.5 after 1"},
		"no row":         {head + `7]}`, "row 0"},
	} {
		if _, err := artifact.ReadFrames(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// TestNewerFilesAreRead: fields may be added without a new schema.
func TestNewerFilesAreRead(t *testing.T) {
	got, err := artifact.ReadFrames(strings.NewReader(`{"schema":"saccade.frames/1","mood":[1,{}],"width":3,"frames":[{"frame":0,"time":2,"wind":{}}],"rain":null,"duration":4}`))
	want := &artifact.Frames{Head: artifact.Head{Width: 3}, Rows: []artifact.Row{{Time: 2}}, Duration: 4}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestReaderRefusesFilesOfDifferentAnalyses(t *testing.T) {
	video, image := write(t, samples()["video"]), write(t, samples()["image"])
	for _, dirs := range [][2]string{{video, image}, {image, video}} {
		r, err := artifact.NewReader(bytes.NewReader(read(t, dirs[0], artifact.FramesJSON)), bytes.NewReader(read(t, dirs[1], artifact.DensityNPY)))
		for err == nil {
			_, _, err = r.Next()
		}
		if errors.Is(err, io.EOF) {
			t.Error("files of two analyses were taken for one")
		}
	}
}

func TestDensityReaderTakesWhatNumPyWrites(t *testing.T) {
	text := "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 2), }"
	text += strings.Repeat(" ", 128-10-len(text)-1) + "\n" // to a multiple of 64 bytes, with what stands before
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(text)), 0)
	b = append(append(b, text...), 0, 0, 0x80, 0x3e, 0, 0, 0x40, 0x3f) // 0.25, 0.75
	r, err := artifact.NewDensityReader(bytes.NewReader(b))
	if err != nil || r.Image || r.Frames != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	d, err := r.Next()
	if diff := cmp.Diff(saccade.Density{W: 2, H: 1, V: []float32{0.25, 0.75}}, d); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestDensityReaderRefuses(t *testing.T) {
	good := read(t, filepath.Join("testdata", "video"), artifact.DensityNPY)
	change := func(old, new string) []byte {
		if b := bytes.Replace(good, []byte(old), []byte(new), 1); !bytes.Equal(b, good) {
			return b
		}
		t.Fatalf("%q is not in the header", old)
		return nil
	}
	for name, b := range map[string][]byte{
		"empty": nil, "short header": good[:50], "foreign": bytes.Repeat([]byte{7}, 400), "version": change("\x01\x00", "\x02\x00"),
		"huge": change("(3, 2, 3), }        ", "(3, 999999, 999999),"), "doubles": change("<f4", "<f8"), "fortran": change("False", "True "),
		"flat": change("(3, 2, 3)", "(18,)    "), "no maps": change("(3, ", "(0, "), "weights": append(bytes.Clone(good[:128]), make([]byte, 72)...),
	} {
		r, err := artifact.NewDensityReader(bytes.NewReader(b))
		if err == nil {
			_, err = r.Next()
		}
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	r, err := artifact.NewDensityReader(bytes.NewReader(good[:len(good)-1]))
	for n := 0; err == nil; n++ {
		if _, err = r.Next(); err != nil && (n != 2 || !errors.Is(err, io.ErrUnexpectedEOF)) {
			t.Errorf("truncated: %v at map %d", err, n)
		}
	}
}

func TestDensityWriterRefuses(t *testing.T) {
	for name, image := range map[string]bool{"two sizes in a video": false, "two maps of an image": true} {
		w, err := artifact.Create(t.TempDir(), artifact.Head{}, image)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(artifact.Row{}, someDensity(3, 2, 1)); err != nil {
			t.Error(err)
		}
		if w.Write(artifact.Row{}, someDensity(2, 3, 1)) == nil {
			t.Error(name)
		}
		_ = w.Close(0)
	}
}

func TestCreateInNoDirectory(t *testing.T) {
	if _, err := artifact.Create(filepath.Join(t.TempDir(), "none"), artifact.Head{}, true); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// FuzzFrames: what can be read is written and read again as it is.
func FuzzFrames(f *testing.F) {
	for _, name := range []string{"image", "video"} {
		f.Add(read(f, filepath.Join("testdata", name), artifact.FramesJSON))
		f.Add(read(f, write(f, samples()[name]), artifact.FramesJSON))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := artifact.ReadFrames(bytes.NewReader(b))
		if err != nil {
			return
		}
		var again bytes.Buffer
		w := artifact.NewFramesWriter(&again, io.Discard, first.Head)
		for _, r := range first.Rows {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(first.Duration); err != nil {
			t.Fatal(err)
		}
		second, err := artifact.ReadFrames(&again)
		if err != nil {
			t.Fatal(err)
		}
		first.Duration = max(0, first.Duration) // none below 0 is written
		if diff := cmp.Diff(first, second, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzDensity: every density that is read is one.
func FuzzDensity(f *testing.F) {
	for _, name := range []string{"image", "video"} {
		f.Add(read(f, filepath.Join("testdata", name), artifact.DensityNPY))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := artifact.NewDensityReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		for {
			d, err := r.Next()
			if err != nil {
				return
			}
			if d.W != r.W || d.H != r.H || d.Validate() != nil {
				t.Fatalf("%dx%d: %v", d.W, d.H, d.Validate())
			}
		}
	})
}
