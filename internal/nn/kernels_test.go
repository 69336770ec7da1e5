package nn

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// runnable returns the sets that this machine can run.
func runnable() []*Kernels {
	var sets []*Kernels
	for _, s := range machineSets() {
		if s.usable {
			sets = append(sets, s.build())
		}
	}
	return sets
}

// TestKernels is the conformance suite: every set that this machine can run against plain Go, on the shapes of Check, on
// awkward ones and on random ones.
func TestKernels(t *testing.T) {
	for _, k := range runnable() {
		t.Run(k.Name(), func(t *testing.T) {
			if err := k.Check(); err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(1, 2))
			c := &checker{kernels: k, reference: GoKernels(), seed: 7}
			for rows := 1; rows <= 25; rows++ {
				for _, outputs := range []int{1, 8, 16, 24, 32, 40, 48, 56, 64} {
					c.gemm(gemmCase{rows, 1 + r.IntN(9), 1 + r.IntN(3), outputs, Act(r.IntN(5))})
				}
			}
			for range 60 {
				c.gemm(gemmCase{1 + r.IntN(60), 1 + r.IntN(100), 1 + r.IntN(4), 1 + r.IntN(150), Act(r.IntN(5))})
				c.depthwise(dwCase{r.IntN(4), 1 + r.IntN(30), 8 * (1 + r.IntN(20)), Act(r.IntN(5))})
				c.elements(8 * (1 + r.IntN(40)))
				c.reductions(16 * (1 + r.IntN(40)))
				c.rows(1+r.IntN(20), 8*(1+r.IntN(20)))
				c.normalize(96 * (1 + r.IntN(9)))
			}
			if c.err != nil {
				t.Fatal(c.err)
			}
		})
	}
}

// TestDepthwiseTiles: how a row is divided into tiles changes no bit.
func TestDepthwiseTiles(t *testing.T) {
	for _, k := range runnable() {
		c := &checker{kernels: k, reference: GoKernels(), seed: 3}
		for kind := range k.dw {
			single := *k
			single.dw[kind] = k.dw[kind][len(k.dw[kind])-1:]
			for width := 1; width < 40; width++ {
				const channels = 40
				size, stride := 3+kind&2, 1+kind&1
				d := packDepthwise(depthwise{kernels: k, c: channels, k: size, stride: stride, act: HardSwish},
					func(_, _, _ int) float32 { return c.fill(1)[0] }, func(int) float32 { return c.fill(1)[0] })
				rows := c.fill(size * ((width-1)*stride + size) * channels)
				var out [2][]float32
				for i, set := range []*Kernels{k, &single} {
					a := d.args(channels)
					for y := range size {
						a.rows[y] = at(rows, y*len(rows)/size)
					}
					out[i] = alloc(width * channels)
					a.out = at(out[i], 0)
					set.depthwise(&a, kind, width)
				}
				if !slices.Equal(out[0], out[1]) {
					t.Errorf("%s: kind %d, %d pixels: tiles differ from single pixels", k.Name(), kind, width)
				}
			}
		}
	}
}

// TestCheckFinds breaks each kernel in turn: the check must notice.
func TestCheckFinds(t *testing.T) {
	good := GoKernels()
	broken := map[string]func(k *Kernels){
		"gemm":      func(k *Kernels) { k.gemm = []func(*gemmArgs){func(*gemmArgs) {}} },
		"depthwise": func(k *Kernels) { k.dw[2] = []dwTile{k.dw[2][0], {1, func(*dwArgs) {}}} },
		"sigmoid":   func(k *Kernels) { k.elt[eltSigmoid] = good.elt[eltTanh] },
		"expsum":    func(k *Kernels) { k.elt[eltExpSum] = good.elt[eltAdd] },
		"widen":     func(k *Kernels) { k.row[rowWiden] = good.row[rowScale] },
		"normalize": func(k *Kernels) { k.norm = func(*normArgs) {} },
	}
	for name, spoil := range broken {
		k := GoKernels()
		spoil(k)
		if k.Check() == nil {
			t.Errorf("broken %s was not noticed", name)
		}
	}
}

func TestChoose(t *testing.T) {
	k, err := Choose("")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("chosen: %s; all: %+v", k.Name(), Sets())
	if k, err := Choose("go"); err != nil || k.Name() != "go" {
		t.Errorf("Choose(go) = %v, %v", k, err)
	}
	if _, err := Choose("mmx"); err == nil {
		t.Error("unknown kernels were accepted")
	}
}

func BenchmarkCheck(b *testing.B) {
	k, err := Choose("")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := k.Check(); err != nil {
			b.Fatal(err)
		}
	}
}
