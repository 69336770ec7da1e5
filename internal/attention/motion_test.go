package attention

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/pix"
)

// noisy is a frame of random pixels; some are the darkest and the lightest.
func noisy(r *rand.Rand, w, h int) *pix.RGB {
	p := pix.New(w, h)
	for i := range p.Pix {
		p.Pix[i] = byte(min(max(int(r.Uint32()%400)-70, 0), 255))
	}
	return p
}

// TestMeasureOfCells: change and contrast by the kernel are those of their definition, at
// every width.
func TestMeasureOfCells(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for w := 1; w < 40; w++ {
		const h = 3
		fast, plain := newMotion(w, h, 1), newMotion(w, h, 1)
		for range 3 {
			p := noisy(r, cell*w, cell*h)
			fast.measure(p)
			measurePlain(plain, p)
			for what, pair := range map[string][2]any{"gray": {plain.gray, fast.gray}, "change": {plain.change, fast.change}, "contrast": {plain.contrast, fast.contrast}} {
				if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
					t.Fatalf("%s of %d cells (-want +got):\n%s", what, w, diff)
				}
			}
		}
	}
}

// measurePlain is the definition of measure, pixel by pixel.
func measurePlain(m *motion, p *pix.RGB) {
	clear(m.change)
	clear(m.contrast)
	for y := range p.H {
		for x := range p.W {
			four := func(x int) int {
				c := p.Pix[3*(y*p.W+x):][:3]
				return int(c[0]) + 2*int(c[1]) + int(c[2])
			}
			at, v := y/cell*m.w+x/cell, four(x)
			m.change[at] += float32(abs(v/4-int(m.gray[y*p.W+x]))) / (cell * cell)
			m.contrast[at] += float32(abs(v-four(max(x-1, 0)))) / (4 * cell * cell)
			m.gray[y*p.W+x] = uint8(v / 4)
		}
	}
}

func BenchmarkMeasureOfCells(b *testing.B) {
	m := newMotion(96, 56, 1)
	p := noisy(rand.New(rand.NewPCG(1, 2)), 4*96, 4*56)
	for b.Loop() {
		m.measure(p)
	}
}
