package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// evalSets writes a set of images and one of clips, both small, with made-up
// fixations, and returns their directories.
func evalSets(t *testing.T) (images, clips string) {
	t.Helper()
	put := func(path string, b []byte) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	images, clips = filepath.Join(t.TempDir(), "my-study"), filepath.Join(t.TempDir(), "my-clips")
	sample, err := os.ReadFile("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	stimuli, videos := "stimulus,width,height,px_per_degree\n", "video,fps,duration_s\n"
	fixations, timed := "stimulus,observer,x,y\n", "video,observer,onset_ms,duration_ms,x,y\n"
	for k := range 2 {
		img := image.NewGray(image.Rect(0, 0, 160, 120))
		for i := range img.Pix {
			img.Pix[i] = 90
		}
		for i := range 900 {
			img.SetGray(100+i%30, 20+60*k+i/30, color.Gray{250})
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		put(filepath.Join(images, "stimuli", fmt.Sprintf("s%d.png", k)), b.Bytes())
		put(filepath.Join(clips, "videos", fmt.Sprintf("v%d.webm", k)), sample)
		stimuli += fmt.Sprintf("s%d,160,120,5\n", k)
		videos += fmt.Sprintf("v%d.webm,25,1\n", k)
		for o := range 5 {
			fixations += fmt.Sprintf("s%d,p%d,%.2f,%.2f\n", k, o, 0.7+0.02*float64(o), 0.3+0.4*float64(k))
			timed += fmt.Sprintf("v%d.webm,p%d,0,900,%.2f,%.2f\n", k, o, 0.4+0.05*float64(o), 0.4+0.1*float64(k))
		}
	}
	put(filepath.Join(images, "stimuli.csv"), []byte(stimuli))
	put(filepath.Join(images, "fixations.csv"), []byte(fixations))
	put(filepath.Join(clips, "videos.csv"), []byte(videos))
	put(filepath.Join(clips, "fixations.csv"), []byte(timed))
	return images, clips
}

func TestEvalJudgesImagesAndClips(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	images, clips := evalSets(t)
	out, err := exec.Command(bin, "eval", images, clips, "--model", "baseline", "--json", "--resamples", "10", "--step", "10").Output()
	if err != nil {
		t.Fatal(err, string(out))
	}
	var reports []struct {
		Set    string
		Frames int
		Rows   []struct {
			Name    string
			Metrics map[string]struct{ Mean float64 }
		}
	}
	if err := json.Unmarshal(out, &reports); err != nil || len(reports) != 2 {
		t.Fatalf("%v: %s", err, out)
	}
	var rows []string
	for _, r := range reports {
		for _, row := range r.Rows {
			rows = append(rows, r.Set+": "+row.Name)
			if _, ok := row.Metrics["NSS"]; !ok {
				t.Errorf("%s has no NSS", row.Name)
			}
		}
	}
	if reports[1].Frames == 0 {
		t.Error("no frame was judged")
	}
	want := "my-clips: inter-observer (leave-one-out), my-clips: baseline, video mode, my-clips: baseline, image mode, my-clips: video prior, my-clips: center"
	if got := strings.Join(rows, ", "); !strings.HasSuffix(got, want) {
		t.Errorf("rows %s\nwant    ... %s", got, want)
	}

	if err := os.Truncate(filepath.Join(clips, "videos", "v1.webm"), 300); err != nil {
		t.Fatal(err)
	}
	broken, err := exec.Command(bin, "eval", clips, "--model", "baseline").CombinedOutput()
	if err == nil || !strings.Contains(string(broken), "v1.webm") {
		t.Errorf("a torn clip: %v\n%s", err, broken)
	}
}
