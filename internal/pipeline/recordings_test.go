package pipeline_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// made runs ffmpeg and returns the bytes of the file that it makes.
func made(t *testing.T, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.webm")
	out, err := exec.Command("ffmpeg", append(append([]string{"-v", "error"}, args...), path)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// frameTimes asks ffprobe for the times of a video's frames.
func frameTimes(t *testing.T, path string) []float64 {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var times []float64
	for _, f := range strings.Fields(strings.ReplaceAll(string(out), ",", " ")) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, v)
	}
	return times
}

// TestTimesOfRecordings: tables and every output have the input's own time
// stamps; the duration, timelines and areas count from the first frame.
func TestTimesOfRecordings(t *testing.T) {
	vp8 := []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"}
	short := func(extra ...string) []byte {
		return made(t, append(append([]string{"-f", "lavfi", "-i", "testsrc2=s=160x96:r=10:d=0.5"}, vp8...), extra...)...)
	}
	regular := func(first float64, n int) []float64 {
		times := make([]float64, n)
		for i := range times {
			times[i] = first + float64(i)/10
		}
		return times
	}
	tests := map[string]struct {
		b        []byte
		times    []float64
		duration float64
	}{
		"from zero":   {short(), regular(0, 5), 0.5},
		"late":        {short("-output_ts_offset", "70"), regular(70, 5), 0.5},
		"since 1970":  {short("-output_ts_offset", "1700000000"), regular(1700000000, 5), 0.5},
		"joined":      {append(short("-live", "1"), short("-live", "1")...), regular(0, 10), 1},
		"static tail": {declare(t, short(), 3000), regular(0, 5), 3},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir, to := t.TempDir(), 0.25
			aois := []saccade.AOI{{Name: "early", Box: &saccade.Box{Width: 1, Height: 1}, To: &to}}
			job := pipeline.Job{Path: write(t, "in.webm", tc.b), Dir: dir, Request: saccade.Request{Kind: saccade.KindVideo, AOIs: aois,
				Outputs: []saccade.Output{saccade.OutAttentionMap, saccade.OutOverlay, saccade.OutData, saccade.OutFocusTimeline}}}
			out, err := newAnalyzer(t).Run(context.Background(), job, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkTimes(t, dir, out, tc.times, tc.duration)
			files := filesOf(t, dir)
			if again, _, _ := measure(t, files, 0, aois); !cmp.Equal(out.AOIs, again) {
				t.Errorf("measured again: %s", cmp.Diff(out.AOIs, again))
			}
			if out.AOIs[0].FirstSeen == nil || *out.AOIs[0].FirstSeen > 1 {
				t.Errorf("time to first attention %v", out.AOIs[0].FirstSeen)
			}
		})
	}
}

// filesOf reads the numbers of an analysis.
func filesOf(t *testing.T, dir string) map[saccade.File][]byte {
	t.Helper()
	files := map[saccade.File][]byte{}
	for _, name := range artifact.All() {
		var err error
		if files[name], err = os.ReadFile(filepath.Join(dir, string(name))); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// checkTimes holds tables, videos and timelines against the times of the input.
// The area "early" exists for the first quarter of a second.
func checkTimes(t *testing.T, dir string, out *saccade.Outputs[saccade.File], times []float64, duration float64) {
	t.Helper()
	near := cmpopts.EquateApprox(0, 1e-6)
	for _, f := range []saccade.File{out.Attention.AttentionMap, out.Attention.Overlay} {
		if diff := cmp.Diff(times, frameTimes(t, filepath.Join(dir, string(f))), near); diff != "" {
			t.Errorf("times of %s (-want +got):\n%s", f, diff)
		}
	}
	f, err := os.Open(filepath.Join(dir, string(artifact.FramesJSON)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	frames, err := artifact.ReadFrames(f)
	if err != nil {
		t.Fatal(err)
	}
	_, rows := table(t, dir)
	for i, r := range frames.Rows {
		if csv, _ := strconv.ParseFloat(rows[i][1], 64); math.Abs(r.Time-times[i]) > 1e-6 || math.Abs(csv-r.Time) > 5e-4 {
			t.Errorf("row %d: time %v in frames.json, %v in frames.csv, want %v", i, r.Time, csv, times[i])
		}
		if p := out.Focus.Timeline[i]; math.Abs(p.Time-(times[i]-times[0])) > 1e-6 {
			t.Errorf("timeline: %v", p)
		}
		if _, ok := r.AOIs["early"]; ok != (i < 3) {
			t.Errorf("row %d: the area that ends at 0.25 s: %v", i, ok)
		}
	}
	if math.Abs(out.Input.Duration-duration) > 0.002 || math.Abs(frames.Duration-duration) > 0.002 {
		t.Errorf("duration %v, in the table %v, want %v", out.Input.Duration, frames.Duration, duration)
	}
}

// TestAttentionIsBetweenTheBars: where the size of the stage changes, nothing
// falls onto the bars.
func TestAttentionIsBetweenTheBars(t *testing.T) {
	codec := []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"}
	list := ""
	for _, size := range []string{"320x180", "180x320"} {
		list += "file '" + write(t, size+".webm", made(t, append([]string{"-f", "lavfi", "-i", "testsrc2=s=" + size + ":r=5:d=1"}, codec...)...)) + "'\n"
	}
	in := made(t, "-f", "concat", "-safe", "0", "-i", write(t, "list", []byte(list)), "-c", "copy")
	dir, from := t.TempDir(), 1.0
	aois := []saccade.AOI{
		{Name: "left bar", Box: &saccade.Box{Width: 0.3, Height: 1}, From: &from},
		{Name: "between", Box: &saccade.Box{X: 0.33, Width: 0.34, Height: 1}, From: &from},
	}
	job := pipeline.Job{Path: write(t, "in.webm", in), Dir: dir, Request: saccade.Request{Kind: saccade.KindVideo, AOIs: aois, Outputs: saccade.AllOutputs(saccade.KindVideo)}}
	out, err := newAnalyzer(t).Run(context.Background(), job, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Focus.Timeline) != 10 || out.AOIs[0].Share > 0.001 || out.AOIs[1].Share < 0.95 {
		t.Errorf("%d frames, %.4f on the bar, %.4f between", len(out.Focus.Timeline), out.AOIs[0].Share, out.AOIs[1].Share)
	}
}

// declare sets the Duration, in milliseconds, of a file that ffmpeg wrote.
func declare(t *testing.T, b []byte, ms float64) []byte {
	t.Helper()
	at := bytes.Index(b, []byte{0x44, 0x89, 0x88})
	if at < 0 {
		t.Fatal("there is no Duration")
	}
	v := math.Float64bits(ms)
	for i := range 8 {
		b[at+3+i] = byte(v >> (56 - 8*i))
	}
	return b
}
