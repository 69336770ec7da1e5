package eval

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wave is a predictor for tests: a fixed pattern that depends on the first
// pixel of the image alone, on a grid of its own size (0: the image's).
type wave struct{ w, h int }

func (wave) Name() string { return "wave" }

func (v wave) Image(p *pix.RGB, _ attention.Prior) (saccade.Density, error) {
	if v.w == 0 {
		v.w, v.h = p.W, p.H
	}
	d := saccade.Density{W: v.w, H: v.h, V: make([]float32, v.w*v.h)}
	k := float64(p.Pix[0])
	for i := range d.V {
		x, y := float64(i%v.w)/float64(v.w), float64(i/v.w)/float64(v.h)
		d.V[i] = float32(1.2 + math.Sin(9*x+k)*math.Cos(7*y-k))
	}
	d.Normalize()
	return d, nil
}

func (wave) NewStream(int, int, attention.Prior) (attention.Stream, error) {
	return nil, errors.New("no streams here")
}

// size of the synthetic stimuli.
type size struct{ w, h int }

// synthetic writes a set of n stimuli with 5 observers of 6 fixations each,
// all from formulas.
func synthetic(t *testing.T, n int, s size) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "waves")
	makeDir(t, filepath.Join(dir, "stimuli"))
	stimuli, fixations := "stimulus,width,height,px_per_degree,n_fixations,tag\n", "stimulus,observer,index,x,y\n"
	for k := range n {
		name := fmt.Sprintf("s%02d", k)
		stimuli += fmt.Sprintf("%s,%d,%d,%.2f,30,\n", name, s.w, s.h, 4+0.3*float64(k))
		for i := range 30 {
			a := float64(i*i*7+k*13+i*3) / 5
			x, y := 0.5+0.42*math.Sin(a), 0.5+0.4*math.Cos(1.7*a+float64(k))
			fixations += fmt.Sprintf("%s,%d,%d,%.4f,%.4f\n", name, i%5, i/5, x, y)
		}
		img := image.NewNRGBA(image.Rect(0, 0, s.w, s.h))
		for i := range img.Pix {
			img.Pix[i] = 255
		}
		img.SetNRGBA(0, 0, color.NRGBA{uint8(k * 11), 9, 9, 255})
		writePNG(t, filepath.Join(dir, "stimuli", name+".png"), img)
	}
	write(t, filepath.Join(dir, "stimuli.csv"), stimuli)
	write(t, filepath.Join(dir, "fixations.csv"), fixations)
	return dir
}

func makeDir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func writePNG(t *testing.T, path string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	write(t, path, b.String())
}

// quick returns a configuration with few resamples, changed by the functions.
func quick(changes ...func(*Config)) Config {
	c := DefaultConfig()
	c.Resamples = 10
	for _, change := range changes {
		change(&c)
	}
	return c
}

// alone leaves the observers out and takes one part of the set.
func alone(s Split) func(*Config) { return func(c *Config) { c.NoObservers, c.Split = true, s } }

func run(t *testing.T, dir string, cfg Config, predictors ...attention.Predictor) *Report {
	t.Helper()
	set, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), set, predictors, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// means lists the means of a row in the order of Metrics; NaN where absent.
func means(r *Report, name string) []float64 {
	for _, row := range r.Rows {
		if row.Name != name {
			continue
		}
		var out []float64
		for _, m := range Metrics() {
			e, ok := row.Metrics[m]
			if !ok {
				e.Mean = math.NaN()
			}
			out = append(out, e.Mean)
		}
		return out
	}
	return nil
}

func TestRun(t *testing.T) {
	dir := synthetic(t, 12, size{96, 64})
	var calls []int
	workers := func(n int) func(*Config) { return func(c *Config) { c.Workers, c.Resamples = n, 200 } }
	cfg := quick(workers(3), func(c *Config) {
		c.Progress = func(done, total int) { calls = append(calls, done*100+total) }
	})
	r := run(t, dir, cfg, wave{}, wave{24, 16})
	if len(calls) != 12 || calls[11] != 1212 {
		t.Errorf("progress was reported as %v", calls)
	}
	if r.Stimuli != 12 || r.Fixations != 360 || r.Truth != "fixations" || r.Split != SplitAll {
		t.Errorf("report %+v", r)
	}
	again := run(t, dir, quick(workers(1)), wave{}, wave{24, 16})
	if diff := cmp.Diff(r, again, cmp.AllowUnexported(Report{}, Row{}), cmpopts.EquateNaNs()); diff != "" {
		t.Error("the order of work changes the figures:", diff)
	}
	for _, row := range r.Rows {
		for m, e := range row.Metrics {
			if !(e.Low <= e.Mean && e.Mean <= e.High) || e.N != 12 {
				t.Errorf("%s %s: %+v", row.Name, m, e)
			}
		}
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"inter-observer (leave-one-out)", "center prior", "NSS", "12 images (all), 360 fixations"} {
		if !strings.Contains(r.Table(), want) {
			t.Errorf("the table lacks %q:\n%s", want, r.Table())
		}
	}
	if n := strings.Count(r.Markdown(), "\n"); n != 2+5 {
		t.Errorf("%d lines of Markdown:\n%s", n, r.Markdown())
	}
	var b bytes.Buffer
	if err := WritePerImage(&b, r, r); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 1+2*5*12 {
		t.Errorf("%d lines per image", n)
	}
}

