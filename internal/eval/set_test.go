package eval

import (
	"context"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
)

const (
	goodStimuli   = "stimulus,width,height,px_per_degree,n_fixations\na,64,48,4,2\nb,64,48,4,1\n"
	goodFixations = "stimulus,observer,x,y\na,0,0.5,0.5\na,1,0.1,0.2\nb,0,0.9,0.9\n"
)

func TestLoadSetRefusesBadSets(t *testing.T) {
	for _, c := range []struct {
		name, stimuli, fixations string
		want                     string // part of the message
	}{
		{"empty stimuli", "", goodFixations, "the file is empty"},
		{"header alone", "stimulus,width,height,px_per_degree\n", goodFixations, "no stimulus is listed"},
		{"missing column", "stimulus,width,height\na,64,48\n", goodFixations, `"px_per_degree" is missing`},
		{"column twice", "stimulus,width,width,height,px_per_degree\na,1,1,1,1\n", goodFixations, "stands twice"},
		{"foreign file", "\x89PNG\r\n\x1a\n\x00\x00", goodFixations, "missing"},
		{"no number", strings.Replace(goodStimuli, "64", "wide", 1), goodFixations, "line 2: width"},
		{"no degree", strings.Replace(goodStimuli, "48,4,", "48,NaN,", 1), goodFixations, "line 2: px_per_degree"},
		{"listed twice", goodStimuli + "a,64,48,4,2\n", goodFixations, "listed twice"},
		{"climbing name", strings.Replace(goodStimuli, "\na,", "\n../a,", 1), goodFixations, "plain file name"},
		{"empty fixations", goodStimuli, "", "the file is empty"},
		{"fixations missing column", goodStimuli, "stimulus,observer,x\na,0,0.5\n", `"y" is missing`},
		{"pixels", goodStimuli, strings.Replace(goodFixations, "0.5,0.5", "312,200", 1), "not pixels"},
		{"short line", goodStimuli, goodFixations + "b,0,0.9", "wrong number of fields"},
		{"truncated", goodStimuli, "stimulus,observer,x,y\na,0,0.5,0.5\n", "truncated"},
		{"other set", goodStimuli, goodFixations + "zz,0,0.5,0.5\n", `"zz"`},
		{"no file", goodStimuli + "c,64,48,4,1\n", goodFixations + "c,0,0.1,0.1\n", "no file for stimulus"},
		{"no fixations", "stimulus,width,height,px_per_degree\nd,64,48,4\n", "stimulus,observer,x,y\n", "no fixation"},
		{"neither", goodStimuli, "-", "neither fixations.csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "stimuli.csv"), c.stimuli)
			if c.fixations != "-" {
				write(t, filepath.Join(dir, "fixations.csv"), c.fixations)
			}
			if err := os.Mkdir(filepath.Join(dir, "stimuli"), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, n := range []string{"a", "b"} {
				writePNG(t, filepath.Join(dir, "stimuli", n+".png"), image.NewNRGBA(image.Rect(0, 0, 64, 48)))
			}
			_, err := LoadSet(dir)
			if !saccade.IsCode(err, saccade.CodeInvalidInput) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something with %q", err, c.want)
			}
		})
	}
	if _, err := LoadSet(filepath.Join(t.TempDir(), "nowhere")); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("a directory that is not there: %v", err)
	}
}

func TestLoadSetReadsWhatSpreadsheetsWrite(t *testing.T) {
	dir := t.TempDir()
	crlf := func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") }
	write(t, filepath.Join(dir, "stimuli.csv"), crlf(goodStimuli))
	write(t, filepath.Join(dir, "fixations.csv"), crlf(goodFixations))
	if err := os.Mkdir(filepath.Join(dir, "stimuli"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"a", "b"} {
		writePNG(t, filepath.Join(dir, "stimuli", n+".png"), image.NewNRGBA(image.Rect(0, 0, 64, 48)))
	}
	s, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Stimuli) != 2 || len(s.Stimuli[0].Observers) != 2 || s.Stimuli[1].Observers[0][0] != (Fixation{0.9, 0.9}) {
		t.Errorf("%+v", s)
	}
}

