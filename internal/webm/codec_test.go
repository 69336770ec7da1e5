package webm

import (
	"bytes"
	"testing"
	"time"

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

func TestSizes(t *testing.T) {
	tests := map[string]struct {
		codec  string
		frames [][]byte
		w, h   int
		sizes  []SizeChange
		shown  int
		layers bool
	}{
		"vp8":               {codec: "V_VP8", frames: [][]byte{vp8Key(64, 48), {0x11, 0}, vp8Key(64, 48)}, w: 64, h: 48, shown: 3},
		"vp8 changes":       {codec: "V_VP8", frames: [][]byte{vp8Key(64, 48), {0x11, 0}, vp8Key(48, 64), {0x11, 0}}, w: 64, h: 48, shown: 4, sizes: []SizeChange{{0, 64, 48}, {200 * ms, 48, 64}}},
		"header is wrong":   {codec: "V_VP8", frames: [][]byte{vp8Key(48, 64), {0x11, 0}}, w: 48, h: 64, shown: 2},
		"header is larger":  {codec: "V_VP8", frames: [][]byte{vp8Key(32, 24), {0x11, 0}}, w: 64, h: 48, shown: 2, sizes: []SizeChange{{0, 32, 24}}},
		"vp9":               {codec: "V_VP9", frames: [][]byte{vp9Key(64, 48, true), vp9Inter(0, 1, 0, 0)}, w: 64, h: 48, shown: 2},
		"vp9 changes":       {codec: "V_VP9", frames: [][]byte{vp9Key(64, 48, true), vp9Inter(0, 2, 48, 64), vp9Inter(1, 0, 0, 0), {0x88}, {0x89}}, w: 64, h: 48, shown: 5, sizes: []SizeChange{{0, 64, 48}, {100 * ms, 48, 64}, {300 * ms, 64, 48}, {400 * ms, 48, 64}}},
		"vp9 hidden":        {codec: "V_VP9", frames: [][]byte{vp9Key(64, 48, true), vp9Key(64, 48, false), vp9Inter(0, 1, 0, 0)}, w: 64, h: 48, shown: 2},
		"vp9 alternate ref": {codec: "V_VP9", frames: [][]byte{super(vp9Key(64, 48, false), vp9Inter(0, 1, 0, 0)), vp9Inter(0, 1, 0, 0)}, w: 64, h: 48, shown: 2},
		"vp9 layers":        {codec: "V_VP9", frames: [][]byte{super(vp9Key(32, 24, true), vp9Inter(0, 2, 64, 48)), super(vp9Inter(0, 1, 0, 0), vp9Inter(1, 2, 0, 0))}, w: 64, h: 48, shown: 2, layers: true},
		"av1":               {codec: "V_AV1", frames: [][]byte{av1Key(64, 48), {0x32, 1, 0}}, w: 64, h: 48, shown: 2},
		"av1 changes":       {codec: "V_AV1", frames: [][]byte{av1Key(64, 48), {0x32, 1, 0}, av1Key(48, 64)}, w: 64, h: 48, shown: 3, sizes: []SizeChange{{0, 64, 48}, {200 * ms, 48, 64}}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			parts := [][]byte{num(idTimestamp, 0)}
			for i, f := range tc.frames {
				parts = append(parts, el(idSimpleBlock, block(1, int16(i*100), 0x80, f...)))
			}
			i, err := scanBytes(file(infoOf(), el(idTracks, videoTrack(tc.codec)), el(idCluster, parts...)))
			if err != nil {
				t.Fatal(err)
			}
			if i.Width != tc.w || i.Height != tc.h || i.Frames != tc.shown || i.Layers != tc.layers {
				t.Errorf("%d x %d, %d frames, layers %v", i.Width, i.Height, i.Frames, i.Layers)
			}
			if diff := cmp.Diff(tc.sizes, i.Sizes); diff != "" {
				t.Errorf("sizes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSizeAt(t *testing.T) {
	i := Info{Width: 64, Height: 48, Rotation: 90, Sizes: []SizeChange{{time.Second, 64, 48}, {3 * time.Second, 100, 20}}}
	for at, want := range map[time.Duration]dim{0: {48, 64}, time.Second: {48, 64}, 2 * time.Second: {48, 64}, 3 * time.Second: {20, 100}, time.Hour: {20, 100}} {
		if w, h := i.SizeAt(at); w != want.w || h != want.h {
			t.Errorf("at %v: %d x %d, want %v", at, w, h, want)
		}
	}
}

func FuzzFrameHeader(f *testing.F) {
	for _, b := range [][]byte{vp8Key(64, 48), vp9Key(64, 48, true), vp9Inter(0, 1, 48, 64), super(vp9Key(32, 24, true), vp9Inter(0, 2, 64, 48)), av1Key(64, 48)} {
		for _, c := range []string{codecVP8, codecVP9, codecAV1} {
			f.Add(c, b)
		}
	}
	f.Fuzz(func(t *testing.T, codec string, b []byte) {
		win := newWindow(bytes.NewReader(b), int64(len(b)), windowSize)
		p := frameParser{codec: codec}
		for range 2 {
			if n := p.shown(&win, b, packet{end: int64(len(b))}); n < 0 || n > 1 {
				t.Errorf("%d frames", n)
			}
		}
		if p.size.w < 0 || p.size.h < 0 || p.size.w > 1<<16 || p.size.h > 1<<16 {
			t.Errorf("size %v", p.size)
		}
	})
}
