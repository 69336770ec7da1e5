package attention_test

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pix"
)

// page draws boxes on white, as pages are made; photo draws smooth noise.
func page() *pix.RGB {
	m := image.NewNRGBA(image.Rect(0, 0, 640, 400))
	for y := range 400 {
		for x := range 640 {
			c := color.NRGBA{255, 255, 255, 255}
			if y < 60 || (x/80)%3 == 1 && (y/50)%2 == 1 {
				c = color.NRGBA{30, 60, 120, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return pix.FromImage(m)
}

func photo() *pix.RGB {
	p, seed := pix.New(64, 40), uint32(1)
	for i := range p.Pix {
		seed = seed*1664525 + 1013904223
		p.Pix[i] = byte(seed >> 24)
	}
	return p.Scale(640, 400)
}

func TestPageProbabilitySeparatesPagesFromPhotographs(t *testing.T) {
	if s := attention.PageProbability(page()); s < 0.8 {
		t.Errorf("a drawn page: %.2f", s)
	}
	if s := attention.PageProbability(photo()); s > 0.2 {
		t.Errorf("smooth noise: %.2f", s)
	}
	if s := attention.PageProbability(pix.New(1, 9)); s != 0.5 {
		t.Errorf("one column: %.2f", s)
	}
}

func TestPageProbabilityOnRealImages(t *testing.T) {
	share := func(dir string) (right int, n int) {
		names, _ := filepath.Glob(filepath.Join("../../../shared/data", dir, "*.jpg"))
		for i := 0; i < len(names); i += 10 {
			b, err := os.ReadFile(names[i])
			if err != nil {
				t.Fatal(err)
			}
			m, _, err := pix.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			n++
			if attention.PageProbability(pix.FromImage(m)) > 0.5 {
				right++
			}
		}
		return right, n
	}
	pages, n := share("screens/images")
	if n == 0 {
		t.Skip("no ../shared/data beside the repository: the real images are not there")
	}
	photos, m := share("attention/osie/stimuli")
	t.Logf("taken for pages: %d of %d pages, %d of %d photographs", pages, n, photos, m)
	if 10*pages < 8*n || 10*photos > 2*m {
		t.Error("pages and photographs are not distinguished")
	}
}
