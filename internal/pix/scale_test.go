package pix_test

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/saccade-dev/saccade/internal/pix"
)

func noise(w, h int, seed uint64) *pix.RGB {
	r := rand.New(rand.NewPCG(seed, 1))
	p := pix.New(w, h)
	for i := range p.Pix {
		p.Pix[i] = uint8(r.Uint32())
	}
	return p
}

// slowScale is the definition: the exact average of the covered area.
func slowScale(p *pix.RGB, w, h int) []float64 {
	out := make([]float64, 3*w*h)
	sx, sy := float64(p.W)/float64(w), float64(p.H)/float64(h)
	for y := range h {
		for x := range w {
			x0, x1, y0, y1 := float64(x)*sx, float64(x+1)*sx, float64(y)*sy, float64(y+1)*sy
			for j := int(y0); j < p.H && float64(j) < y1; j++ {
				for i := int(x0); i < p.W && float64(i) < x1; i++ {
					a := (min(x1, float64(i+1)) - max(x0, float64(i))) * (min(y1, float64(j+1)) - max(y0, float64(j)))
					for c := range 3 {
						out[3*(y*w+x)+c] += a / (sx * sy) * float64(p.Pix[3*(j*p.W+i)+c])
					}
				}
			}
		}
	}
	return out
}

func TestScaleIsTheAreaAverage(t *testing.T) {
	for _, c := range []struct{ sw, sh, w, h int }{
		{64, 48, 16, 12}, {100, 75, 37, 29}, {101, 53, 100, 52}, {640, 3, 5, 1}, {3, 700, 2, 1}, {1, 9000, 1, 1}, {1920, 40, 384, 7},
	} {
		p := noise(c.sw, c.sh, 7)
		got, want := p.Scale(c.w, c.h), slowScale(p, c.w, c.h)
		var worst float64
		for i := range want {
			worst = max(worst, math.Abs(float64(got.Pix[i])-want[i]))
		}
		if worst > 2.5 { // white noise and boundaries rounded to parts of a pixel
			t.Errorf("%+v: off by %.2f", c, worst)
		}
	}
}

func TestScaleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 90)
		w, h, dw, dh := side.Draw(t, "w"), side.Draw(t, "h"), side.Draw(t, "dw"), side.Draw(t, "dh")
		p := noise(w, h, rapid.Uint64().Draw(t, "seed"))
		lo, hi := byte(255), byte(0)
		for _, v := range p.Pix {
			lo, hi = min(lo, v), max(hi, v)
		}
		for _, v := range p.Scale(dw, dh).Pix {
			if v < lo || v > hi {
				t.Fatalf("value %d outside %d..%d", v, lo, hi)
			}
		}
		flat := pix.New(w, h)
		v := rapid.Byte().Draw(t, "gray")
		for i := range flat.Pix {
			flat.Pix[i] = v
		}
		for _, got := range flat.Scale(dw, dh).Pix {
			if got != v {
				t.Fatalf("flat %d became %d", v, got)
			}
		}
	})
}

func TestScaleUpIsBilinear(t *testing.T) {
	p := &pix.RGB{W: 2, H: 1, Pix: []byte{0, 0, 0, 200, 200, 200}}
	got := p.Scale(4, 1)
	for i, want := range []int{0, 50, 150, 200} {
		if d := int(got.Pix[3*i]) - want; d < -1 || d > 1 {
			t.Errorf("pixel %d: %d, want %d", i, got.Pix[3*i], want)
		}
	}
}

// frame makes a limited-range frame of an image.
func frame(p *pix.RGB) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, p.W, p.H), image.YCbCrSubsampleRatio420)
	for y := range p.H {
		for x := range p.W {
			s := p.Pix[3*(y*p.W+x):]
			l, cb, cr := pix.LimitedYCbCr(s[0], s[1], s[2])
			m.Y[m.YOffset(x, y)] = l
			m.Cb[m.COffset(x, y)], m.Cr[m.COffset(x, y)] = cb, cr
		}
	}
	return m
}

func TestShrinkYCbCrMatchesTheRGBWay(t *testing.T) {
	var s pix.Shrinker // one for all sizes
	for _, c := range []struct{ sw, sh, w, h int }{
		{640, 360, 96, 54}, {641, 359, 96, 54}, {1920, 1080, 384, 216}, {16, 16, 32, 24}, {1, 1, 8, 8}, {33, 1, 8, 1},
	} {
		p := pix.New(c.sw, c.sh)
		for y := range p.H {
			for x := range p.W {
				i := 3 * (y*p.W + x)
				p.Pix[i] = uint8(255 * x / p.W)
				p.Pix[i+1] = uint8(255 * y / p.H)
				p.Pix[i+2] = uint8(128 + 100*math.Sin(float64(x+y)/40))
			}
		}
		got, again, want := pix.New(c.w, c.h), pix.New(c.w, c.h), p.Scale(c.w, c.h)
		s.YCbCr(got, frame(p))
		if s.YCbCr(again, frame(p)); !bytes.Equal(again.Pix, got.Pix) {
			t.Errorf("%+v: the second frame differs from the first", c)
		}
		for i := range want.Pix {
			if d := int(got.Pix[i]) - int(want.Pix[i]); d < -14 || d > 14 {
				t.Errorf("%+v: byte %d is %d, want about %d", c, i, got.Pix[i], want.Pix[i])
				break
			}
		}
	}
}

