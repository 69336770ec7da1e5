package certainty

import (
	"math"
	"testing"

	"github.com/saccade-dev/saccade"
)

// mixes are those that occur.
var mixes = map[string]Mix{"photo": OfImage(0), "page": OfImage(1), "between": OfImage(0.4), "video": {KindVideo: 1}}

// TestShareIntervals: an interval holds its value, lies within 0..1, is the same
// every time, and grows with the disagreement of the views.
func TestShareIntervals(t *testing.T) {
	for name, m := range mixes {
		for _, v := range []float64{0, 1e-9, 0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 0.999, 1} {
			last := -1.0
			for _, apart := range []float64{0, 0.1, 0.3, 0.7} {
				views := []float64{v * (1 - apart), v, v + apart*(1-v), v}
				i := Share(m, v, views)
				checkInterval(t, i, v, 1)
				if again := Share(m, v, views); again != i {
					t.Errorf("%s: %v, then %v", name, i, again)
				}
				if width := i[1] - i[0]; width < last-1e-12 {
					t.Errorf("%s %v: views %v apart have width %v, nearer ones %v", name, v, apart, width, last)
				} else {
					last = width
				}
			}
			checkInterval(t, Share(m, v, nil), v, 1)
		}
		if a, b := Share(m, 0.2, []float64{0.2, 0.2, 0.2, 0.2}), Share(m, 0.2, []float64{0.02, 0.2, 0.6, 0.2}); a[1]-a[0] >= b[1]-b[0] {
			t.Errorf("%s: views that agree have %v, others %v", name, a, b)
		}
	}
}

func checkInterval(t *testing.T, i saccade.Interval, v, most float64) {
	t.Helper()
	if !(0 <= i[0] && i[0] <= v && v <= i[1] && i[1] <= most) {
		t.Errorf("the interval of %v is %v", v, i)
	}
}

// TestScoreIntervals: the same of scores, which are whole numbers.
func TestScoreIntervals(t *testing.T) {
	for v := 0; v <= 100; v += 5 {
		last := -1.0
		for _, apart := range []int{0, 5, 20} {
			i := Score(v, []int{max(0, v-apart), min(100, v+apart), v, v}, 0)
			checkInterval(t, i, float64(v), 100)
			if i[0] != math.Trunc(i[0]) || i[1] != math.Trunc(i[1]) {
				t.Errorf("%d: %v, want whole numbers", v, i)
			}
			if i[1]-i[0] < last {
				t.Errorf("%d: views %d apart have %v, narrower than %v", v, apart, i, last)
			}
			last = i[1] - i[0]
		}
		if a, b := Score(v, nil, 0.2), Score(v, nil, 1.5); a[1]-a[0] > b[1]-b[0] {
			t.Errorf("%d: a larger residual has %v, a smaller one %v", v, b, a)
		}
	}
	if got, want := Score(50, nil, math.Log(4)), (saccade.Interval{20, 80}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestForeignNumbers: what cannot be is not worse than the worst.
func TestForeignNumbers(t *testing.T) {
	for _, views := range [][]float64{{math.NaN()}, {-1, 2}, {math.Inf(1)}} {
		i := Share(OfImage(0), 0.3, views)
		checkInterval(t, i, 0.3, 1)
	}
}

// TestTables holds what the shipped tables promise.
func TestTables(t *testing.T) {
	if !Knows("saccade-1") || Knows("baseline") {
		t.Error("the tables are not those of saccade-1 alone")
	}
	for _, kind := range Kinds() {
		table, ok := tables().Kinds[kind]
		if !ok || table.Groups < 10 || table.Cases < 1000 {
			t.Fatalf("%s: %+v", kind, table)
		}
		if table.Held < 0.7 || table.Held > 0.9 {
			t.Errorf("%s: on groups left out the intervals hold %v of people's shares, want 0.7 to 0.9", kind, table.Held)
		}
		for _, r := range []Reach{table.Views.Low, table.Views.High, table.Without.Low, table.Without.High} {
			if r.Base < 0 || r.Spread < 0 || r.Small < 0 || r.Base > 3 {
				t.Errorf("%s: %+v", kind, r)
			}
		}
	}
}

// TestGolden holds the numbers, so that a change of the tables is seen.
func TestGolden(t *testing.T) {
	for _, c := range golden {
		if got := Share(mixes[c.mix], c.value, c.views); math.Abs(got[0]-c.want[0]) > 5e-4 || math.Abs(got[1]-c.want[1]) > 5e-4 {
			t.Errorf("%s %v %v: %.4f, want %.4f", c.mix, c.value, c.views, got, c.want)
		}
	}
}

var golden = []struct {
	mix   string
	value float64
	views []float64
	want  saccade.Interval
}{
	{"photo", 0.1, []float64{0.08, 0.1, 0.12, 0.11}, saccade.Interval{0.0374, 0.1704}},
	{"page", 0.1, []float64{0.08, 0.1, 0.12, 0.11}, saccade.Interval{0.0169, 0.2083}},
	{"video", 0.1, []float64{0.08, 0.1, 0.12, 0.11}, saccade.Interval{0.0332, 0.1802}},
	{"between", 0.4, nil, saccade.Interval{0.1841, 0.5469}},
}
