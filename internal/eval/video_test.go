package eval

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pix"
)

// drift is a predictor for tests: a pattern on a grid of its own size that
// moves with time in video mode and stands still in image mode.
type drift struct{ w, h int }

func (drift) Name() string { return "drift" }

func (v drift) at(seconds float64) saccade.Density {
	d := saccade.Density{W: v.w, H: v.h, V: make([]float32, v.w*v.h)}
	for i := range d.V {
		x, y := (float64(i%v.w)+0.5)/float64(v.w), (float64(i/v.w)+0.5)/float64(v.h)
		d.V[i] = float32(1.3 + math.Sin(8*x+2*seconds)*math.Cos(6*y-3*seconds))
	}
	d.Normalize()
	return d
}

func (v drift) Image(*pix.RGB, attention.Prior) (saccade.Density, error) { return v.at(0.3), nil }

func (v drift) NewStream(w, h int, _ attention.Prior) (attention.Stream, error) {
	return driftStream{v, w, h}, nil
}

type driftStream struct {
	drift
	width, height int
}

func (s driftStream) Size() (w, h int) { return s.width, s.height }

func (s driftStream) Next(_ *pix.RGB, pts time.Duration) (saccade.Density, error) {
	return s.at(pts.Seconds()), nil
}

// blank is a video without content.
type blank struct {
	size   image.Point
	frames int
	frame  time.Duration
	next   int
	fail   error // instead of the last frame
	closed *int
}

func (b *blank) Next() (*image.YCbCr, time.Duration, error) {
	if b.next >= b.frames {
		if b.fail != nil {
			return nil, 0, b.fail
		}
		return nil, 0, io.EOF
	}
	b.next++
	// Containers need not begin at zero.
	return image.NewYCbCr(image.Rectangle{Max: b.size}, image.YCbCrSubsampleRatio420), 70*time.Millisecond + time.Duration(b.next-1)*b.frame, nil
}

func (b *blank) Close() error { *b.closed++; return nil }

// clips is the number of synthetic clips, of 40 frames at 25 a second.
const clips, clipFrames = 4, 40

// syntheticVideos writes a set of clips with 6 observers, all from formulas. The
// video files are empty: tests decode with an opener of their own.
func syntheticVideos(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "drifts")
	makeDir(t, filepath.Join(dir, "videos"))
	videos := "video,width,height,fps,frames,duration_s,observers,fixations\n"
	fixations := "video,observer,onset_ms,duration_ms,x,y\n"
	for k := range clips {
		name := fmt.Sprintf("c%d.webm", k)
		videos += fmt.Sprintf("%s,320,180,25,%d,%.1f,6,48\n", name, clipFrames, float64(clipFrames)/25)
		for o := range 6 {
			for i := range 8 {
				a := float64(k*17+o*5+i*3) / 4
				x, y := 0.5+0.53*math.Sin(a+0.3*float64(i)), 0.5+0.38*math.Cos(1.3*a)
				fixations += fmt.Sprintf("%s,p%d,%d,%d,%.4f,%.4f\n", name, o, 200*i+13*o-10, 150+20*(o%3), x, y)
			}
		}
		write(t, filepath.Join(dir, "videos", name), "")
	}
	write(t, filepath.Join(dir, "videos.csv"), videos)
	write(t, filepath.Join(dir, "fixations.csv"), fixations)
	return dir
}

// opener opens blank clips and counts those that are closed.
func opener(closed *int, fail error) Opener {
	return func(context.Context, string) (FrameReader, error) {
		return &blank{size: image.Pt(320, 180), frames: clipFrames, frame: 40 * time.Millisecond, fail: fail, closed: closed}, nil
	}
}

