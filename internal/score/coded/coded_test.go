package coded

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// noisy is an image of random blocks, lines and noise, up to the strongest one.
func noisy(r *rand.Rand, w, h int) []byte {
	p := make([]byte, 3*w*h)
	strength, side := r.IntN(256), 1+r.IntN(24)
	colors := [3][3]int{}
	for i := range colors {
		colors[i] = [3]int{r.IntN(256), r.IntN(256), r.IntN(256)}
	}
	for i := range p {
		x, y := i/3%w, i/3/w
		v := colors[(x/side*7+y/side*3)%3][i%3]
		if strength > 40 {
			v += r.IntN(2*strength+1) - strength
		}
		p[i] = uint8(min(max(v, 0), 255))
	}
	return p
}

// TestCodedSize counts as many bytes as image/jpeg writes.
func TestCodedSize(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	s := new(Counter)
	for i := range 300 {
		w, h := 1+r.IntN(100), 1+r.IntN(100)
		p := noisy(r, w, h)
		m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
		for j := range w * h {
			x, y, c := j%w, j/w, p[3*j:][:3]
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
		if got, want := s.Size(p, w, h), b.Len(); got != want {
			t.Errorf("image %d, %d x %d: %d bytes, want %d", i, w, h, got, want)
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
