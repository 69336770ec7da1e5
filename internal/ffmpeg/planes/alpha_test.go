package planes

import (
	"bytes"
	"image"
	"testing"
)

// TestOverWhite lays gray on white through every alpha: what is opaque but for
// the losses of its coding stays as it was, wherever a see-through sample lies.
func TestOverWhite(t *testing.T) {
	const w, h = 19, 5
	for _, full := range []bool{false, true} {
		white := byte(235)
		if full {
			white = 255
		}
		for hole := range w * h {
			img, alpha := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420), bytes.Repeat([]byte{252}, w*h)
			for i := range img.Y {
				img.Y[i] = 100
			}
			for i := range img.Cb {
				img.Cb[i], img.Cr[i] = 60, 200
			}
			alpha[hole] = 0
			OverWhite(img, alpha, full)
			for i, v := range img.Y {
				switch near := i/w == hole/w && i%w/8 == hole%w/8; {
				case i == hole && v != white, i != hole && !near && v != 100, i != hole && (v < 100 || v > 102):
					t.Fatalf("hole at %d, full %v: luma %d is %d", hole, full, i, v)
				}
			}
			x, y := hole%w/2, hole/w/2
			if got := img.Cb[y*img.CStride+x]; got <= 60 || got > 128 {
				t.Fatalf("hole at %d: its blue difference is %d, not nearer to gray", hole, got)
			}
			if got := img.Cr[(y^1)*img.CStride%len(img.Cr)+x]; y^1 < 3 && (got < 198 || got > 200) {
				t.Fatalf("hole at %d: the red difference of a row without it is %d", hole, got)
			}
		}
	}
}
