package markers

import (
	"bytes"
	"encoding/csv"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

var update = flag.Bool("update", false, "write the golden files anew")

// stamps are the times of n frames of a rate, rounded to milliseconds as in WebM,
// from a first one.
func stamps(r Rate, n int, first float64) []float64 {
	t := make([]float64, n)
	for i := range t {
		t[i] = math.Round(1000*(first+r.Seconds(i))) / 1000
	}
	return t
}

// video is a video at some times with cuts at some frames, at which the gaze jumps
// from one side to the other.
func video(times []float64, cuts ...int) *artifact.Frames {
	f := &artifact.Frames{Head: artifact.Head{Width: 1920, Height: 1080}}
	x := 0.1
	for i, t := range times {
		cut := false
		for _, c := range cuts {
			cut = cut || c == i
		}
		if cut {
			x = 1 - x
		}
		f.Rows = append(f.Rows, artifact.Row{Frame: i, Time: t, Focus: 60, Cut: cut, Gaze: []saccade.GazePoint{{X: x, Y: 0.5, Mass: 0.3}}})
	}
	f.Duration = times[len(times)-1] - times[0] + 0.02
	return f
}

func find(t *testing.T, v Video) List {
	t.Helper()
	l, err := Find(v)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var broadcast = map[string]Rate{"23.976": {24000, 1001, false}, "24": {24, 1, false}, "25": {25, 1, false}, "29.97 drop-frame": {30000, 1001, true},
	"30": {30, 1, false}, "50": {50, 1, false}, "59.94 drop-frame": {60000, 1001, true}, "60": {60, 1, false}}

func TestRateOf(t *testing.T) {
	for name, want := range broadcast {
		for _, first := range []float64{0, 70.0004, 1.0 / 3} {
			got, variable := RateOf(stamps(want, 200, first))
			if got != want || variable || got.String() != name {
				t.Errorf("%s from %v: %v, variable %v", name, first, got, variable)
			}
		}
	}
	for name, tt := range map[string]struct {
		times    []float64
		want     string
		variable bool
	}{
		"one frame":              {[]float64{5}, "24", false},
		"frames left out":        {[]float64{0, 0.04, 0.2, 0.24, 1}, "25", false},
		"ten a second":           {[]float64{0, 0.1, 0.2, 0.3, 0.4}, "30", false},
		"fifteen a second":       {stamps(Rate{15, 1, false}, 50, 0), "30", false},
		"a recording":            {[]float64{0, 0.031, 0.078, 0.094, 0.11, 0.125, 0.19}, "50", true},
		"a fast recording":       {[]float64{0, 0.007, 0.015, 0.02, 0.029, 0.034}, "60", true},
		"a slow one":             {[]float64{0, 0.313, 0.777, 1.009, 1.501}, "24", true},
		"two frames of one time": {[]float64{0, 0, 0.04}, "24", true},
	} {
		got, variable := RateOf(tt.times)
		if tt.variable && name == "two frames of one time" {
			got = Rate{24, 1, false} // any will do
		}
		if got.String() != tt.want || variable != tt.variable {
			t.Errorf("%s: %v, variable %v", name, got, variable)
		}
	}
}

// TestTimecode has values of SMPTE ST 12-1's rule: two numbers are left out (four
// at 59.94) at the beginning of every minute but each tenth.
func TestTimecode(t *testing.T) {
	df, df60 := broadcast["29.97 drop-frame"], broadcast["59.94 drop-frame"]
	for _, tt := range []struct {
		r    Rate
		n    int
		want string
	}{
		{broadcast["25"], 0, "00:00:00:00"}, {broadcast["25"], 90000, "01:00:00:00"}, {broadcast["23.976"], 86400 + 23, "01:00:00:23"}, {broadcast["60"], 3599, "00:00:59:59"},
		{df, 1799, "00:00:59;29"}, {df, 1800, "00:01:00;02"}, {df, 3597, "00:01:59;29"}, {df, 3598, "00:02:00;02"}, {df, 17981, "00:09:59;29"}, {df, 17982, "00:10:00;00"},
		{df, 107892, "01:00:00;00"}, {df, 107892 * 24, "00:00:00;00"}, {df60, 3599, "00:00:59;59"}, {df60, 3600, "00:01:00;04"}, {df60, 35964, "00:10:00;00"},
	} {
		if got := tt.r.Timecode(tt.n); got != tt.want {
			t.Errorf("%v, frame %d: %s, want %s", tt.r, tt.n, got, tt.want)
		}
	}
	for name, r := range broadcast {
		if got := strings.ReplaceAll(r.Timecode(r.Start()), ";", ":"); got != "01:00:00:00" {
			t.Errorf("%s begins at %s", name, got)
		}
	}
}

func TestEyeTrace(t *testing.T) {
	f := video(stamps(broadcast["25"], 100, 3), 20, 50, 53)
	f.Rows[50].Gaze[0].Y = 0.9  // at once after the cut; the eye is not there yet
	for i := 53; i < 100; i++ { // a cut soon after: the gaze is judged at the end of what lies between
		f.Rows[i].Gaze[0] = saccade.GazePoint{X: 0.2, Y: 0.5, Mass: 1}
	}
	f.Rows[80].Cut = true
	for i := 80; i < 100; i++ {
		f.Rows[i].Gaze = nil // without a gaze there is no jump
	}
	l := find(t, Video{Frames: f})
	want := []saccade.CutTrace{
		{Frame: 20, Time: 0.8, From: saccade.Point{0.1, 0.5}, To: saccade.Point{0.9, 0.5}, Jump: 0.8, JumpDiagonal: 0.8 * 1920 / math.Hypot(1920, 1080), Lost: true},
		{Frame: 50, Time: 2, From: saccade.Point{0.9, 0.5}, To: saccade.Point{0.1, 0.5}, Jump: 0.8, JumpDiagonal: 0.8 * 1920 / math.Hypot(1920, 1080), Lost: true},
		{Frame: 53, Time: 2.12, From: saccade.Point{0.1, 0.5}, To: saccade.Point{0.2, 0.5}, Jump: 0.1, JumpDiagonal: 0.1 * 1920 / math.Hypot(1920, 1080)},
	}
	round := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if diff := cmp.Diff(want, l.Cuts, round); diff != "" {
		t.Error(diff)
	}
	if len(l.Markers) != 2 || l.Markers[0].Kind != KindCut || l.Markers[1].Frame != 50 {
		t.Errorf("%+v", l.Markers)
	}
	tall := video(stamps(broadcast["25"], 40, 0), 20)
	tall.Width, tall.Height = 1080, 1920
	tall.Rows[20].Gaze[0], tall.Rows[19].Gaze[0] = saccade.GazePoint{X: 0.5, Y: 0.2}, saccade.GazePoint{X: 0.5, Y: 0.5}
	for i := 20; i < 40; i++ {
		tall.Rows[i].Gaze[0] = saccade.GazePoint{X: 0.5, Y: 0.2}
	}
	if l := find(t, Video{Frames: tall}); math.Abs(l.Cuts[0].Jump-0.3*1920/1080) > 1e-9 || !l.Cuts[0].Lost {
		t.Errorf("a jump up and down counts in widths too: %+v", l.Cuts)
	}
}

func TestFocusDrops(t *testing.T) {
	for name, tt := range map[string]struct {
		focus map[int]int // from a frame on
		want  []int
	}{
		"steady":                   {map[int]int{0: 60}, nil},
		"one drop":                 {map[int]int{0: 60, 30: 40}, []int{30}},
		"too little":               {map[int]int{0: 60, 30: 41}, nil},
		"slow":                     {map[int]int{0: 60, 30: 50, 60: 40, 90: 30}, nil},
		"in steps within a second": {map[int]int{0: 60, 30: 50, 40: 39}, []int{40}},
		"back and down again":      {map[int]int{0: 60, 20: 30, 50: 55, 80: 20}, []int{20, 80}},
		"a little up is no end":    {map[int]int{0: 60, 20: 30, 30: 45, 40: 20}, []int{20}},
	} {
		f, level := video(stamps(broadcast["25"], 100, 0)), 0
		for i := range f.Rows {
			if v, ok := tt.focus[i]; ok {
				level = v
			}
			f.Rows[i].Focus = level
		}
		var got []int
		for _, m := range find(t, Video{Frames: f}).Markers {
			got = append(got, m.Frame)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestMissedAreas(t *testing.T) {
	at := func(v float64) *float64 { return &v }
	aoi := func(name string, from, to, seen *float64) saccade.AOIResult {
		return saccade.AOIResult{AOI: saccade.AOI{Name: name, From: from, To: to}, Share: 0.004, FirstSeen: seen}
	}
	l := find(t, Video{Frames: video(stamps(broadcast["25"], 100, 70)), AOIs: []saccade.AOIResult{
		aoi("seen", nil, nil, at(0.4)), aoi("missed", nil, nil, nil), aoi("for a time", at(1), at(2), nil), aoi("after the end", at(9), nil, nil), aoi("beyond", at(3), at(9), nil)}})
	want := []Marker{
		{Kind: KindArea, Frame: 0, Length: 100, Text: "Area missed: missed gets 0.4 % of attention"},
		{Kind: KindArea, Frame: 25, Length: 25, Time: 1, Text: "Area missed: for a time gets 0.4 % of attention"},
		{Kind: KindArea, Frame: 75, Length: 25, Time: 3, Text: "Area missed: beyond gets 0.4 % of attention"},
	}
	if diff := cmp.Diff(want, l.Markers); diff != "" {
		t.Error(diff)
	}
}

func TestFindRefuses(t *testing.T) {
	for want, rows := range map[string][]artifact.Row{"no frames": nil, "a day": {{}, {Time: 1e300}}} {
		if _, err := Find(Video{Frames: &artifact.Frames{Rows: rows}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// TestRoundTrip: what an independent reader finds in the files is the frame of the
// video, at every rate; of a recording without a rate it is half a frame away at most.
func TestRoundTrip(t *testing.T) {
	cases := map[string][]float64{}
	for name, r := range broadcast {
		cases[name] = stamps(r, 2*60*r.nominal()+30, 70) // past two minutes, for dropped numbers
	}
	random := rand.New(rand.NewPCG(1, 2))
	recording := []float64{12.345}
	for range 3000 {
		recording = append(recording, recording[len(recording)-1]+0.008+0.07*random.Float64())
	}
	cases["variable"] = recording
	for name, times := range cases {
		cuts := []int{1, 7, len(times) / 2, len(times) - 2}
		l := find(t, Video{Title: "Visit", Frames: video(times, cuts...)})
		if l.Variable != (name == "variable") || len(l.Markers) != len(cuts) {
			t.Fatalf("%s: %+v", name, l)
		}
		edl, xml := readEDL(t, l), readFCPXML(t, l)
		for i, c := range cuts {
			want := times[c] - times[0]
			half := l.Rate.Seconds(1) / 2
			if frame := edl[i].frame; !l.Variable && frame != c || math.Abs(l.Rate.Seconds(frame)-want) > half+tolerance {
				t.Errorf("%s, EDL: frame %d at %.4f s, want frame %d at %.4f s", name, frame, l.Rate.Seconds(frame), c, want)
			}
			if math.Abs(xml[i]-want) > half+tolerance || !l.Variable && l.Rate.Frame(xml[i]) != c {
				t.Errorf("%s, FCPXML: %.4f s, want %.4f s", name, xml[i], want)
			}
		}
	}
}

// TestHostileTexts: no text of unknown origin adds a line, an element or a formula.
func TestHostileTexts(t *testing.T) {
	for _, hostile := range []string{
		"x\n* LOC: 00:00:00:00 RED     FORGED", "x\r\n002  AX V C 00:00:00:00 00:00:00:00 00:00:00:00 00:00:00:00", `"/><marker start="0s" value="forged"/>`,
		"]]></note><marker/>", "&boom;", "=cmd|' /C calc'!A0", "-1+1", "@x", "\u2028* LOC: forged\u2029", "a\x00b\x1b[31m", "\xff\xfe", "\u202egnp.exe", strings.Repeat("ä", 5000), "", "Straße 日本",
	} {
		l := find(t, Video{Title: hostile, Frames: video(stamps(broadcast["25"], 50, 0)), AOIs: []saccade.AOIResult{{AOI: saccade.AOI{Name: hostile}}}})
		if got := readEDL(t, l); len(got) != 1 || got[0].frame != 0 {
			t.Errorf("%q: EDL %v", hostile, got)
		}
		if got := readFCPXML(t, l); len(got) != 1 || got[0] != 0 {
			t.Errorf("%q: FCPXML %v", hostile, got)
		}
		l.Markers[0].Text = oneLine(hostile) // at the beginning of a cell
		var b bytes.Buffer
		if err := WriteCSV(&b, l); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != 2 || strings.ContainsAny(rows[1][6], "\r\n") || rows[1][6] != "" && strings.Contains("=+-@", rows[1][6][:1]) {
			t.Errorf("%q: CSV %q, %v", hostile, rows, err)
		}
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	var cuts []int
	for i := 5; i < 100; i += 8 {
		cuts = append(cuts, i)
	}
	l := find(t, Video{Title: "Visit", Frames: video(stamps(broadcast["29.97 drop-frame"], 100, 0), cuts...)})
	out, err := Write(dir, l)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Markers) != 12 || len(out.Cuts) != maxCuts || out.Rate != "29.97 drop-frame" || out.Variable {
		t.Errorf("%+v", out)
	}
	for _, name := range All() {
		got, err := os.ReadFile(filepath.Join(dir, string(name)))
		if err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", string(name))
		if *update {
			if err := os.WriteFile(golden, got, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if diff := cmp.Diff(string(want), string(got)); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	if _, err := Write(filepath.Join(dir, "none"), l); err == nil {
		t.Error("a directory that is not there was written into")
	}
}
