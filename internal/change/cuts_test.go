package change

import (
	"math/rand/v2"
	"testing"

	"github.com/saccade-dev/saccade/internal/pix"
)

// noise is a smooth random image, scrolled down by dy pixels.
func noise(seed uint32, dy int) *pix.RGB {
	small := pix.New(24, 28)
	for i := range small.Pix {
		seed = seed*1664525 + 1013904223
		small.Pix[i] = byte(seed >> 24)
	}
	big := small.Scale(192, 224)
	p := pix.New(192, 112)
	copy(p.Pix, big.Pix[3*192*dy:])
	return p
}

func TestCuts(t *testing.T) {
	bright := func(p *pix.RGB, by byte) *pix.RGB {
		for i := range p.Pix {
			p.Pix[i] = p.Pix[i]/2 + by
		}
		return p
	}
	tests := map[string]struct {
		frames []*pix.RGB
		want   []bool
	}{
		"equal":     {[]*pix.RGB{noise(1, 0), noise(1, 0), noise(1, 0)}, []bool{false, false, false}},
		"cut":       {[]*pix.RGB{noise(1, 0), noise(1, 0), noise(2, 0), noise(2, 0)}, []bool{false, false, true, false}},
		"scrolling": {[]*pix.RGB{noise(1, 0), noise(1, 2), noise(1, 4), noise(1, 6)}, []bool{false, false, false, false}},
		"flash":     {[]*pix.RGB{bright(noise(1, 0), 0), bright(noise(1, 0), 100)}, []bool{false, false}},
	}
	for name, tt := range tests {
		var c Cuts
		for i, f := range tt.frames {
			if got := c.Next(f); got != tt.want[i] {
				t.Errorf("%s: frame %d: cut %v (%.1f)", name, i, got, c.mean)
			}
		}
	}
}

// TestDifferences: whole blocks are summed up as plain Go does it.
func TestDifferences(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	for n := range 200 {
		row, last := make([]byte, n), make([]byte, n)
		for i := range row {
			row[i], last[i] = byte(r.Uint32()), byte(r.Uint32())
			if n%3 == 0 {
				row[i], last[i] = -(row[i] & 1), -(last[i] & 1)
			}
		}
		rise, both, done := differenceBlocks(row, last)
		for i := range done {
			d := int(row[i]) - int(last[i])
			rise, both = rise-d, both-max(d, -d)
		}
		if rise != 0 || both != 0 {
			t.Errorf("%d bytes, %d of them in blocks: the sums are off by %d and %d", n, done, rise, both)
		}
	}
}
