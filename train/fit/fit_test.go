package main

import (
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/train/dataset"
)

// shared is where the judged images are, seen from this directory.
const shared = "../../../shared"

// set measures a set once per test run; the test is skipped without it.
func set(t *testing.T, name string) []sample {
	t.Helper()
	if testing.Short() {
		t.Skip("measures hundreds of images; run without -short")
	}
	dir := filepath.Join(shared, "data", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the judged images are not here (%v): accuracy is not checked", err)
	}
	load, _ := sets.LoadOrStore(name, sync.OnceValues(func() ([]sample, error) { return loadSamples(dir) }))
	s, err := load.(func() ([]sample, error))()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var sets sync.Map // name to a function that measures the set once

func TestSpearman(t *testing.T) {
	if got := spearman([]float64{1, 2, 3, 4, 5}, []float64{5, 6, 7, 8, 7}); math.Abs(got-0.8208) > 1e-4 {
		t.Errorf("%.4f, want 0.8208", got)
	}
}

// TestClarityOrdersImagesLikePeople refits the weights without each fifth of
// the images and predicts that fifth. Nothing of it enters its own
// prediction: neither the weights, nor the penalty, nor the means of its category.
func TestClarityOrdersImagesLikePeople(t *testing.T) {
	s := set(t, "clarity/savoias")
	const repeats = 4
	for name, c := range map[string]struct{ network, least float64 }{"pixels": {0, 0.72}, "pixels and network": {withNetwork, 0.76}} {
		total := map[string]float64{}
		for seed := range uint64(repeats) {
			for category, r := range byCategory(s, crossValidated(s, seed, c.network)) {
				total[category] += r / repeats
			}
		}
		for _, category := range slices.Sorted(maps.Keys(total)) {
			t.Logf("SAVOIAS %s, %s: Spearman %.3f, cross-validated", category, name, total[category])
		}
		sum := meanOf(total)
		if t.Logf("SAVOIAS mean of categories, %s: Spearman %.3f, cross-validated", name, sum); sum < c.least {
			t.Errorf("%s: mean Spearman %.3f, want at least %.2f", name, sum, c.least)
		}
	}
}

// TestClarityOrdersKindsItHasNotSeen: with a whole category left out, the features of
// the network still help.
func TestClarityOrdersKindsItHasNotSeen(t *testing.T) {
	s := set(t, "clarity/savoias")
	mean := map[float64]float64{}
	for _, network := range []float64{0, withNetwork} {
		of := map[string]float64{}
		for _, v := range s {
			of[v.Category] = 0
		}
		for out := range of {
			var rest, left []sample
			for _, v := range s {
				if v.Category == out {
					left = append(left, v)
				} else {
					rest = append(rest, v)
				}
			}
			penalty := network
			if network == withNetwork {
				penalty = choose(rest)
			}
			w, predicted := ridge(rest, penalty), make([]float64, len(left))
			for i, v := range left {
				predicted[i] = -score.Weigh(w, v.terms(penalty))
			}
			of[out] = byCategory(left, predicted)[out]
		}
		mean[network] = meanOf(of)
		t.Logf("SAVOIAS, a category left out, penalty of the network %v: mean Spearman %.3f %v", network, mean[network], of)
	}
	if mean[withNetwork] <= mean[0] {
		t.Errorf("the features of the network make it worse: %.3f, without %.3f", mean[withNetwork], mean[0])
	}
}

// TestShippedScoresOnPages checks what the calibration promises of the pages.
func TestShippedScoresOnPages(t *testing.T) {
	if testing.Short() {
		t.Skip("measures 150 pages; run without -short")
	}
	files, _ := filepath.Glob(filepath.Join(shared, "data/screens/images/*"))
	if len(files) == 0 {
		t.Skip("the pages are not here: calibration is not checked")
	}
	n := len(files)
	clarity, excitingness, clutter, exciting := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	err := dataset.Each(n, func(i int) error {
		r, err := measureSeen(files[i])
		if err != nil {
			return err
		}
		clarity[i], excitingness[i] = float64(r.Clarity()), float64(r.Excitingness())
		for _, v := range r.ClarityMap().V {
			clutter[i] += float64(v)
		}
		m := r.ExcitingnessMap()
		for _, v := range m.V {
			exciting[i] += float64(v)
		}
		clutter[i] /= float64(len(m.V))
		exciting[i] /= float64(len(m.V))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("screens: mean clarity %.1f, mean excitingness %.1f", mean(clarity), mean(excitingness))
	if m := mean(clarity); m < 44 || m > 56 {
		t.Errorf("mean clarity %.1f, want 50 +- 6", m)
	}
	if m := mean(excitingness); m < 44 || m > 56 {
		t.Errorf("mean excitingness %.1f, want 50 +- 6", m)
	}
	both := spearman(clarity, excitingness)
	t.Logf("screens: Spearman of clarity and excitingness %.3f", both)
	if math.Abs(both) >= 0.7 {
		t.Errorf("clarity and excitingness are each other's mirror image: %.3f", both)
	}
	local := spearman(clarity, clutter)
	t.Logf("screens: Spearman of clarity and the mean of its map %.3f; of excitingness and its map %.3f", local, spearman(excitingness, exciting))
	if local > -0.8 {
		t.Errorf("the clarity map disagrees with the score: Spearman %.3f, want below -0.8", local)
	}
}

// measureSeen measures one image file as the program does.
func measureSeen(file string) (*score.PageMetrics, error) {
	p, err := dataset.Read(file)
	if err != nil {
		return nil, err
	}
	m, err := model()
	if err != nil {
		return nil, err
	}
	f, _, err := m.Features(p)
	return score.Measure(p).WithNetwork(m.Name(), f), err
}

// TestClarityIsNotBeauty guards against a score that measures how attractive a
// page is.
func TestClarityIsNotBeauty(t *testing.T) {
	s := set(t, "clarity/calista")
	var c score.Calibration
	readJSON(t, "../../internal/score/calibration.json", &c)
	clear, human := make([]float64, len(s)), make([]float64, len(s))
	for i, v := range s {
		clear[i], human[i] = -score.Weigh(c.Clarity.Network.Weights, v.terms(withNetwork)), v.Score
	}
	r := spearman(clear, human)
	t.Logf("calista: Spearman of clarity and attractiveness %.3f (n %d)", r, len(s))
	if math.Abs(r) > 0.4 {
		t.Errorf("clarity follows attractiveness: %.3f", r)
	}
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestExcitingnessOnPhotosAndAds reports how far the formula agrees with
// people and holds it to its acceptance rule.
func TestExcitingnessOnPhotosAndAds(t *testing.T) {
	var c score.Calibration
	readJSON(t, "../../internal/score/calibration.json", &c)
	for _, name := range []string{"excitingness/oasis", "excitingness/bad_ads"} {
		s := set(t, name)
		formula, alone, human := make([]float64, len(s)), make([]float64, len(s)), make([]float64, len(s))
		err := dataset.Each(len(s), func(i int) error {
			p, err := dataset.Read(s[i].File)
			if err != nil {
				return err
			}
			formula[i], alone[i], human[i] = c.Stimulation(s[i].features), colorfulness(p), s[i].Score
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ours, single := spearman(formula, human), spearman(alone, human)
		t.Logf("%s: Spearman %.3f (n %d); colorfulness alone %.3f", name, ours, len(s), single)
		if ours <= single || ours < 0.15 {
			t.Errorf("%s: Spearman %.3f, want above colorfulness alone (%.3f) and 0.15", name, ours, single)
		}
	}
}

// colorfulness of Hasler and Suesstrunk (2003), the single measure to beat.
func colorfulness(p *pix.RGB) float64 {
	var n, s1, s2, q1, q2 float64
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		r, g, b := float64(p.Pix[i]), float64(p.Pix[i+1]), float64(p.Pix[i+2])
		rg, yb := r-g, (r+g)/2-b
		n, s1, s2, q1, q2 = n+1, s1+rg, s2+yb, q1+rg*rg, q2+yb*yb
	}
	spread := math.Sqrt(max(q1/n-s1/n*s1/n+q2/n-s2/n*s2/n, 0))
	return spread + 0.3*math.Hypot(s1/n, s2/n)
}
