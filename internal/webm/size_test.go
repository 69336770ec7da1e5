package webm

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func vp8Key(w, h int) []byte {
	return []byte{0x10, 0, 0, 0x9D, 0x01, 0x2A, byte(w), byte(w >> 8), byte(h), byte(h >> 8)}
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
		"vp8":              {codec: "V_VP8", frames: [][]byte{vp8Key(64, 48), {0x11, 0}, vp8Key(64, 48)}, w: 64, h: 48, shown: 3},
		"vp8 changes":      {codec: "V_VP8", frames: [][]byte{vp8Key(64, 48), {0x11, 0}, vp8Key(48, 64), {0x11, 0}}, w: 64, h: 48, shown: 4, sizes: []SizeChange{{0, 64, 48}, {200 * ms, 48, 64}}},
		"header is wrong":  {codec: "V_VP8", frames: [][]byte{vp8Key(48, 64), {0x11, 0}}, w: 48, h: 64, shown: 2},
		"header is larger": {codec: "V_VP8", frames: [][]byte{vp8Key(32, 24), {0x11, 0}}, w: 64, h: 48, shown: 2, sizes: []SizeChange{{0, 32, 24}}},
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
	for at, want := range map[time.Duration][2]int{0: {48, 64}, time.Second: {48, 64}, 2 * time.Second: {48, 64}, 3 * time.Second: {20, 100}, time.Hour: {20, 100}} {
		if w, h := i.SizeAt(at); w != want[0] || h != want[1] {
			t.Errorf("at %v: %d x %d, want %v", at, w, h, want)
		}
	}
}