func runVideo(t *testing.T, dir string, cfg Config, predictors ...attention.Predictor) *Report {
	t.Helper()
	set, err := LoadVideoSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	var closed int
	cfg.Workers = 1
	r, err := RunVideo(context.Background(), set, opener(&closed, nil), predictors, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if closed != r.Stimuli {
		t.Errorf("%d of %d clips were closed", closed, r.Stimuli)
	}
	return r
}

// goldenVideo was computed by the reference script (numpy 1.24, scipy 1.10,
// figures printed with six digits) on syntheticVideos with the maps of drift on
// three grids: NSS, CC, AUC-J, SIM.
var goldenVideo = map[string][]float64{
	"96x56":     {0.087673, 0.018910, 0.517985, 0.080886},
	"200x120":   {0.087827, 0.018921, 0.518031, 0.080888},
	"56x96":     {0.087663, 0.018896, 0.517968, 0.080886},
	"center":    {-0.212839, -0.032488, 0.421624, 0.064192},
	"observers": {-0.153698, math.NaN(), 0.462390, math.NaN()},
}

func TestGoldenVideo(t *testing.T) {
	dir := syntheticVideos(t)
	for _, d := range []drift{{96, 56}, {200, 120}, {56, 96}} {
		r := runVideo(t, dir, quick(), d)
		for row, name := range map[string]string{"drift, video mode": fmt.Sprintf("%dx%d", d.w, d.h), "center": "center", "inter-observer (leave-one-out)": "observers"} {
			m := means(r, row)
			got := []float64{m[0], m[1], m[2], m[5]}
			if diff := cmp.Diff(goldenVideo[name], got, cmpopts.EquateApprox(0, 5e-6), cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("%s %s: %s", row, name, diff)
			}
		}
	}
}

// TestVideoAgreesWithReferenceScript compares with the Python script where it
// and numpy are at hand.
func TestVideoAgreesWithReferenceScript(t *testing.T) {
	script, err := filepath.Abs("../../../shared/model/video_eval.py")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(script); err != nil {
		t.Skip("the reference script ../shared/model/video_eval.py is not here")
	}
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import numpy, scipy").Run(); err != nil {
		t.Skip(python, "lacks numpy or scipy:", err)
	}
	dir := syntheticVideos(t)
	for _, d := range []drift{{96, 56}, {200, 120}, {56, 96}} {
		t.Run(fmt.Sprintf("%dx%d", d.w, d.h), func(t *testing.T) {
			maps := filepath.Join(t.TempDir(), "drift")
			writeDrift(t, maps, d)
			out, err := exec.Command(python, script, dir, maps, "centre", "--humans").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			r := runVideo(t, dir, quick(), d)
			for line, row := range map[string]string{"drift": "drift, video mode", "centre": "center", "people, leave one out": "inter-observer (leave-one-out)"} {
				want, got := figures(t, string(out), line), means(r, row)
				for name, k := range map[string]int{"NSS": 0, "CC": 1, "AUC-J": 2, "sAUC": 3, "SIM": 5} {
					tolerance := 6e-4 // the script prints three digits
					if name == "sAUC" {
						tolerance = 0.02 // and draws its negatives
					}
					if w, ok := want[name]; ok && !(math.Abs(w-got[k]) <= tolerance) {
						t.Errorf("%s: %s is %.4f, the script says %.3f", row, name, got[k], w)
					}
				}
			}
		})
	}
}

// writeDrift writes what `saccade analyze` would of the clips.
func writeDrift(t *testing.T, maps string, d drift) {
	t.Helper()
	for k := range clips {
		dir := filepath.Join(maps, fmt.Sprintf("c%d", k))
		makeDir(t, dir)
		head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }", clipFrames, d.h, d.w)
		head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n"
		b := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
		b = append(b, head...)
		times := "time\n"
		for n := range clipFrames {
			at := float64(n) * 0.04
			times += fmt.Sprintf("%.3f\n", at)
			for _, v := range d.at(at).V {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
		}
		write(t, filepath.Join(dir, "density.npy"), string(b))
		write(t, filepath.Join(dir, "frames.csv"), times)
	}
}

// figures finds "NAME number" pairs in the line of the script's output that
// begins with a name.
func figures(t *testing.T, out, name string) map[string]float64 {
	t.Helper()
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, name) {
			continue
		}
		got := map[string]float64{}
		for _, m := range regexp.MustCompile(`(NSS|CC|AUC-J|sAUC|SIM) (-?[0-9.]+)`).FindAllStringSubmatch(line, -1) {
			v, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			got[m[1]] = v
		}
		return got
	}
	t.Fatalf("no line of %q in\n%s", name, out)
	return nil
}

