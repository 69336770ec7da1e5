package main

import (
	"bytes"
	"math"
	"os/exec"
	"testing"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ood"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/train/ood/kinds"
)

func outside(t *testing.T, p *pix.RGB) bool {
	t.Helper()
	m, err := attention.ByName(attention.NeuralName)
	if err != nil {
		t.Fatal(err)
	}
	features, small, err := m.(attention.Examiner).Features(p)
	if err != nil {
		t.Fatal(err)
	}
	return ood.Outside(features, small)
}

// TestDrawnKindsAreOutside: of every kind nine of ten images with seeds that no fit has
// seen count as outside, and of no family fewer than half.
func TestDrawnKindsAreOutside(t *testing.T) {
	if testing.Short() {
		t.Skip("predicts 196 images; run without -short")
	}
	const each = 4
	found, all := map[string]int{}, map[string]int{}
	for _, f := range kinds.All() {
		n := 0
		for k := range uint64(each) {
			p, err := asFile(f, 10_000+k)
			if err != nil {
				t.Fatal(err)
			}
			if outside(t, p) {
				n++
			}
		}
		if found[f.Kind], all[f.Kind] = found[f.Kind]+n, all[f.Kind]+each; 2*n < each {
			t.Errorf("%s %s: %d of %d are outside", f.Kind, f.Name, n, each)
		}
	}
	for kind, n := range found {
		t.Logf("%s: %d of %d", kind, n, all[kind])
		if 10*n < 9*all[kind] {
			t.Errorf("%s: %d of %d are outside, want 90 %%", kind, n, all[kind])
		}
	}
}

// TestCardsOfFFmpegAreOutside: test cards that others drew, of which no fit has seen any.
func TestCardsOfFFmpegAreOutside(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	found, all := 0, 0
	for _, name := range []string{"testsrc", "testsrc2", "smptebars", "smptehdbars", "rgbtestsrc", "yuvtestsrc", "pal75bars", "pal100bars"} {
		for _, size := range []string{"640x480", "1280x720"} {
			b, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", name+"=s="+size, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-").Output()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			m, _, err := pix.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if all++; outside(t, pix.FromImage(m)) {
				found++
			} else {
				t.Logf("%s %s passes unnoticed", name, size)
			}
		}
	}
	if t.Logf("%d of %d", found, all); 10*found < 9*all {
		t.Errorf("%d of %d test cards are outside, want 90 %%", found, all)
	}
}

// TestFit: two classes that lie apart are told apart, and the fit is the same twice.
func TestFit(t *testing.T) {
	var s []sample
	for i := range 40 {
		x := make([]float64, attention.FeatureCount+1)
		x[i%7], x[attention.FeatureCount] = 1, math.Sin(float64(i))
		kind := photo
		if i%2 == 0 {
			kind, x[9] = kinds.Card, 1
		}
		s = append(s, sample{Kind: kind, X: x})
	}
	a, b := fit(s), fit(s)
	for _, v := range s {
		odds := a.LogOdds(v.X)
		if (odds > 0) != (v.Kind == kinds.Card) {
			t.Errorf("%s: log-odds %.2f", v.Kind, odds)
		}
		if odds != b.LogOdds(v.X) {
			t.Error("another fit the second time")
		}
	}
}

// TestDrawAgain: an image is a function of family, seed and size.
func TestDrawAgain(t *testing.T) {
	for _, f := range kinds.All() {
		a, b, c := f.Draw(7, 48, 32), f.Draw(7, 48, 32), f.Draw(8, 48, 32)
		if !bytes.Equal(a.Pix, b.Pix) || bytes.Equal(a.Pix, c.Pix) {
			t.Errorf("%s %s: not a function of its seed", f.Kind, f.Name)
		}
	}
}

func TestWilson(t *testing.T) {
	if low, high := wilson(5, 100); math.Abs(low-0.0215) > 1e-3 || math.Abs(high-0.1118) > 1e-3 {
		t.Errorf("%.4f..%.4f, want 0.0215..0.1118", low, high)
	}
}
