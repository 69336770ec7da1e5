package eval

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
)

const (
	goodVideos = "video,fps,duration_s,width,height,fixations\na.webm,25,2.0,320,180,3\nb.webm,30,1,,,1\n"
	goodTimed  = "video,observer,onset_ms,duration_ms,x,y\na.webm,p1,0,200,0.5,0.5\na.webm,p2,-40,200,0.1,0.2\na.webm,p2,500,200,1.2,0.2\nb.webm,p1,0,100,0.9,0.9\n"
)

// videoFiles writes a set with the files a.webm and b.webm, both empty.
func videoFiles(t *testing.T, videos, fixations string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "videos.csv"), videos)
	if fixations != "-" {
		write(t, filepath.Join(dir, "fixations.csv"), fixations)
	}
	for _, n := range []string{"a.webm", "b.webm"} {
		makeDir(t, filepath.Join(dir, "videos"))
		write(t, filepath.Join(dir, "videos", n), "")
	}
	return dir
}

func TestLoadVideoSet(t *testing.T) {
	dir := videoFiles(t, goodVideos, goodTimed)
	if !IsVideoSet(dir) || IsVideoSet(t.TempDir()) {
		t.Error("sets of clips are not recognized")
	}
	s, err := LoadVideoSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Clips[0]
	if len(s.Clips) != 2 || a.Observers != 2 || a.Width != 320 || s.Clips[1].Width != 0 || a.FPS != 25 {
		t.Errorf("%+v", s.Clips)
	}
	// In order of their onset, without the one that lies beside the frame.
	if len(a.Fixations) != 2 || a.Fixations[0] != (TimedFixation{Fixation{0.1, 0.2}, -0.04, 0.16}) {
		t.Errorf("%+v", a.Fixations)
	}
}

func TestLoadVideoSetRefusesBadSets(t *testing.T) {
	for _, c := range []struct {
		name, videos, fixations string
		want                    string // part of the message
	}{
		{"empty videos", "", goodTimed, "the file is empty"},
		{"header alone", "video,fps,duration_s\n", goodTimed, "no video is listed"},
		{"missing column", "video,fps\na.webm,25\n", goodTimed, `"duration_s" is missing`},
		{"foreign file", "\x1aE\xdf\xa3\x9fB\x86\x81", goodTimed, "missing"},
		{"no rate", strings.Replace(goodVideos, ",25,", ",fast,", 1), goodTimed, "line 2: fps"},
		{"endless", strings.Replace(goodVideos, ",2.0,", ",1e9,", 1), goodTimed, "line 2: duration_s"},
		{"listed twice", goodVideos + "a.webm,25,2,,,3\n", goodTimed, "listed twice"},
		{"climbing name", strings.Replace(goodVideos, "\na.", "\n../a.", 1), goodTimed, "plain file name"},
		{"no fixations", goodVideos, "-", "fixations.csv cannot be read"},
		{"empty fixations", goodVideos, "", "the file is empty"},
		{"no times", goodVideos, "video,observer,x,y\na.webm,1,0.5,0.5\n", `"onset_ms" is missing`},
		{"pixels", goodVideos, strings.Replace(goodTimed, "0.5,0.5", "312,200", 1), "not pixels"},
		{"negative duration", goodVideos, strings.Replace(goodTimed, ",0,200", ",0,-200", 1), "line 2: duration_ms"},
		{"short line", goodVideos, goodTimed + "b.webm,p1,0", "wrong number of fields"},
		{"truncated", goodVideos, "video,observer,onset_ms,duration_ms,x,y\na.webm,p1,0,200,0.5,0.5\n", "truncated"},
		{"other set", goodVideos, goodTimed + "z.webm,p1,0,100,0.9,0.9\n", `"z.webm"`},
		{"no file", goodVideos + "c.webm,25,1,,,1\n", goodTimed + "c.webm,p1,0,100,0.9,0.9\n", "no file videos/c.webm"},
		{"beside all frames", "video,fps,duration_s\na.webm,25,1\n", "video,observer,onset_ms,duration_ms,x,y\na.webm,1,0,9,1.5,0\n", "nothing to judge by"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := LoadVideoSet(videoFiles(t, c.videos, c.fixations))
			if !saccade.IsCode(err, saccade.CodeInvalidInput) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something with %q", err, c.want)
			}
		})
	}
}

func FuzzReadVideos(f *testing.F) {
	f.Add(goodVideos)
	f.Add("fps,duration_s,video\n1e2,0.5,\"a\nb\"\n")
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := readVideos(strings.NewReader(s))
		if err == nil && len(rows) == 0 {
			t.Error("no rows and no error")
		}
		for _, r := range rows {
			if !(r.FPS > 0 && r.Duration > 0 && r.Duration <= maxSeconds) || filepath.Base(r.Name) != r.Name || r.Width < 0 {
				t.Errorf("accepted %+v", r)
			}
		}
	})
}

func FuzzReadTimedFixations(f *testing.F) {
	f.Add(goodTimed)
	f.Add("y,x,observer,video,duration_ms,onset_ms\n1,0,,q,1,-1\n")
	f.Fuzz(func(t *testing.T, s string) {
		all, err := readTimedFixations(strings.NewReader(s))
		if err == nil && len(all) == 0 {
			t.Error("nothing and no error")
		}
		for name, c := range all {
			for _, p := range c.all {
				if !(p.End >= p.Onset && p.X >= -farOutside && p.Y <= 1+farOutside) || name == "" {
					t.Errorf("accepted %q %+v", name, p)
				}
			}
		}
	})
}
