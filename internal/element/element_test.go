package element

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/saccade-dev/saccade"
)

var window = View{Width: 100, Height: 200, Fold: 100}

const all = `"c":[-1e7,-1e7,2e7,2e7]`

// layout assembles items that are written as JSON.
func layout(t testing.TB, items ...string) *Layout {
	t.Helper()
	var d Document
	if err := json.Unmarshal([]byte(`{"items":[`+strings.Join(items, ",")+`]}`), &d); err != nil {
		t.Fatal(err)
	}
	return Assemble(&d, window)
}

func areas(l *Layout) map[string]float64 {
	s := l.Owners(100, 200).Share(saccade.NewDensity(10, 20))
	out := map[string]float64{"rest": s.Rest * 20000}
	for i, e := range l.Elements {
		out[e.Name] = s.Area[i] * 20000
	}
	return out
}

func TestOwners(t *testing.T) {
	for name, c := range map[string]struct {
		items []string
		want  map[string]float64 // pixels
	}{
		"nothing": {nil, map[string]float64{"rest": 20000}},
		"nested": {[]string{
			`{"s":"nav","r":"navigation","n":"nav","b":[0,0,100,100],"p":-1,"z":0,` + all + `}`,
			`{"s":"a","r":"link","n":"a","b":[10,10,50,20],"p":0,"z":1,` + all + `}`,
		}, map[string]float64{"nav": 9000, "a": 1000, "rest": 10000}},
		"the upper of two": {[]string{
			`{"s":"p","r":"paragraph","n":"low","b":[0,0,100,100],"p":-1,"z":5,` + all + `}`,
			`{"s":"q","r":"paragraph","n":"lower","b":[0,50,100,100],"p":-1,"z":2,` + all + `}`,
		}, map[string]float64{"low": 10000, "lower": 5000, "rest": 5000}},
		"what covers is nobody's": {[]string{
			`{"s":"p","r":"paragraph","n":"p","b":[0,0,100,100],"p":-1,"z":0,` + all + `}`,
			`{"x":1,"b":[0,0,100,50],"p":-1,"z":1,` + all + `}`,
		}, map[string]float64{"p": 5000, "rest": 15000}},
		"behind what one sees through": {[]string{
			`{"s":"nav","r":"navigation","n":"nav","b":[0,0,100,100],"p":-1,"z":1,` + all + `}`,
			`{"s":"i","r":"img","n":"behind","b":[0,0,100,50],"p":0,"z":0,` + all + `}`,
		}, map[string]float64{"nav": 5000, "behind": 5000, "rest": 10000}},
		"behind what is opaque": {[]string{
			`{"s":"nav","r":"navigation","n":"nav","b":[0,0,100,100],"p":-1,"z":1,"o":1,` + all + `}`,
			`{"s":"i","r":"img","n":"behind","b":[0,0,100,50],"p":0,"z":0,` + all + `}`,
		}, map[string]float64{"nav": 10000, "behind": 0, "rest": 10000}},
		"a link of which nothing is seen": {[]string{
			`{"s":"h","r":"heading","n":"h","b":[0,0,100,50],"p":-1,"z":0,` + all + `}`,
			`{"s":"a","r":"link","n":"a","b":[0,0,100,100],"p":-1,"z":9,"h":1,` + all + `}`,
		}, map[string]float64{"h": 5000, "a": 5000, "rest": 10000}},
		"clipped, and in lines": {[]string{
			`{"s":"p","r":"paragraph","n":"p","b":[0,0,100,100],"p":-1,"z":0,"c":[0,0,50,50]}`,
			`{"s":"a","r":"link","n":"a","b":[0,100,100,40],"q":[[50,100,50,20],[0,120,30,20]],"p":-1,"z":1,` + all + `}`,
		}, map[string]float64{"p": 2500, "a": 1600, "rest": 15900}},
		"not finite, huge, negative, outside": {[]string{
			`{"s":"a","r":"link","n":"a","b":[null,0,1e300,50],"p":7,"z":0,` + all + `}`,
			`{"s":"b","r":"link","n":"b","b":[0,60,-5,50],"p":-3,"z":0,` + all + `}`,
			`{"s":"c","r":"link","n":"c","b":[0,900,10,50],"p":1,"z":0,` + all + `}`,
			`{"s":"d","r":"script","n":"d","b":[0,60,10,50],"p":2,"z":0,` + all + `}`,
		}, map[string]float64{"a": 5000, "rest": 15000}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, areas(layout(t, c.items...)), cmpopts.EquateApprox(0, 0.01)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFrames(t *testing.T) {
	inner := &Document{Items: []Item{
		{Selector: "p", Role: "paragraph", Name: "in", Box: [4]float64{0, 0, 40, 40}, Clip: [4]float64{-1e7, -1e7, 2e7, 2e7}, Parent: -1},
	}}
	d := &Document{Items: []Item{
		{Selector: "nav", Role: "navigation", Name: "nav", Box: [4]float64{0, 0, 100, 100}, Clip: [4]float64{-1e7, -1e7, 2e7, 2e7}, Parent: -1},
		{Frame: true, Selector: "#f", Box: [4]float64{50, 50, 20, 40}, Clip: [4]float64{0, 0, 100, 200}, Parent: 0, Order: 1, Scale: 2, Child: inner},
	}}
	inner.Items = append(inner.Items, Item{Frame: true, Selector: "x", Child: d}) // a circle
	l := Assemble(d, window)
	want := []saccade.Element{
		{Selector: "nav", Role: "navigation", Name: "nav", Box: saccade.Box{Width: 1, Height: 0.5}, AboveFold: true},
		{Selector: "#f >>> p", Role: "paragraph", Name: "in", Box: saccade.Box{X: 0.5, Y: 0.25, Width: 0.5, Height: 0.4}, AboveFold: true},
	}
	if diff := cmp.Diff(want, l.Elements, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
	got := areas(l)
	if got["in"] != 800 || got["nav"] != 9200 { // no more than the frame shows
		t.Errorf("%v", got)
	}
	s := l.Owners(100, 200).Share(saccade.NewDensity(10, 20))
	if math.Abs(s.Total[0]-s.Own[0]-s.Own[1]) > 1e-9 {
		t.Errorf("totals %v of %v", s.Total, s.Own)
	}
}

// TestSharesFollowTheDensity compares with a sum by hand over pixels.
func TestSharesFollowTheDensity(t *testing.T) {
	d := saccade.NewDensity(7, 13)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range d.V {
		d.V[i] = r.Float32()
	}
	d.Normalize()
	l := layout(t, `{"s":"a","r":"link","n":"a","b":[20,40,30,60],"p":-1,"z":0,`+all+`}`)
	got := l.Owners(100, 200).Share(d)
	want, sum := 0.0, 0.0
	const fine = 20 // points a pixel's side
	for y := 40 * fine; y < 100*fine; y++ {
		for x := 20 * fine; x < 50*fine; x++ {
			cx, cy := x*7/(100*fine), y*13/(200*fine)
			want += float64(d.At(cx, cy)) * 7 * 13 / (100 * 200 * fine * fine)
		}
	}
	for _, v := range got.Own {
		sum += v
	}
	if math.Abs(got.Own[0]-want) > 2e-4 || math.Abs(sum+got.Rest-1) > 1e-9 {
		t.Errorf("share %v, want %v; sum %v", got.Own[0], want, sum+got.Rest)
	}
}

func TestName(t *testing.T) {
	for in, want := range map[string]string{
		" a \n\t b ": "a b", "": "", "\u202eevil\u2066": "evil", "a\x00\x1b[31mb": "a[31mb",
		strings.Repeat("é", 100): strings.Repeat("é", 80), "\xff\xfeok": "ok",
	} {
		if got := Name(in); got != want {
			t.Errorf("Name(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	l := layout(t,
		`{"s":"#buy","r":"button","n":"Buy  now","b":[0,0,50,50],"p":-1,"z":0,`+all+`}`,
		`{"s":"#again","r":"button","n":"buy now","b":[0,60,50,50],"p":-1,"z":0,`+all+`}`)
	box, out := [4]float64{10, 10, 20, 40}, [4]float64{10, 900, 20, 40}
	l.Found = []Found{{Matches: 3, Box: &box}, {Matches: 0}, {Matches: 2}, {Matches: -1}, {Matches: 1, Box: &out}}
	sel := func(s string) saccade.AOI { return saccade.AOI{Name: "n" + s, Selector: s} }
	queries := []saccade.AOI{sel(".hero"), sel(".none"), sel(".hidden"), sel("##"), sel(".deep")}
	for name, c := range map[string]struct {
		aoi  saccade.AOI
		want saccade.Box
		err  string
	}{
		"listed":       {sel("#buy"), saccade.Box{Width: 0.5, Height: 0.25}, ""},
		"role":         {saccade.AOI{Name: "BUY now", Role: "button"}, saccade.Box{Width: 0.5, Height: 0.25}, ""},
		"found":        {queries[0], saccade.Box{X: 0.1, Y: 0.05, Width: 0.2, Height: 0.2}, ""},
		"no match":     {queries[1], saccade.Box{}, `Nothing on the page matches the selector ".none".`},
		"invisible":    {queries[2], saccade.Box{}, `".hidden" matches is not visible`},
		"no selector":  {queries[3], saccade.Box{}, `"##" is not a CSS selector.`},
		"off":          {queries[4], saccade.Box{}, `".deep" matches lies outside`},
		"other role":   {saccade.AOI{Name: "Buy now", Role: "link"}, saccade.Box{}, `no visible link with the name "Buy now"`},
		"has its box":  {saccade.AOI{Name: "x", Selector: ".none", Box: &saccade.Box{X: 0.5, Width: 0.1, Height: 0.1}}, saccade.Box{X: 0.5, Width: 0.1, Height: 0.1}, ""},
		"not searched": {sel("#never"), saccade.Box{}, "could not be searched"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := l.ResolveOne(c.aoi, queries)
			if c.err != "" {
				if !saccade.IsCode(err, saccade.CodeInvalidInput) || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, *got.Box, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Error(diff)
			}
		})
	}
	_, err := l.Resolve([]saccade.AOI{{Name: "b", Box: &saccade.Box{Width: 1, Height: 1}}, queries[0], queries[1]})
	if e := saccade.AsError(err); e == nil || e.Param != "aois[2].selector" {
		t.Errorf("error %v names %q", err, e.Param)
	}
}

// TestTooMany: five thousand of a page are listed, in no more time than that needs.
func TestTooMany(t *testing.T) {
	d := &Document{}
	for i := range 20_000 {
		d.Items = append(d.Items, Item{Selector: "a", Role: "link", Name: "n", Box: [4]float64{0, 0, 1e6, 1e6},
			Clip: [4]float64{-1e7, -1e7, 2e7, 2e7}, Parent: i - 1, Order: i})
	}
	l := Assemble(d, View{Width: 1440, Height: 18000, Fold: 900})
	if len(l.Elements) != MaxElements || !l.Truncated {
		t.Fatalf("%d elements, truncated %v", len(l.Elements), l.Truncated)
	}
	s := l.Owners(1440, 18000).Share(saccade.NewDensity(64, 512))
	if last := s.Own[MaxElements-1]; math.Abs(last-1) > 1e-9 {
		t.Errorf("the deepest has %v", last)
	}
}

// TestScriptParses: the script is one expression.
func TestScriptParses(t *testing.T) {
	if !strings.HasPrefix(Script(), "({") {
		t.Errorf("the script begins with %.20q", Script())
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node here")
	}
	for _, s := range []string{Script(), HideScript, ShowScript} {
		if out, err := exec.Command(node, "-e", "new Function('return ('+"+string(must(json.Marshal(s)))+"+')')").CombinedOutput(); err != nil {
			t.Errorf("%s", out)
		}
	}
}

func must(b []byte, _ error) []byte { return b }

// FuzzAssemble: whatever a page reports, shares are numbers that sum to 1, boxes
// lie in the image, names can be shown.
func FuzzAssemble(f *testing.F) {
	f.Add([]byte(`{"items":[{"s":"a","r":"link","n":"x","b":[0,0,1e308,5],"c":[0,0,9,9],"p":0,"z":-5},{"f":1,"s":"f","b":[1,1,5,5],"c":[0,0,9,9],"k":-1}]}`))
	f.Add([]byte(`{"items":null,"found":[{"n":1,"b":[0,0,1,1]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d, child Document
		if json.Unmarshal(b, &d) != nil {
			return
		}
		_ = json.Unmarshal(b, &child)
		for i := range d.Items {
			if d.Items[i].Frame {
				d.Items[i].Child = &child
			}
		}
		l := Assemble(&d, window)
		s := l.Owners(50, 100).Share(saccade.NewDensity(8, 16))
		sum := s.Rest
		for i, e := range l.Elements {
			sum += s.Own[i]
			for _, v := range []float64{e.Box.X, e.Box.Y, e.Box.X + e.Box.Width, e.Box.Y + e.Box.Height} {
				if !(v >= 0 && v <= 1+1e-9) {
					t.Fatalf("box %+v", e.Box)
				}
			}
			if !utf8.ValidString(e.Name) || utf8.RuneCountInString(e.Name) > MaxName || strings.ContainsAny(e.Name, "\x00\n\x1b\u202e") {
				t.Fatalf("name %q", e.Name)
			}
		}
		if math.Abs(sum-1) > 1e-6 || slices.ContainsFunc(s.Total, func(v float64) bool { return v > 1+1e-6 }) {
			t.Fatalf("sum %v", sum)
		}
	})
}
