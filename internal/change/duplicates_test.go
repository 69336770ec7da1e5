package change

import (
	"image"
	"slices"
	"testing"
)

func TestDuplicates(t *testing.T) {
	m := image.NewYCbCr(image.Rect(0, 0, 40, 30), image.YCbCrSubsampleRatio420)
	for _, plane := range [][]byte{m.Y, m.Cb, m.Cr} { // every place counts, in a row of the sketch or not
		for at := range plane {
			d := NewDuplicates()
			var got []bool
			for _, step := range []uint8{0, 0, 0, 1, 0, 0, 0} {
				plane[at] += step
				got = append(got, d.Next(m))
			}
			if got[0] || got[3] || !got[2] || !got[6] {
				t.Fatalf("sample %d: %v", at, got)
			}
		}
	}
	d := NewDuplicates()
	var got []bool
	for i := range 6 { // moving, then not
		m.Y[8*m.YStride] = uint8(min(i, 3))
		got = append(got, d.Next(m))
	}
	if !slices.Equal(got, []bool{false, false, false, false, false, true}) {
		t.Errorf("got %v", got)
	}
}

func TestDuplicatesOfTinyFrames(t *testing.T) {
	m := image.NewYCbCr(image.Rect(0, 0, 2, 1), image.YCbCrSubsampleRatio420) // no row of the sketch
	d := NewDuplicates()
	var got []bool
	for _, step := range []uint8{0, 0, 0, 1, 0} {
		m.Cb[0] += step
		got = append(got, d.Next(m))
	}
	if !slices.Equal(got, []bool{false, false, true, false, true}) {
		t.Errorf("got %v", got)
	}
}