func TestShrinkYCbCrOfACroppedFrame(t *testing.T) {
	p := noise(64, 64, 3)
	whole := frame(p)
	part := whole.SubImage(image.Rect(16, 8, 48, 40)).(*image.YCbCr)
	a, b := pix.New(8, 8), pix.New(8, 8)
	pix.ShrinkYCbCr(a, part)
	own := image.NewYCbCr(image.Rect(0, 0, 32, 32), image.YCbCrSubsampleRatio420)
	for y := range 32 {
		for x := range 32 {
			own.Y[own.YOffset(x, y)] = part.Y[part.YOffset(16+x, 8+y)]
			own.Cb[own.COffset(x, y)] = part.Cb[part.COffset(16+x, 8+y)]
			own.Cr[own.COffset(x, y)] = part.Cr[part.COffset(16+x, 8+y)]
		}
	}
	pix.ShrinkYCbCr(b, own)
	if string(a.Pix) != string(b.Pix) {
		t.Error("a part of a frame must shrink like the same pixels alone")
	}
}

func TestLimitedRange(t *testing.T) {
	for _, c := range []struct{ rgb, ycc [3]uint8 }{
		{[3]uint8{0, 0, 0}, [3]uint8{16, 128, 128}},
		{[3]uint8{255, 255, 255}, [3]uint8{235, 128, 128}},
		{[3]uint8{255, 0, 0}, [3]uint8{81, 90, 240}},
		{[3]uint8{0, 255, 0}, [3]uint8{145, 54, 34}},
		{[3]uint8{0, 0, 255}, [3]uint8{41, 240, 110}},
	} {
		var got [3]uint8
		got[0], got[1], got[2] = pix.LimitedYCbCr(c.rgb[0], c.rgb[1], c.rgb[2])
		if got != c.ycc {
			t.Errorf("%v: %v, want %v", c.rgb, got, c.ycc)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		in := [3]uint8{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32())}
		var out [3]uint8
		out[0], out[1], out[2] = pix.LimitedRGB(pix.LimitedYCbCr(in[0], in[1], in[2]))
		for c := range 3 {
			if d := int(out[c]) - int(in[c]); d < -3 || d > 3 {
				t.Fatalf("%v came back as %v", in, out)
			}
		}
	}
}

func TestLab(t *testing.T) {
	p := &pix.RGB{W: 5, H: 1, Pix: []byte{0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 255, 119, 119, 119}}
	l := p.Lab()
	for i, want := range [][3]float64{{0, 0, 0}, {100, 0, 0}, {53.24, 80.09, 67.20}, {32.30, 79.19, -107.86}, {50.03, 0, 0}} {
		for c, v := range []float32{l.L[i], l.A[i], l.B[i]} {
			if math.Abs(float64(v)-want[c]) > 0.1 {
				t.Errorf("color %d: channel %d is %.2f, want %.2f", i, c, v, want[c])
			}
		}
	}
}

func BenchmarkShrinkYCbCr1080p(b *testing.B) {
	src, dst := frame(noise(1920, 1080, 5)), pix.New(384, 216)
	var s pix.Shrinker
	for b.Loop() {
		s.YCbCr(dst, src)
	}
}

func BenchmarkScale1440x900(b *testing.B) {
	src, dst := noise(1440, 900, 5), pix.New(480, 300)
	for b.Loop() {
		src.ScaleInto(dst)
	}
}

func BenchmarkLab480x300(b *testing.B) {
	p := noise(480, 300, 5)
	for b.Loop() {
		p.Lab()
	}
}

func TestMirror(t *testing.T) {
	for w := 1; w <= 4; w++ {
		p, want := pix.New(w, 2), pix.New(w, 2)
		for i := range 2 * w {
			v := []byte{byte(i), byte(10 * i), byte(100 + i)}
			copy(p.Pix[3*i:], v)
			copy(want.Pix[3*(i/w*w+w-1-i%w):], v)
		}
		if p.Mirror(); !bytes.Equal(p.Pix, want.Pix) {
			t.Errorf("%d pixels wide: %v, want %v", w, p.Pix, want.Pix)
		}
	}
}
