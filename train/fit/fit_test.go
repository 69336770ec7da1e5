package main

import (
	"cmp"
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

// ranks with ties given their mean.
func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	out := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j+1 < len(order) && v[order[j+1]] == v[order[i]] {
			j++
		}
		for k := i; k <= j; k++ {
			out[order[k]] = float64(i+j) / 2
		}
		i = j + 1
	}
	return out
}

func spearman(a, b []float64) float64 {
	a, b = ranks(a), ranks(b)
	ma, mb := mean(a), mean(b)
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	return ab / math.Sqrt(aa*bb)
}

func TestSpearman(t *testing.T) {
	if got := spearman([]float64{1, 2, 3, 4, 5}, []float64{5, 6, 7, 8, 7}); math.Abs(got-0.8208) > 1e-4 {
		t.Errorf("%.4f, want 0.8208", got)
	}
}

// byCategory is the Spearman correlation inside each category.
func byCategory(s []sample, predicted []float64) map[string]float64 {
	p, h := map[string][]float64{}, map[string][]float64{}
	for i, v := range s {
		p[v.Category] = append(p[v.Category], predicted[i])
		h[v.Category] = append(h[v.Category], v.Score)
	}
	out := map[string]float64{}
	for c := range p {
		out[c] = spearman(p[c], h[c])
	}
	return out
}

// TestClarityOrdersImagesLikePeople refits the weights without each fifth of
// the images and predicts that fifth. Nothing of it enters its own
// prediction: neither the weights nor the means of its category.
func TestClarityOrdersImagesLikePeople(t *testing.T) {
	s := set(t, "clarity/savoias")
	const repeats = 4
	total := map[string]float64{}
	for seed := range uint64(repeats) {
		predicted := crossValidated(s, seed)
		for c, r := range byCategory(s, predicted) {
			total[c] += r / repeats
		}
	}
	var sum float64
	for _, c := range slices.Sorted(maps.Keys(total)) {
		t.Logf("SAVOIAS %s: Spearman %.3f, cross-validated", c, total[c])
		sum += total[c] / float64(len(total))
	}
	t.Logf("SAVOIAS mean of categories: Spearman %.3f, cross-validated", sum)
	if sum < 0.72 {
		t.Errorf("mean Spearman %.3f, want at least 0.72", sum)
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
		r, err := measure(files[i])
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

// TestClarityIsNotBeauty guards against a score that measures how attractive a
// page is.
func TestClarityIsNotBeauty(t *testing.T) {
	s := set(t, "clarity/calista")
	var c score.Calibration
	readJSON(t, "../../internal/score/calibration.json", &c)
	clear, human := make([]float64, len(s)), make([]float64, len(s))
	for i, v := range s {
		clear[i], human[i] = -c.Complexity(v.features), v.Score
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
