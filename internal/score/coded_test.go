package score

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/pix"
)

// noisy is an image of random blocks, lines and noise, up to the strongest one.
func noisy(r *rand.Rand, w, h int) *pix.RGB {
	p := pix.New(w, h)
	strength, side := r.IntN(256), 1+r.IntN(24)
	colors := [3][3]int{}
	for i := range colors {
		colors[i] = [3]int{r.IntN(256), r.IntN(256), r.IntN(256)}
	}
	for i := range p.Pix {
		x, y := i/3%w, i/3/w
		v := colors[(x/side*7+y/side*3)%3][i%3]
		if strength > 40 {
			v += r.IntN(2*strength+1) - strength
		}
		p.Pix[i] = uint8(min(max(v, 0), 255))
	}
	return p
}

// TestCodedSize counts as many bytes as image/jpeg writes.
func TestCodedSize(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := new(scratch)
	for i := range 300 {
		p := noisy(r, 1+r.IntN(100), 1+r.IntN(100))
		m := image.NewYCbCr(image.Rect(0, 0, p.W, p.H), image.YCbCrSubsampleRatio420)
		for j := range p.W * p.H {
			x, y, c := j%p.W, j/p.W, p.Pix[3*j:][:3]
			red, green, blue := int(c[0]), int(c[1]), int(c[2])
			m.Y[m.YOffset(x, y)] = uint8((19595*red + 38470*green + 7471*blue + 1<<15) >> 16)
			if x%2 == 0 && y%2 == 0 {
				m.Cb[m.COffset(x, y)] = uint8(min(max((-11056*red-21712*green+32768*blue+257<<15-1)>>16, 0), 255))
				m.Cr[m.COffset(x, y)] = uint8(min(max((32768*red-27440*green-5328*blue+257<<15-1)>>16, 0), 255))
			}
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 75}); err != nil {
			t.Fatal(err)
		}
		if got, want := s.jpegBits(p), 8*float64(b.Len())/float64(p.W*p.H); got != want {
			t.Errorf("image %d, %d x %d: %g bits a pixel, want %g", i, p.W, p.H, got, want)
		}
	}
}

// TestBlockKernel: the kernel makes the coefficients of plain Go, extreme ones too.
func TestBlockKernel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	tables := jpegTables()
	for i := range 20000 {
		var src [8 * 11]byte
		for j := range src {
			switch src[j] = byte(r.Uint32()); i % 3 {
			case 0:
				src[j] = -(src[j] & 1)
			case 1:
				src[j] = src[0] + src[j]%5
			}
		}
		var got, want [64]int16
		zeros, ok := codeBlockFast(&got, src[:], 11, &tables.quant[i%2])
		if !ok {
			t.Skip("no kernel for this processor")
		}
		if all := codeBlockPlain(&want, src[:], 11, &tables.quant[i%2]); zeros != all || got != want {
			t.Fatalf("zeros %x, want %x; coefficients %s", zeros, all, cmp.Diff(want, got))
		}
	}
}

// TestMeasureEqualsPlainGo: every measure and map is the same without kernels.
func TestMeasureEqualsPlainGo(t *testing.T) {
	if !fast {
		t.Skip("no kernels for this processor")
	}
	defer func() { fast = true }()
	r := rand.New(rand.NewPCG(7, 8))
	for _, size := range [][2]int{{446, 251}, {334, 335}, {37, 3000}, {1, 1}, {2, 5}, {9000, 12}, {400, 280}, {17, 6588}} {
		p := noisy(r, size[0], size[1])
		var got [2]*PageMetrics
		for i := range got {
			fast = i == 0
			got[i] = Measure(p)
		}
		if d := cmp.Diff(got[1].Features(), got[0].Features()); d != "" {
			t.Errorf("%v: the kernels measure otherwise: %s", size, d)
		}
		for i, maps := range [2]func(*PageMetrics) *pix.Plane{(*PageMetrics).ClarityMap, (*PageMetrics).ExcitingnessMap} {
			if d := cmp.Diff(maps(got[1]), maps(got[0])); d != "" {
				t.Errorf("%v: map %d of the kernels: %s", size, i, d)
			}
		}
	}
}

// TestHue: bins are those of the angle itself, near their ends too.
func TestHue(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for i := range 200000 {
		a, b := float64(float32(r.NormFloat64()*50)), float64(float32(r.NormFloat64()*50))
		switch i % 8 {
		case 0:
			b = float64(float32(a * (math.Sqrt2 - 1)))
		case 1:
			b = -a
		case 2:
			b = float64(float32(-a * (math.Sqrt2 + 1)))
		case 3:
			a, b = float64(i%3-1), float64(i/3%3-1)
		case 4:
			a *= 1e-8
		}
		if got, want := hue(a, b), min(int((math.Atan2(b, a)/(2*math.Pi)+0.5)*16), 15); got != want {
			t.Fatalf("the hue of %g, %g is in bin %d, want %d", a, b, got, want)
		}
	}
}