func TestRunVideo(t *testing.T) {
	dir := syntheticVideos(t)
	var last, total int
	cfg := quick(func(c *Config) {
		c.Resamples, c.Step = 100, 4
		c.Progress = func(done, all int) {
			if done < last {
				t.Errorf("progress goes back from %d to %d", last, done)
			}
			last, total = done, all
		}
	})
	r := runVideo(t, dir, cfg, drift{40, 30})
	if last != total || total != 4*1600 {
		t.Errorf("progress ends at %d of %d", last, total)
	}
	if r.Stimuli != clips || r.Frames != 36 || // some frames have fewer than three fixations
		r.Step != 4 {
		t.Errorf("%d clips, %d frames, step %d", r.Stimuli, r.Frames, r.Step)
	}
	for _, row := range r.Rows {
		for m, e := range row.Metrics {
			if !(e.Low <= e.Mean && e.Mean <= e.High) || e.N != clips {
				t.Errorf("%s %s: %+v", row.Name, m, e)
			}
		}
	}
	if ig := means(r, "video prior")[6]; math.Abs(ig) > 0.02 {
		t.Errorf("the video prior gains %g bits over itself", ig)
	}
	for _, want := range []string{"4 clips (all)", "drift, image mode", "video prior", "paired"} {
		if !strings.Contains(r.Table(), want) {
			t.Errorf("the table lacks %q:\n%s", want, r.Table())
		}
	}
	if len(r.Differences) != 3 {
		t.Fatalf("differences %+v", r.Differences)
	}
	d := r.Differences[0]
	v, i := means(r, "drift, video mode"), means(r, "drift, image mode")
	if d.Versus != "drift, image mode" || math.Abs(d.Metrics[MetricNSS].Mean-(v[0]-i[0])) > 1e-9 || d.Ahead[MetricNSS] < 0 || d.N != clips {
		t.Errorf("%+v", d)
	}
	var b bytes.Buffer
	if err := WritePerImage(&b, r); err != nil || strings.Count(b.String(), "\n") != 1+5*clips {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestRunVideoFails(t *testing.T) {
	set, err := LoadVideoSet(syntheticVideos(t))
	if err != nil {
		t.Fatal(err)
	}
	var closed int
	damaged := saccade.Errorf(saccade.CodeUnreadableVideo, "The video is damaged.")
	_, err = RunVideo(context.Background(), set, opener(&closed, damaged), []attention.Predictor{drift{8, 8}}, quick())
	if err == nil || !strings.Contains(err.Error(), "videos/c") || !strings.Contains(err.Error(), "damaged") || closed == 0 {
		t.Errorf("a damaged clip: %v, %d closed", err, closed)
	}
	set.Clips[0].Width, set.Clips[0].Height = 90, 160
	_, err = RunVideo(context.Background(), set, opener(&closed, nil), []attention.Predictor{drift{8, 8}}, quick(func(c *Config) { c.Workers = 1 }))
	if err == nil || !strings.Contains(err.Error(), "another shape") {
		t.Errorf("a clip of another shape: %v", err)
	}
	set.Clips[0].Width, set.Clips[0].Height = 320, 180
	ctx, cancel := context.WithCancel(context.Background())
	_, err = RunVideo(ctx, set, opener(&closed, nil), nil, quick(func(c *Config) { c.Progress = func(int, int) { cancel() } }))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled run: %v", err)
	}
	for i := range set.Clips {
		set.Clips[i].Fixations = set.Clips[i].Fixations[:2]
	}
	_, err = RunVideo(context.Background(), set, opener(&closed, nil), nil, quick())
	if !saccade.IsCode(err, saccade.CodeInvalidInput) || !strings.Contains(err.Error(), "too few observers") {
		t.Errorf("clips that nobody watched: %v", err)
	}
}

func TestConfigReportsAllFaults(t *testing.T) {
	err := Config{Prior: "sideways", Split: "half", Step: -1}.Validate()
	for _, want := range []string{"--prior", "--split", "--jobs", "--resamples", "--step"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not reported: %v", want, err)
		}
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}
