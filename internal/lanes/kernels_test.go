package lanes

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestKernelsEqualPlainGo: whole blocks come out bit for bit as plain Go has them, and
// what lies behind them is untouched.
func TestKernelsEqualPlainGo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(r.NormFloat64() * 40)
		}
		return v
	}
	for n := range 70 {
		a, b, c, sum := values(n+2), values(n+2), values(n+2), values(n)
		f := float32(r.NormFloat64())

		want, got := slices.Clone(sum), slices.Clone(sum)
		for x := range sobelBlocks(got, a, b, c) {
			dx := a[x+2] + 2*b[x+2] + c[x+2] - a[x] - 2*b[x] - c[x]
			dy := c[x] + 2*c[x+1] + c[x+2] - a[x] - 2*a[x+1] - a[x+2]
			want[x] += dx*dx + dy*dy
		}
		if !slices.Equal(got, want) {
			t.Errorf("sobel of %d values: %v, want %v", n, got, want)
		}

		want, got = slices.Clone(sum), slices.Clone(sum)
		for x := range weighBlocks(got, a[:n], f) {
			want[x] += f * a[x]
		}
		if !slices.Equal(got, want) {
			t.Errorf("weighing of %d values: %v, want %v", n, got, want)
		}

		want, got = slices.Clone(sum), slices.Clone(sum)
		dst, mean := make([]float32, n), make([]float32, n)
		for x := range slideBlocks(dst, got, a[:n], b[:n], f) {
			s := want[x] + a[x]
			mean[x], want[x] = s*f, s-b[x]
		}
		if !slices.Equal(got, want) || !slices.Equal(dst, mean) {
			t.Errorf("sliding of %d values: %v and %v, want %v and %v", n, dst, got, mean, want)
		}
	}
}
