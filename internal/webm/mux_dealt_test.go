package webm

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/webm/dealt"
)

var keyFrame = []byte{0x82, 0x49, 0x83, 0x42}

// coded is an encoder's file: frames at times in ms, those of keys key frames, the others kept in a slot.
func coded(slot int, keys string, at ...int16) []byte {
	parts := [][]byte{num(idTimestamp, 0)}
	for i, t := range at {
		frame := inter(1 << slot)
		if keys[i] == 'k' {
			frame = keyFrame
		}
		parts = append(parts, el(idSimpleBlock, block(1, t, 0, frame...)))
	}
	return file(infoOf(), el(idTracks, videoTrack("V_VP9")), el(idCluster, parts...))
}

// more are further files of a video.
func more(files ...[]byte) []Source {
	var out []Source
	for _, b := range files {
		out = append(out, Source{R: bytes.NewReader(b), Size: int64(len(b))})
	}
	return out
}

// TestMuxDealt puts three files together, whose frames predict by different slots, with
// repeats before, at and behind the borders of their segments.
func TestMuxDealt(t *testing.T) {
	f := Parts{Start: time.Second, More: more(coded(2, "ki", 0, 33), coded(3, "ki", 5, 45)), End: 3 * time.Second,
		Dealt:   dealt.Order{Files: 3, First: 2, Frames: 2, Starts: []time.Duration{0, 100 * ms, 900 * ms, 950 * ms}},
		Repeats: []time.Duration{1050 * ms, 1100 * ms, 1120 * ms, 1140 * ms, 1899 * ms, 1940 * ms, 1990 * ms}}
	out, err := mux(t, coded(1, "kiki", 0, 40, 80, 81), f)
	if err != nil {
		t.Fatal(err)
	}
	got, clusters, _ := blocks(t, out)
	key, rep := string(keyFrame), func(slot byte) string { return string([]byte{0x88 | slot}) }
	want := []shown{
		{1000 * ms, 1, key}, {1040 * ms, 1, string(inter(2))}, {1050 * ms, 1, rep(1)},
		{1100 * ms, 1, key}, {1100 * ms, 1, rep(0)}, {1120 * ms, 1, rep(0)}, {1133 * ms, 1, string(inter(4))}, {1140 * ms, 1, rep(2)}, {1899 * ms, 1, rep(2)},
		{1900 * ms, 1, key}, {1940 * ms, 1, string(inter(8))}, {1940 * ms, 1, rep(3)},
		{1950 * ms, 1, key}, {1951 * ms, 1, string(inter(2))}, {1990 * ms, 1, rep(1)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	if len(clusters) != 4 {
		t.Errorf("%d clusters, want one for each segment", len(clusters))
	}
}

func TestMuxDealtRefuses(t *testing.T) {
	first, second := coded(1, "kiki", 0, 40, 80, 120), coded(1, "ki", 0, 40)
	order := dealt.Order{Files: 2, First: 2, Frames: 2, Starts: []time.Duration{0, 80 * ms, 160 * ms}}
	if _, err := mux(t, first, Parts{More: more(second), Dealt: order}); err != nil {
		t.Errorf("the good files: %v", err)
	}
	alpha := file(infoOf(), el(idTracks, videoTrack("V_VP9", num(idAlphaMode, 1))), el(idCluster, num(idTimestamp, 0),
		el(idBlockGroup, el(idBlock, block(1, 0, 0x80, keyFrame...)), el(idBlockAdditions, el(idBlockMore, num(idBlockAddID, 1), el(idBlockAdditional, keyFrame)))),
		el(idSimpleBlock, block(1, 40, 0, inter(1)...))))
	tests := map[string]struct {
		second []byte
		order  dealt.Order
	}{
		"empty":              {nil, order},
		"cut short":          {second[:len(second)-2], order},
		"VP8":                {bytes.Replace(second, []byte("V_VP9"), []byte("V_VP8"), 1), order},
		"a frame too few":    {coded(1, "k", 0), order},
		"a frame too many":   {coded(1, "kik", 0, 40, 41), order},
		"no key frame":       {coded(1, "ii", 0, 40), order},
		"late":               {coded(1, "ki", 0, 81), order},
		"alpha":              {alpha, order},
		"another number":     {second, dealt.Order{Files: 3, First: 2, Frames: 2, Starts: order.Starts}},
		"no order":           {second, dealt.Order{}},
		"other segments":     {second, dealt.Order{Files: 2, First: 2, Frames: 3, Starts: order.Starts}},
		"the files are one":  {first, order},
		"another first one":  {second, dealt.Order{Files: 2, First: 1, Frames: 2, Starts: order.Starts}},
		"starts of too many": {second, dealt.Order{Files: 2, First: 2, Frames: 2, Starts: append(order.Starts, time.Second)}},
	}
	for name, tc := range tests {
		if _, err := mux(t, first, Parts{More: more(tc.second), Dealt: tc.order}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzMuxDealt: files that strangers would have made are refused, or put together whole.
func FuzzMuxDealt(f *testing.F) {
	f.Add(coded(1, "kiki", 0, 40, 80, 120), coded(2, "ki", 0, 40), uint8(0x22), uint16(80))
	f.Add(coded(1, "k", 0), coded(1, "k", 0), uint8(0x11), uint16(1))
	f.Fuzz(func(t *testing.T, a, b []byte, frames uint8, step uint16) {
		before, errA := scanBytes(a)
		beside, errB := scanBytes(b)
		order := dealt.Order{Files: 2, First: int(frames >> 4), Frames: int(frames & 15)}
		for i := range 4 {
			order.Starts = append(order.Starts, time.Duration(i)*time.Duration(step)*ms)
		}
		for n := range order.Starts {
			order := order
			order.Starts = order.Starts[:n+1]
			out, err := mux(t, a, Parts{More: more(b), Dealt: order, Repeats: []time.Duration{50 * ms}})
			if err != nil {
				continue
			}
			if errA != nil || errB != nil {
				return // cut off within what is no frame
			}
			after, err := scanBytes(out)
			if err != nil || after.Frames != before.Frames+beside.Frames+1 {
				t.Errorf("%d and %d frames became %d, %v", before.Frames, beside.Frames, after.Frames, err)
			}
		}
	})
}