func TestAnotherShapeIsRefused(t *testing.T) {
	dir := synthetic(t, 2, size{64, 48})
	writePNG(t, filepath.Join(dir, "stimuli", "s01.png"), image.NewNRGBA(image.Rect(0, 0, 48, 64)))
	set, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(context.Background(), set, []attention.Predictor{wave{}}, quick())
	if err == nil || !strings.Contains(err.Error(), "another shape") {
		t.Errorf("got %v", err)
	}
}

// mapSet turns a synthetic set into one of density maps.
func mapSet(t *testing.T, n int) string {
	dir := synthetic(t, n, size{64, 48})
	if err := os.Remove(filepath.Join(dir, "fixations.csv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "maps"), 0o755); err != nil {
		t.Fatal(err)
	}
	for k := range n {
		img := image.NewGray16(image.Rect(0, 0, 32, 24))
		for i := range 32 * 24 {
			d := math.Hypot(float64(i%32-8-k), float64(i/32-12))
			img.SetGray16(i%32, i/32, color.Gray16{uint16(60000 * math.Exp(-d*d/20))})
		}
		set := []string{"s00", "s01", "s02", "s03", "s04"}
		writePNG(t, filepath.Join(dir, "maps", set[k]+".png"), img)
	}
	return dir
}

func TestMapSets(t *testing.T) {
	r := run(t, mapSet(t, 5), quick(), wave{})
	if r.Truth != "maps" || len(r.Rows) != 2 {
		t.Fatalf("%+v", r)
	}
	got := means(r, "center prior")
	if got[0] < 1.8 || got[1] < 0.7 || got[2] < 0.8 {
		t.Errorf("the mean of neighbors scores %v", got)
	}
	single := run(t, mapSet(t, 1), quick(), wave{})
	if v := means(single, "wave"); !math.IsNaN(v[3]) || !math.IsNaN(v[6]) || math.IsNaN(v[0]) {
		t.Errorf("a set of one image has no other images to compare with, yet scores %v", v)
	}
	for name, data := range map[string]string{"broken": "\x89PNG broken", "black": ""} {
		dir := mapSet(t, 2)
		path := filepath.Join(dir, "maps", "s01.png")
		if write(t, path, data); name == "black" {
			writePNG(t, path, image.NewGray(image.Rect(0, 0, 4, 4)))
		}
		set, err := LoadSet(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Run(context.Background(), set, nil, quick()); !saccade.IsCode(err, saccade.CodeInvalidInput) {
			t.Errorf("%s map: %v", name, err)
		}
	}
}

func FuzzReadStimuli(f *testing.F) {
	f.Add(goodStimuli)
	f.Add("stimulus,width,height,px_per_degree\n\"a\nb\",9,9,1e2\n")
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := readStimuli(strings.NewReader(s))
		if err == nil && len(rows) == 0 {
			t.Error("no rows and no error")
		}
		for _, r := range rows {
			if r.Width*r.Height <= 0 || r.Width*r.Height > maxPixels || !(r.Sigma > 0) || filepath.Base(r.Name) != r.Name {
				t.Errorf("accepted %+v", r)
			}
		}
	})
}

func FuzzReadFixations(f *testing.F) {
	f.Add(goodFixations)
	f.Add("x,y,observer,stimulus\n1,0,,q\n0,-0.001,\"\",q\n")
	f.Fuzz(func(t *testing.T, s string) {
		all, err := readFixations(strings.NewReader(s))
		if err == nil && len(all) == 0 {
			t.Error("nothing and no error")
		}
		for name, observers := range all {
			for _, o := range observers {
				for _, p := range o {
					if !(p.X >= 0 && p.X <= 1 && p.Y >= 0 && p.Y <= 1) || name == "" {
						t.Errorf("accepted %q %+v", name, p)
					}
				}
			}
		}
	})
}
