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
		fast, plain := newCells(w, h), newCells(w, h)
		got, want := fast.newMeasured(), plain.newMeasured()
		for range 3 {
			p := noisy(r, cell*w, cell*h)
			fast.measure(p, got)
			measurePlain(plain, p, want)
			for what, pair := range map[string][2]any{"gray": {plain.gray, fast.gray}, "change": {want.change, got.change}, "contrast": {want.contrast, got.contrast}} {
				if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
					t.Fatalf("%s of %d cells (-want +got):\n%s", what, w, diff)
				}
			}
		}
	}
}

// measurePlain is the definition of measure, pixel by pixel.
func measurePlain(c *cells, p *pix.RGB, m *measured) {
	clear(m.change)
	clear(m.contrast)
	for y := range p.H {
		for x := range p.W {
			four := func(x int) int {
				s := p.Pix[3*(y*p.W+x):][:3]
				return int(s[0]) + 2*int(s[1]) + int(s[2])
			}
			at, v := y/cell*c.w+x/cell, four(x)
			m.change[at] += float32(abs(v/4-int(c.gray[y*p.W+x]))) / (cell * cell)
			m.contrast[at] += float32(abs(v-four(max(x-1, 0)))) / (4 * cell * cell)
			c.gray[y*p.W+x] = uint8(v / 4)
		}
	}
}

func BenchmarkMeasureOfCells(b *testing.B) {
	c := newCells(96, 56)
	m := c.newMeasured()
	p := noisy(rand.New(rand.NewPCG(1, 2)), 4*96, 4*56)
	for b.Loop() {
		c.measure(p, m)
	}
}
