package pix

import (
	"bytes"
	"fmt"
	"image"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/saccade-dev/saccade/internal/pix/rows"
)

// bytesOf are n random bytes, mostly extreme ones: what could overflow does.
func bytesOf(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		switch v := r.Uint32(); v >> 30 {
		case 0:
			b[i] = uint8(v)
		default:
			b[i] = uint8(int32(v<<2) >> 31)
		}
	}
	return b
}

// shrunk is a random frame made smaller with a set of kernels. The frame ends
// where its memory does, so that a kernel which reads on may fail.
func shrunk(src, dst image.Point, seed uint64, k rows.Kernels) []byte {
	r := rand.New(rand.NewPCG(seed, 3))
	c := image.Pt((src.X+1)/2, (src.Y+1)/2)
	m := &image.YCbCr{Y: bytesOf(r, src.X*src.Y), Cb: bytesOf(r, c.X*c.Y), Cr: bytesOf(r, c.X*c.Y),
		YStride: src.X, CStride: c.X, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rectangle{Max: src}}
	p := New(dst.X, dst.Y)
	s := Shrinker{size: dst, luma: newScaler(src, dst, 1), chroma: newScaler(c, dst, 1), line: make([]byte, 3*dst.X)}
	s.luma.kernels, s.chroma.kernels = k, k
	s.YCbCr(p, m)
	return p.Pix
}

// differ complains about kernels whose answer is not that of plain Go.
func differ(t interface{ Errorf(string, ...any) }, answer func(rows.Kernels) []byte) {
	want := answer(rows.Plain())
	for i, k := range rows.Sets() {
		if !bytes.Equal(answer(k), want) {
			t.Errorf("the answers of set %d differ", i)
		}
	}
}

func TestKernelsEqualPlainGo(t *testing.T) {
	sizes := [][4]int{
		{1920, 1080, 384, 216}, {1280, 720, 384, 224}, {1921, 1079, 383, 215}, {4096, 9, 100, 3}, {9, 2304, 8, 2},
		{1, 1, 1, 1}, {1, 1, 64, 64}, {15, 3, 40, 1}, {16, 16, 16, 16}, {64, 40, 64, 40}, {33, 9000, 10, 1}, {8000, 2, 17, 1},
	}
	for _, s := range sizes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			a, b := image.Pt(s[0], s[1]), image.Pt(s[2], s[3])
			differ(t, func(k rows.Kernels) []byte { return shrunk(a, b, 1, k) })
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 200)
		a, b := image.Pt(side.Draw(t, "w"), side.Draw(t, "h")), image.Pt(side.Draw(t, "dw"), side.Draw(t, "dh"))
		seed := rapid.Uint64().Draw(t, "seed")
		differ(t, func(k rows.Kernels) []byte { return shrunk(a, b, seed, k) })
	})
}

func TestKernelsEqualPlainGoOnRGB(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.IntRange(1, 120)
		a, b := image.Pt(side.Draw(t, "w"), side.Draw(t, "h")), image.Pt(side.Draw(t, "dw"), side.Draw(t, "dh"))
		src := bytesOf(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4)), 3*a.X*a.Y)
		differ(t, func(k rows.Kernels) []byte {
			s, got := newScaler(a, b, 3), make([]byte, 3*b.X*b.Y)
			s.kernels = k
			for y := range b.Y {
				s.row(got[3*y*b.X:][:3*b.X], src, 3*a.X, y)
			}
			return got
		})
	})
}

// TestLimitedKernel goes through every color of video.
func TestLimitedKernel(t *testing.T) {
	const n = 256
	y, cb, cr := make([]byte, n), make([]byte, n), make([]byte, n)
	for i := range y {
		y[i] = uint8(i)
	}
	got := make([]byte, 3*n)
	for c := range 1 << 16 {
		for i := range cb {
			cb[i], cr[i] = uint8(c), uint8(c>>8)
		}
		differ(t, func(k rows.Kernels) []byte {
			limitedRow(&k, got, y, cb, cr)
			return bytes.Clone(got)
		})
	}
	for n := range 40 { // nothing is written beyond the row
		for _, k := range rows.Sets() {
			got = bytes.Repeat([]byte{7}, 3*n+16)
			limitedRow(&k, got[:3*n:3*n], y[100:100+n], cb[:n], cr[:n])
			if !bytes.Equal(got[3*n:], bytes.Repeat([]byte{7}, 16)) {
				t.Errorf("%d pixels: written beyond the end", n)
			}
		}
	}
}