func TestSplits(t *testing.T) {
	dir := synthetic(t, 12, size{32, 32})
	for split, want := range map[Split]int{SplitAll: 12, SplitVal: 2, SplitTrain: 10} {
		if r := run(t, dir, quick(alone(split))); r.Stimuli != want {
			t.Errorf("split %q has %d stimuli, want %d", split, r.Stimuli, want)
		}
	}
	set, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(context.Background(), set, nil, quick(alone("half"))); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("an unknown split gives %v", err)
	}
}

func TestRunStops(t *testing.T) {
	dir := synthetic(t, 12, size{32, 32})
	set, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = Run(ctx, set, nil, quick(alone(SplitAll), func(c *Config) { c.Workers, c.Progress = 1, func(int, int) { cancel() } }))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled run: %v", err)
	}
	write(t, set.Stimuli[3].Image, "no image")
	_, err = Run(context.Background(), set, []attention.Predictor{wave{}}, quick())
	if !saccade.IsCode(err, saccade.CodeInvalidInput) || !strings.Contains(err.Error(), "s03.png") {
		t.Errorf("a damaged image: %v", err)
	}
}

// golden was computed by the reference script (numpy 1.24, scipy 1.10) on
// synthetic(6, 128x128) with the maps of wave: NSS CC AUC-J sAUC KLD SIM IG.
var golden = map[string][]float64{
	"wave":                           {0.0178, 0.0026, 0.5043, 0.5081, 1.3479, 0.3705, -0.6111},
	"inter-observer (leave-one-out)": {1.0484, math.NaN(), 0.7199, 0.6439, math.NaN(), math.NaN(), -0.6548},
}

func TestGolden(t *testing.T) {
	r := run(t, synthetic(t, 6, size{128, 128}), quick(), wave{})
	for name, want := range golden {
		got := means(r, name)
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 2e-4), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestAgreesWithReferenceScript compares with the Python definitions where they
// and numpy are at hand.
func TestAgreesWithReferenceScript(t *testing.T) {
	script, err := filepath.Abs("../../../shared/model/saliency_eval.py")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(script); err != nil {
		t.Skip("the reference script ../shared/model/saliency_eval.py is not here")
	}
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import numpy, scipy, cv2").Run(); err != nil {
		t.Skip(python, "lacks numpy, scipy or cv2:", err)
	}
	for _, c := range []struct {
		name  string
		size  size
		model wave
	}{{"same size", size{128, 128}, wave{}}, {"coarse model", size{160, 144}, wave{37, 29}}, {"fine model", size{144, 130}, wave{220, 200}}} {
		t.Run(c.name, func(t *testing.T) {
			dir := synthetic(t, 6, c.size)
			got := run(t, dir, quick(), c.model)
			want := reference(t, python, script, dir, c.model)
			for _, name := range []string{"wave", "inter-observer (leave-one-out)"} {
				if diff := cmp.Diff(want[name], means(got, name), cmpopts.EquateApprox(0, 2e-4), cmpopts.EquateNaNs()); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				t.Logf("%s: %.5f", name, want[name])
			}
		})
	}
}

// reference runs the script on the maps of the model.
func reference(t *testing.T, python, script, dir string, m wave) map[string][]float64 {
	t.Helper()
	set, err := LoadSet(dir)
	if err != nil {
		t.Fatal(err)
	}
	maps := filepath.Join(t.TempDir(), "wave")
	if err := os.Mkdir(maps, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range set.Stimuli {
		p, err := readImage(&set.Stimuli[i])
		if err != nil {
			t.Fatal(err)
		}
		d, _ := m.Image(p, attention.PriorNone)
		writeNPY(t, filepath.Join(maps, set.Stimuli[i].Name+".npy"), d)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, python, script, dir, maps, "--humans", "--tsv").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got := map[string][]float64{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 10 {
			continue
		}
		v := make([]float64, 7) // AUC-J sAUC NSS CC KLD SIM IG
		for i, s := range f[3:] {
			if v[i], err = strconv.ParseFloat(s, 64); err != nil {
				t.Fatal(err)
			}
		}
		name := f[1]
		if strings.Contains(name, "leave-one-out") {
			name = "inter-observer (leave-one-out)"
		}
		got[name] = []float64{v[2], v[3], v[0], v[1], v[4], v[5], v[6]}
	}
	return got
}

func writeNPY(t *testing.T, path string, d saccade.Density) {
	t.Helper()
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", d.H, d.W)
	head += strings.Repeat(" ", 127-(10+len(head))%64-63) + "\n"
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
	b = append(b, head...)
	for _, v := range d.V {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	write(t, path, string(b))
}
