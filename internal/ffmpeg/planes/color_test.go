package planes

import (
	"bytes"
	"image"
	"testing"
)

// TestScaleSamples: every sample becomes what the formula says, whatever the length, and
// nothing beyond the end is touched.
func TestScaleSamples(t *testing.T) {
	for _, c := range [][2]uint16{{220, 16*256 + 90}, {225, 128*256 - 128*225 + 120}} {
		for _, n := range []int{0, 1, 7, 8, 31, 32, 33, 64, 255, 256, 1000} {
			b := make([]byte, n+8)
			for i := range b {
				b[i] = byte(i * 7)
			}
			want := bytes.Clone(b)
			for i := range n {
				want[i] = byte((int(b[i])*int(c[0]) + int(c[1])) >> 8)
			}
			plain := bytes.Clone(b)
			scaleSamples(b[:n:n], c[0], c[1])
			scaleWords(plain[:n:n], uint64(c[0]), uint64(c[1]))
			if !bytes.Equal(b, want) || !bytes.Equal(plain, want) {
				t.Errorf("%d samples by %d: not as the formula has them", n, c[0])
			}
		}
	}
}

func BenchmarkToLimited(b *testing.B) {
	img := image.NewYCbCr(image.Rect(0, 0, 1280, 720), image.YCbCrSubsampleRatio420)
	b.SetBytes(1280 * 720 * 3 / 2)
	for b.Loop() {
		ToLimited(img)
	}
}
