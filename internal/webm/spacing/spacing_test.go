package spacing

import (
	"testing"
	"time"
)

func TestTypical(t *testing.T) {
	const ms = time.Millisecond
	for name, tc := range map[string]struct {
		steps []time.Duration
		want  time.Duration
	}{
		"none":           {nil, time.Second / 30},
		"one":            {[]time.Duration{40 * ms}, 40 * ms},
		"the lower half": {[]time.Duration{50 * ms, 10 * ms, 20 * ms, 40 * ms}, 20 * ms},
		"a long pause":   {[]time.Duration{33 * ms, 34 * ms, 9 * time.Second, 33 * ms}, 33 * ms},
		"pauses only":    {[]time.Duration{7 * time.Second}, time.Second},
		"none at all":    {[]time.Duration{0, 0, 0}, ms},
		"backwards":      {[]time.Duration{-5 * ms}, ms},
	} {
		var h Histogram
		for _, s := range tc.steps {
			h.Add(s)
		}
		if got := h.Typical(); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
