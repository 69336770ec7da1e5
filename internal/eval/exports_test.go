package eval

import (
	"image"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/saccade-dev/saccade"
)

// exported writes a set of the images a and b, 64 x 48, with files in gaze/.
func exported(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "stimuli.csv"), goodStimuli)
	for _, n := range []string{"a", "b"} {
		makeDir(t, filepath.Join(dir, "stimuli"))
		writePNG(t, filepath.Join(dir, "stimuli", n+".png"), image.NewNRGBA(image.Rect(0, 0, 64, 48)))
	}
	writeExports(t, dir, files)
	return dir
}

func writeExports(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	makeDir(t, filepath.Join(dir, "gaze"))
	for name, text := range files {
		path := filepath.Join(dir, "gaze", name)
		makeDir(t, filepath.Dir(path))
		write(t, path, text)
	}
}

const (
	gazepointHead = "MEDIA_NAME,FPOGX,FPOGY,FPOGS,FPOGD,FPOGID,FPOGV\n"
	pupilHead     = "fixation_id,start_timestamp,duration,norm_pos_x,norm_pos_y,on_surf\n"
)

func TestLoadSetReadsExports(t *testing.T) {
	s, err := LoadSet(exported(t, map[string]string{
		"User 1_fixations.csv": gazepointHead + "a.png,0.5,0.25,0,0.2,1,1\nintro,0.1,0.1,0.3,0.2,2,1\nb,0.75,0.5,0.6,0.2,3,1\n",
		"a/p7.csv":             pupilHead + "1,10,200,0.25,0.75,True\n2,10.3,200,0.5,0.5,True\n",
		"clicks.csv":           "page,user,type,x,y\nb,u1,click,32,12\nb,u2,click,16,24\n",
		".hidden":              "not an export",
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got [][][]Fixation
	for _, st := range s.Stimuli {
		got = append(got, st.Observers)
	}
	want := [][][]Fixation{
		{{{0.5, 0.25}}, {{0.25, 0.25}, {0.5, 0.5}}},
		{{{0.75, 0.5}}, {{0.5, 0.25}}, {{0.25, 0.5}}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
}

func TestLoadVideoSetReadsExports(t *testing.T) {
	dir := videoFiles(t, goodVideos, "-")
	writeExports(t, dir, map[string]string{"a/p1.csv": pupilHead + "1,10,200,0.25,0.75,True\n2,10.5,100,0.5,0.5,True\n"})
	s, err := LoadVideoSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []TimedFixation{{Fixation{0.25, 0.25}, 0, 0.2}, {Fixation{0.5, 0.5}, 0.5, 0.6}}
	if len(s.Clips) != 1 {
		t.Fatalf("%+v", s.Clips)
	}
	if diff := cmp.Diff(want, s.Clips[0].Fixations, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
	writeExports(t, dir, map[string]string{"clicks.csv": "page,x,y\na,10,10\n"})
	if _, err := LoadVideoSet(dir); !saccade.IsCode(err, saccade.CodeInvalidInput) || !strings.Contains(err.Error(), "no duration") {
		t.Errorf("clicks on a clip: %v", err)
	}
}

func TestExportsRefuse(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"none", nil, "is empty"},
		{"foreign", map[string]string{"notes.txt": "dear diary\n"}, "notes.txt"},
		{"other media", map[string]string{"x.csv": gazepointHead + "intro,0.1,0.1,0,0.2,2,1\n"}, `"intro"`},
		{"no stimulus", map[string]string{"p1.csv": pupilHead + "1,10,200,0.25,0.75,True\n"}, "gaze/STIMULUS/"},
		{"truncated", map[string]string{"x.csv": gazepointHead + "a,0.1\n"}, "truncated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadSet(exported(t, c.files))
			if !saccade.IsCode(err, saccade.CodeInvalidInput) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something with %q", err, c.want)
			}
		})
	}
}
