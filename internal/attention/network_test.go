package attention

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/nn"
)

// kernelSets returns every set of kernels that this machine can run.
func kernelSets(t testing.TB) []*nn.Kernels {
	var sets []*nn.Kernels
	for _, s := range nn.Sets() {
		if !s.Usable || s.Check != nil {
			continue
		}
		k, err := nn.Choose(s.Name)
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, k)
	}
	return sets
}

// files returns the weights and the golden vectors.
func files(t testing.TB) (weights, golden []byte) {
	wp, gp := "weights/saccade-1.safetensors", "testdata/golden.safetensors"
	if p := os.Getenv("SACCADE_TEST_NET"); p != "" {
		wp, gp = p+".safetensors", p+"_golden.safetensors"
	}
	weights, err := os.ReadFile(wp)
	if err != nil {
		t.Fatal("no weights: ", err)
	}
	golden, err = os.ReadFile(gp)
	if err != nil {
		t.Fatal("no golden vectors: ", err)
	}
	return weights, golden
}

// TestGolden compares every kernel set with PyTorch.
func TestGolden(t *testing.T) {
	file, vectors := files(t)
	g, err := nn.Open(vectors)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kernelSets(t) {
		t.Run(k.Name(), func(t *testing.T) {
			n, err := load(file, k)
			if err != nil {
				t.Fatal(err)
			}
			for _, size := range []string{"small", "work"} {
				goldenSize(t, n, g, size)
			}
		})
	}
}

// goldenSize runs one size of golden vectors.
func goldenSize(t *testing.T, n *network, g *nn.Weights, size string) {
	shape := g.Shape(size + ".input")
	rgb, err := g.Bytes(size + ".input")
	if err != nil {
		t.Fatal(err)
	}
	for _, prior := range []Prior{PriorNatural, PriorVideo, PriorWeb, PriorNone} {
		r := n.newRunner(shape[1], shape[0])
		bias, err := n.bias(r.w, r.h, prior, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.in.RGB = rgb
		r.imageMode()
		r.apply(r.logits, bias)
		golden(t, g, size+".image.density."+string(prior), r.density, 1e-6)
		golden(t, g, size+".image.logits", r.logits, 2e-3)
		if n.gru == nil || prior != PriorNatural {
			continue
		}
		if s := size + ".video.state_in"; g.Has(s) {
			x, err := g.Floats(s)
			if err != nil {
				t.Fatal(err)
			}
			copy(r.state.Data, transpose(x, r.state.H*r.state.W))
		}
		r.recurrent.Run()
		r.decode.Run()
		r.apply(r.logits, bias)
		golden(t, g, size+".video.logits", r.logits, 2e-3)
		golden(t, g, size+".video.density."+string(prior), r.density, 1e-6)
		golden(t, g, size+".video.state_out", transpose(r.state.Data, r.state.C), 1e-4)
		before := slices.Clone(r.state.Data)
		r.encode.Run()
		if !slices.Equal(before, r.state.Data) {
			t.Error("the encoder spoils the state")
		}
	}
}

// TestSetsAgree: any two sets of kernels agree on an image within 1e-3 of a logit.
func TestSetsAgree(t *testing.T) {
	file, _ := files(t)
	var first []float32
	for _, k := range kernelSets(t) {
		n, err := load(file, k)
		if err != nil {
			t.Fatal(err)
		}
		r := n.newRunner(160, 96)
		r.in.RGB = page(160, 96, 0).Pix
		r.imageMode()
		if first == nil {
			first = r.logits
		}
		for i, v := range r.logits {
			if d := math.Abs(float64(v - first[i])); !(d <= 1e-3) {
				t.Fatalf("%s differs by %g", k.Name(), d)
			}
		}
	}
}

// transpose turns rows of n numbers into columns.
func transpose(x []float32, n int) []float32 {
	out := make([]float32, len(x))
	rows := len(x) / n
	for i, v := range x {
		out[i%n*rows+i/n] = v
	}
	return out
}

// golden compares with a golden vector if it is there.
func golden(t *testing.T, g *nn.Weights, name string, got []float32, tolerance float64) {
	t.Helper()
	if !g.Has(name) {
		if strings.HasSuffix(name, "logits") {
			t.Errorf("no golden vector %s", name)
		}
		return
	}
	want, err := g.Floats(name)
	if err != nil {
		t.Fatal(err)
	}
	worst, spread := 0.0, 0.0
	for i := range want {
		worst = max(worst, math.Abs(float64(want[i])-float64(got[i])))
		spread = max(spread, math.Abs(float64(want[i])))
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: off by %g, more than %g (values up to %g)", name, worst, tolerance, spread)
	} else {
		t.Logf("%s: off by %.2g (values up to %.3g)", name, worst, spread)
	}
}

// BenchmarkNet measures one video frame of 384x224 per kernel set.
func BenchmarkNet(b *testing.B) {
	file, _ := files(b)
	for _, k := range kernelSets(b) {
		b.Run(k.Name(), func(b *testing.B) {
			n, err := load(file, k)
			if err != nil {
				b.Fatal(err)
			}
			r := n.newRunner(384, 224)
			r.in.RGB = make([]byte, 3*384*224)
			b.ReportAllocs()
			best, before := time.Duration(math.MaxInt64), cpuTime()
			for b.Loop() {
				start := time.Now()
				r.encode.Run()
				if n.gru != nil {
					r.recurrent.Run()
				}
				r.decode.Run()
				r.softmax.Run()
				best = min(best, time.Since(start))
			}
			b.ReportMetric((cpuTime()-before).Seconds()*1000/float64(b.N), "cpu-ms/frame")
			b.ReportMetric(float64(best.Microseconds())/1000, "min-ms/frame")
		})
	}
}
