package codec

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bitWriter writes bits, the highest first.
type bitWriter struct {
	b []byte
	n int
}

func (w *bitWriter) put(v uint64, bits int) *bitWriter {
	for i := bits - 1; i >= 0; i-- {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (7 - w.n%8)
		w.n++
	}
	return w
}

// vp9Key is the start of a key frame of profile 0.
func vp9Key(w, h int, shown bool) []byte {
	b := new(bitWriter).put(2, 2).put(0, 4) // marker, profile, show_existing_frame, frame_type
	if b.put(0, 1); shown {
		b.b[0] |= 0x02
	}
	b.put(0, 1).put(0x498342, 24).put(1, 3).put(0, 1)
	return b.put(uint64(w-1), 16).put(uint64(h-1), 16).put(0, 16).b
}

// vp9Inter is the start of a shown inter frame that replaces the references of
// refresh. A size of zero is that of the reference.
func vp9Inter(ref, refresh, w, h int) []byte {
	b := new(bitWriter).put(2, 2).put(0, 3).put(1, 1).put(1, 1).put(1, 1) // shown, error resilient
	b.put(uint64(refresh), 8)
	for range 3 {
		b.put(uint64(ref), 3).put(0, 1)
	}
	if w == 0 {
		return b.put(1, 1).put(0, 16).b
	}
	return b.put(0, 3).put(uint64(w-1), 16).put(uint64(h-1), 16).put(0, 8).b
}

// super joins frames into a superframe.
func super(frames ...[]byte) []byte {
	mark := byte(0xC0 | 1<<3 | (len(frames) - 1)) // two bytes a size
	index := []byte{mark}
	for _, f := range frames {
		index = append(index, byte(len(f)), byte(len(f)>>8))
	}
	return append(bytes.Join(frames, nil), append(index, mark)...)
}

func vp8Key(w, h int) []byte {
	return []byte{0x10, 0, 0, 0x9D, 0x01, 0x2A, byte(w), byte(w >> 8), byte(h), byte(h >> 8)}
}

// av1Key is a temporal unit that begins with a sequence header.
func av1Key(w, h int) []byte {
	b := new(bitWriter).put(0, 3).put(0, 1).put(0, 1).put(0, 1).put(0, 1).put(0, 5).put(0, 12).put(8, 5).put(0, 1)
	b.put(15, 4).put(15, 4).put(uint64(w-1), 16).put(uint64(h-1), 16)
	return append([]byte{0x12, 0x00, 0x0A, byte(len(b.b))}, b.b...)
}

// readFrom is a [Read] of bytes.
func readFrom(b []byte) Read {
	return func(at int64, n int) []byte {
		at = min(max(at, 0), int64(len(b)))
		return b[at:min(at+int64(n), int64(len(b)))]
	}
}

func TestFrames(t *testing.T) {
	tests := map[string]struct {
		codec  string
		frames [][]byte
		shown  []int
		sizes  []Size // after each frame
		layers bool
	}{
		"vp8":               {VP8, [][]byte{vp8Key(64, 48), {0x11, 0}, {0x01, 0}, vp8Key(48, 64)}, []int{1, 1, 0, 1}, []Size{{64, 48}, {64, 48}, {64, 48}, {48, 64}}, false},
		"vp9":               {VP9, [][]byte{vp9Key(64, 48, true), vp9Inter(0, 1, 0, 0)}, []int{1, 1}, []Size{{64, 48}, {64, 48}}, false},
		"vp9 changes":       {VP9, [][]byte{vp9Key(64, 48, true), vp9Inter(0, 2, 48, 64), vp9Inter(1, 0, 0, 0), {0x88}, {0x89}}, []int{1, 1, 1, 1, 1}, []Size{{64, 48}, {48, 64}, {48, 64}, {64, 48}, {48, 64}}, false},
		"vp9 hidden":        {VP9, [][]byte{vp9Key(64, 48, true), vp9Key(32, 24, false), {0x88}}, []int{1, 0, 1}, []Size{{64, 48}, {64, 48}, {32, 24}}, false},
		"vp9 alternate ref": {VP9, [][]byte{super(vp9Key(64, 48, false), vp9Inter(0, 1, 0, 0)), vp9Inter(0, 1, 0, 0)}, []int{1, 1}, []Size{{64, 48}, {64, 48}}, false},
		"vp9 layers":        {VP9, [][]byte{super(vp9Key(32, 24, true), vp9Inter(0, 2, 64, 48)), super(vp9Inter(0, 1, 0, 0), vp9Inter(1, 2, 0, 0))}, []int{1, 1}, []Size{{64, 48}, {64, 48}}, true},
		"av1":               {AV1, [][]byte{av1Key(64, 48), {0x32, 1, 0}, av1Key(48, 64)}, []int{1, 1, 1}, []Size{{64, 48}, {64, 48}, {48, 64}}, false},
		"nothing":           {VP9, [][]byte{{}}, []int{0}, []Size{{}}, false},
		"damage":            {VP9, [][]byte{{0}}, []int{1}, []Size{{}}, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			var p Parser
			p.Reset(tc.codec)
			var shown []int
			var sizes []Size
			for _, f := range tc.frames {
				shown = append(shown, p.Shown(readFrom(f), f, Block{End: int64(len(f))}))
				sizes = append(sizes, p.Size)
			}
			if diff := cmp.Diff(tc.shown, shown) + cmp.Diff(tc.sizes, sizes); diff != "" || p.Layers != tc.layers {
				t.Errorf("layers %v, -want +got:\n%s", p.Layers, diff)
			}
		})
	}
}

func FuzzFrameHeader(f *testing.F) {
	for _, b := range [][]byte{vp8Key(64, 48), vp9Key(64, 48, true), vp9Inter(0, 1, 48, 64), super(vp9Key(32, 24, true), vp9Inter(0, 2, 64, 48)), av1Key(64, 48)} {
		for _, c := range []string{VP8, VP9, AV1} {
			f.Add(c, b)
		}
	}
	f.Fuzz(func(t *testing.T, codec string, b []byte) {
		p := Parser{codec: codec}
		for range 2 {
			if n := p.Shown(readFrom(b), b, Block{End: int64(len(b))}); n < 0 || n > 1 {
				t.Errorf("%d frames", n)
			}
		}
		if p.Size.W < 0 || p.Size.H < 0 || p.Size.W > 1<<16 || p.Size.H > 1<<16 {
			t.Errorf("size %v", p.Size)
		}
	})
}
