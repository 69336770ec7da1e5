package planes

import (
	"image"
	"testing"
)

// TestCopy copies whole frames and parts of larger ones, of even and odd sizes, and
// leaves what is around the target alone.
func TestCopy(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {5, 3}, {6, 4}, {64, 33}} {
		for _, parts := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			dst, around := framed(size, parts[0], 7)
			src, _ := framed(size, parts[1], 0)
			for y := range size.Y {
				for x := range size.X {
					p := src.Rect.Min.Add(image.Pt(x, y))
					src.Y[src.YOffset(p.X, p.Y)] = byte(11 + x + 3*y)
					src.Cb[src.COffset(p.X, p.Y)] = byte(99 + x/2 + 5*(y/2))
					src.Cr[src.COffset(p.X, p.Y)] = byte(150 + x/2 + 7*(y/2))
				}
			}
			Copy(dst, src)
			for y := range around.Rect.Dy() {
				for x := range around.Rect.Dx() {
					p := image.Pt(x, y)
					got, inside := around.YCbCrAt(x, y), p.In(dst.Rect)
					if in := p.Sub(dst.Rect.Min).Add(src.Rect.Min); inside && got != src.YCbCrAt(in.X, in.Y) {
						t.Fatalf("%v of %v, parts %v: %v, want %v", p, size, parts, got, src.YCbCrAt(in.X, in.Y))
					}
					if near := dst.Rect.Inset(-2); !inside && !p.In(near) && (got.Y != 7 || got.Cb != 7 || got.Cr != 7) {
						t.Fatalf("%v beside %v: %v was written", p, dst.Rect, got)
					}
				}
			}
		}
	}
}

// framed returns a frame of one value: whole, or the part of a larger one.
func framed(size image.Point, part bool, v byte) (frame, around *image.YCbCr) {
	r := image.Rectangle{Max: size}
	if part {
		r = image.Rectangle{Max: size.Add(image.Pt(9, 9))}
	}
	around = image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	for _, p := range [][]byte{around.Y, around.Cb, around.Cr} {
		for i := range p {
			p[i] = v
		}
	}
	if !part {
		return around, around
	}
	return around.SubImage(image.Rectangle{Min: image.Pt(4, 2), Max: size.Add(image.Pt(4, 2))}).(*image.YCbCr), around
}
