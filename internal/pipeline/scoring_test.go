package pipeline

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pix"
)

// scored is a frame of one gray with a square of another.
func scored(at float64, gray, square uint8, duplicate bool) *frame {
	m := image.NewYCbCr(image.Rect(0, 0, 160, 120), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = gray
		if x, y := i%m.YStride, i/m.YStride; x > 40 && x < 120 && y > 30 && y < 90 {
			m.Y[i] = square
		}
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = 128, 128
	}
	f := &frame{decoded: &ffmpeg.Frame{Image: m, Active: m.Rect}, at: at, duplicate: duplicate, small: pix.New(64, 48)}
	pix.ShrinkYCbCr(f.small, m)
	return f
}

// TestScoresAtTheirMoments: which measurement holds for which frame, and that it is
// the one of the frame at its moment.
func TestScoresAtTheirMoments(t *testing.T) {
	all := wanted{clarity: true, excitingness: true, clarityMap: true, excitingnessMap: true}
	for name, c := range map[string]struct {
		wanted wanted
		frames []*frame
		want   []int // frame whose measurement holds
	}{
		"between moments": {all, []*frame{scored(0, 200, 40, false), scored(0.1, 200, 60, false), scored(0.49, 200, 80, false)}, []int{0, 0, 0}},
		"every half":      {all, []*frame{scored(0, 200, 40, false), scored(0.5, 200, 60, false), scored(0.9, 200, 80, false), scored(1, 200, 90, false)}, []int{0, 1, 1, 3}},
		"at cuts":         {all, []*frame{scored(0, 200, 40, false), scored(0.1, 20, 230, false), scored(0.2, 20, 230, true)}, []int{0, 1, 1}},
		"the same image":  {all, []*frame{scored(0, 200, 40, false), scored(0.5, 200, 40, true), scored(1, 200, 40, false), scored(1.5, 200, 41, false)}, []int{0, 0, 0, 3}},
		"nothing":         {wanted{}, []*frame{scored(0, 200, 40, false), scored(0.5, 20, 230, false)}, []int{0, 0}},
	} {
		s := &scorer{wanted: c.wanted}
		var measured []*scoring
		for i, f := range c.frames {
			s.next(f)
			measured = append(measured, f.scoring)
			if f.scoring != measured[c.want[i]] {
				t.Errorf("%s: frame %d has not the scores of frame %d", name, i, c.want[i])
			}
		}
		s.stop()
		for i, f := range c.frames {
			got, err := f.scoring.wait()
			if err != nil {
				t.Fatal(err)
			}
			if c.wanted == (wanted{}) {
				continue
			}
			want := c.wanted.measure(func() *pix.RGB { return new(scorer).scoreInput(c.frames[c.want[i]]) })
			if diff := cmp.Diff([]any{want.clarity, want.excitingness, want.maps.clarity, want.maps.excitingness},
				[]any{got.clarity, got.excitingness, got.maps.clarity, got.maps.excitingness}); diff != "" {
				t.Errorf("%s: frame %d (-want +got):\n%s", name, i, diff)
			}
		}
	}
}
