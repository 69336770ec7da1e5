package dealt

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func ms(v ...int) []time.Duration {
	var out []time.Duration
	for _, v := range v {
		out = append(out, time.Duration(v)*time.Millisecond)
	}
	return out
}

func TestPlace(t *testing.T) {
	order := Order{Files: 2, First: 2, Frames: 2, Starts: ms(100, 200, 300)}
	tests := map[string]struct {
		order Order
		file  int
		at    []time.Duration
		want  []time.Duration // nil: an error
	}{
		"first file":         {order, 0, ms(0, 40, 50, 51), ms(100, 140, 300, 301)},
		"short at the end":   {order, 0, ms(0, 40, 50), ms(100, 140, 300)},
		"second file":        {order, 1, ms(7, 40), ms(200, 233)},
		"one file":           {Order{1, 2, 2, ms(0, 80)}, 0, ms(0, 40, 80, 120), ms(0, 40, 80, 120)},
		"short first":        {Order{2, 1, 2, ms(0, 10, 30, 50)}, 0, ms(0, 40, 50), ms(0, 30, 40)},
		"behind it":          {Order{2, 1, 2, ms(0, 10, 30, 50)}, 1, ms(0, 10, 50), ms(10, 20, 50)},
		"no first":           {Order{2, 0, 2, ms(0)}, 0, ms(0), nil},
		"nothing was dealt":  {Order{2, 2, 2, ms(0)}, 1, nil, ms()},
		"too few":            {order, 1, ms(0), nil},
		"none":               {order, 1, nil, nil},
		"none at the end":    {order, 0, ms(0, 40), nil},
		"too many":           {order, 1, ms(0, 1, 2), nil},
		"too many, last":     {order, 0, ms(0, 1, 2, 3, 4), nil},
		"into the next":      {order, 0, ms(0, 100, 150), nil},
		"no such file":       {order, 2, nil, nil},
		"no files":           {Order{0, 2, 2, nil}, 0, nil, nil},
		"segments of nobody": {Order{2, 2, 0, ms(0)}, 0, ms(0), nil},
	}
	for name, tc := range tests {
		err := tc.order.Place(tc.file, tc.at)
		if tc.want == nil && name != "nothing was dealt" {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			continue
		}
		if diff := cmp.Diff(tc.want, tc.at); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// TestSegment deals frames, and every file must know where its segments begin.
func TestSegment(t *testing.T) {
	order := Order{Files: 2, First: 1, Frames: 3}
	var segments, files []int
	seen := make([]int, order.Files)
	for frame := range 9 {
		segment, file := order.Segment(frame)
		if begins := len(segments) == 0 || segments[frame-1] != segment; begins != order.Begins(file, seen[file]) {
			t.Errorf("frame %d of file %d: a segment begins, %v", seen[file], file, begins)
		}
		segments, files = append(segments, segment), append(files, file)
		seen[file]++
	}
	if diff := cmp.Diff([][]int{{0, 1, 1, 1, 2, 2, 2, 3, 3}, {0, 1, 1, 1, 0, 0, 0, 1, 1}}, [][]int{segments, files}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
