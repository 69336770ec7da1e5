package render

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestKernelEqualsPlainGo draws random colors over random rows both ways.
func TestKernelEqualsPlainGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := rapid.OneOf(rapid.IntRange(1, 70), rapid.IntRange(1, 2000)).Draw(t, "samples")
		cells := rapid.OneOf(rapid.IntRange(1, 20), rapid.IntRange(1, 2*samples)).Draw(t, "cells")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		line := newColorRow(cells)
		for _, l := range []struct {
			v    []int16
			most int
		}{{line.opacity, mostShare}, {line.y, 255 << colorBits}, {line.cb, 255 << colorBits}} {
			for i := range l.v {
				l.v[i] = int16([]int{0, 0, l.most, r.IntN(l.most + 1)}[r.IntN(4)])
			}
		}
		s := newResampler(samples, cells)
		plain := &resampler{start: s.start, weight: s.weight}
		var got, want [2][]byte
		for i := range got {
			got[i] = make([]byte, samples)
			for x := range got[i] {
				got[i][x] = []byte{0, 255, byte(r.Uint32())}[r.IntN(3)]
			}
			want[i] = bytes.Clone(got[i])
		}
		s.blend(rowPair{got[0], got[1], line.y, line.cb}, line.opacity)
		plain.blend(rowPair{want[0], want[1], line.y, line.cb}, line.opacity)
		for i := range got {
			if !bytes.Equal(got[i], want[i]) {
				t.Fatalf("row %d of %d samples over %d cells:\n%v, want\n%v", i, samples, cells, got[i], want[i])
			}
		}
	})
}

func TestResamplerLiesWhereCellsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples, cells := rapid.IntRange(1, 300).Draw(t, "samples"), rapid.IntRange(1, 300).Draw(t, "cells")
		s := newResampler(samples, cells)
		if s.start[0] != 0 || s.start[cells] != samples {
			t.Fatalf("stretches from %d to %d of %d samples", s.start[0], s.start[cells], samples)
		}
		for i := range cells {
			for x := s.start[i]; x < s.start[i+1]; x++ {
				at := min(max((float64(x)+0.5)*float64(cells)/float64(samples)-0.5, 0), float64(cells-1))
				if d := float64(i) + float64(s.weight[x])/(1<<shareBits) - at; d > 1e-4 || d < -1e-4 {
					t.Fatalf("sample %d lies at cell %d + %d, want %v", x, i, s.weight[x], at)
				}
			}
		}
	})
}

func TestBlendedIsExactAtTheEnds(t *testing.T) {
	for old := range 256 {
		for color := range 256 {
			c := int32(color) << colorBits
			if got := blended(uint8(old), c, 0); got != uint8(old) {
				t.Fatalf("%d became %d under nothing", old, got)
			}
			if got := blended(uint8(old), c, mostShare); got != uint8(color) {
				t.Fatalf("%d under all of %d is %d", old, color, got)
			}
		}
	}
}
