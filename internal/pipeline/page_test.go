package pipeline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/element"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// fakePages shows a page of colored boxes; it stands for a browser.
type fakePages struct {
	visits []element.Visit
	hidden []int
	fail   map[saccade.Variant]error
	grows  bool // when something is hidden
}

// pageBoxes are the elements of the page: x, y, width and height of 400 x 300.
var pageBoxes = [][4]float64{{20, 20, 300, 60}, {20, 120, 120, 40}, {200, 120, 160, 140}, {20, 200, 100, 30}}

func (f *fakePages) draw(hidden, height int) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 400, height))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for n, b := range pageBoxes {
		if n == hidden {
			continue
		}
		for y := int(b[1]); y < int(b[1]+b[3]); y++ {
			for x := int(b[0]); x < int(b[0]+b[2]); x++ {
				m.SetNRGBA(x, y, color.NRGBA{uint8(200 - 50*n + x%40), uint8(30 + 40*n + y%20), 60, 255})
			}
		}
	}
	var b bytes.Buffer
	if png.Encode(&b, m) != nil {
		panic("cannot encode")
	}
	return b.Bytes()
}

func (f *fakePages) Capture(context.Context, string, saccade.Medium) ([]byte, error) {
	return f.draw(-1, 300), nil
}

func (f *fakePages) Visit(_ context.Context, v element.Visit, use func(*element.Page) error) error {
	f.visits = append(f.visits, v)
	if err := f.fail[v.Variant]; err != nil {
		return err
	}
	doc := &element.Document{}
	for _, q := range v.Selectors {
		doc.Found = append(doc.Found, element.Found{})
		if b := pageBoxes[1]; q == "#buy" && v.Variant != saccade.VariantMobile {
			doc.Found[len(doc.Found)-1] = element.Found{Matches: 1, Box: &b}
		}
	}
	if v.Elements {
		for i, b := range pageBoxes {
			doc.Items = append(doc.Items, element.Item{Selector: "#e" + string(rune('0'+i)), Role: "button", Name: "Do " + string(rune('0'+i)),
				Box: b, Clip: [4]float64{0, 0, 400, 300}, Parent: -1, Order: i})
		}
	}
	return use(&element.Page{Image: f.draw(-1, 300), Layout: element.Assemble(doc, element.View{Width: 400, Height: 300, Fold: 150}),
		Without: func(i int) ([]byte, error) {
			f.hidden = append(f.hidden, i)
			if f.grows {
				return f.draw(i, 320), nil
			}
			return f.draw(i, 300), nil
		}})
}

func runPage(t *testing.T, pages pipeline.Capturer, r saccade.Request) (*saccade.Outputs[saccade.File], string, error) {
	t.Helper()
	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(pipeline.DefaultConfig(), tool, attention.NewBaseline(), pages)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	last := -1.0
	r.Kind, r.Address = saccade.KindPage, "https://www.example.com/"
	out, err := a.Run(t.Context(), pipeline.Job{Request: r, Dir: dir}, func(p saccade.Progress) {
		if p.Fraction < last || p.Fraction > 1 {
			t.Errorf("progress goes from %v to %v", last, p.Fraction)
		}
		last = p.Fraction
	})
	return out, dir, err
}

func TestPageElements(t *testing.T) {
	pages := &fakePages{}
	aois := []saccade.AOI{{Name: "offer", Selector: "#buy"}, {Name: "do 2", Role: "button"}, {Name: "box", Box: &saccade.Box{Width: 1, Height: 1}}}
	out, dir, err := runPage(t, pages, saccade.Request{Elements: true, AOIs: aois})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]element.Visit{{Address: "https://www.example.com/", Elements: true, Selectors: []string{"#buy"}}}, pages.visits); diff != "" {
		t.Error(diff)
	}
	e, sum := out.Elements, out.Elements.Rest
	for i, r := range e.List {
		sum += r.Share
		if r.Rank != i+1 || i > 0 && r.Share > e.List[i-1].Share || math.Abs(r.Density*r.AreaShare-r.Share) > 1e-9 {
			t.Errorf("%d: %+v", i, r)
		}
	}
	if e.Count != 4 || len(e.List) != 4 || math.Abs(sum-1) > 1e-9 || out.Steal != nil {
		t.Errorf("%+v sums to %v", e, sum)
	}
	// A box of its own and an area that names it are measured alike.
	byName := slices.IndexFunc(e.List, func(r saccade.ElementResult) bool { return r.Selector == "#e2" })
	if got := out.AOIs[1]; math.Abs(got.Share-e.List[byName].Share) > 0.01 || got.Box == nil || got.Role != "button" {
		t.Errorf("area %+v, element %+v", got, e.List[byName])
	}
	if want := (saccade.Box{X: 20. / 400, Y: 120. / 300, Width: 120. / 400, Height: 40. / 300}); !cmp.Equal(want, *out.AOIs[0].Box, cmpopts.EquateApprox(0, 1e-6)) {
		t.Errorf("box %+v, want %+v", *out.AOIs[0].Box, want)
	}
	f, err := os.Open(filepath.Join(dir, "elements.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := artifact.ReadElements(f)
	if err != nil || len(all.Elements) != 4 || all.Elements[3].Selector != "#e3" || all.Rest != e.Rest || all.Width != 400 {
		t.Errorf("%+v %v", all, err)
	}
}

func TestPageAreasThatAreNotThere(t *testing.T) {
	_, _, err := runPage(t, &fakePages{}, saccade.Request{AOIs: []saccade.AOI{{Name: "a", Selector: "#buy"}, {Name: "b", Selector: "#nope"}}})
	if e := saccade.AsError(err); e == nil || e.Code != saccade.CodeInvalidInput || e.Param != "aois[1].selector" || !strings.Contains(e.Message, `"#nope"`) {
		t.Errorf("%v", err)
	}
}

func TestSteal(t *testing.T) {
	pages := &fakePages{}
	out, _, err := runPage(t, pages, saccade.Request{Steal: true})
	if err != nil {
		t.Fatal(err)
	}
	s := out.Steal
	if s.Note != saccade.StealNote || s.Captures != 5 || len(s.Rows) != 4 || out.Elements == nil {
		t.Fatalf("%+v", s)
	}
	for i, r := range s.Rows {
		sum := r.Own + r.Others + r.Rest
		for _, p := range r.Points {
			sum += p.Points
		}
		if math.Abs(sum) > 1e-6 || r.Own >= 0 || len(r.Points) != 3 || r.Hidden.Selector != out.Elements.List[i].Selector {
			t.Errorf("row %d sums to %v: %+v", i, sum, r)
		}
	}
	again, _, err := runPage(t, &fakePages{}, saccade.Request{Steal: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.Rows, again.Steal.Rows); diff != "" {
		t.Errorf("asked twice: %s", diff)
	}
	if _, _, err := runPage(t, &fakePages{grows: true}, saccade.Request{Steal: true}); !saccade.IsCode(err, saccade.CodeWebPage) {
		t.Errorf("a page that grows: %v", err)
	}
}

func TestVariants(t *testing.T) {
	gone := saccade.Errorf(saccade.CodeWebPage, "The page could not be loaded.").With(errors.New("secret"))
	pages := &fakePages{fail: map[saccade.Variant]error{saccade.VariantDark: gone}}
	out, dir, err := runPage(t, pages, saccade.Request{Variants: []saccade.Variant{saccade.VariantMobile, saccade.VariantDark, saccade.VariantZoom},
		AOIs: []saccade.AOI{{Name: "do 0", Role: "button"}}})
	if err != nil {
		t.Fatal(err)
	}
	v := out.Variants
	if len(v) != 3 || v[0].Width != 400 || v[0].Focus == nil || v[0].Clarity == nil || v[0].Excitingness == nil || out.Elements != nil {
		t.Fatalf("%+v", v)
	}
	if diff := cmp.Diff(saccade.VariantOutput[saccade.File]{Variant: saccade.VariantDark,
		Error: &saccade.VariantError{Code: saccade.CodeWebPage, Message: gone.Message}}, v[1]); diff != "" {
		t.Error(diff)
	}
	if a := v[2].AOIs; len(a) != 1 || !a[0].Visible || a[0].Share != out.AOIs[0].Share {
		t.Errorf("%+v, the page itself %+v", a, out.AOIs)
	}
	for _, f := range []saccade.File{v[0].Image, v[0].AttentionMap, v[2].Image} {
		if st, err := os.Stat(filepath.Join(dir, string(f))); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", f, err)
		}
	}
	// What is not there in a variant is no reason to fail.
	out, _, err = runPage(t, &fakePages{}, saccade.Request{Variants: []saccade.Variant{saccade.VariantMobile}, AOIs: []saccade.AOI{{Name: "b", Selector: "#buy"}}})
	if err != nil || out.Variants[0].AOIs[0].Visible || out.AOIs[0].Share == 0 {
		t.Errorf("%v %+v", err, out)
	}
}

// TestPageAnswersTravel: links are mapped, and what is kept comes back.
func TestPageAnswersTravel(t *testing.T) {
	out, _, err := runPage(t, &fakePages{}, saccade.Request{Steal: true, Variants: []saccade.Variant{saccade.VariantRTL}})
	if err != nil {
		t.Fatal(err)
	}
	links := saccade.MapLinks(out, func(f saccade.File) saccade.Link { return saccade.Link("https://x/" + f) })
	if links.Elements.Data != "https://x/elements.json" || links.Variants[0].Image != "https://x/variant-rtl.png" || links.Variants[0].AttentionMap != "https://x/variant-rtl-attentionMap.png" {
		t.Errorf("%+v %+v", links.Elements, links.Variants)
	}
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var back saccade.Outputs[saccade.File]
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out, &back, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestElementsOfOtherKinds(t *testing.T) {
	a := newAnalyzer(t)
	for param, r := range map[string]saccade.Request{
		"elements": {Elements: true}, "steal": {Steal: true}, "variants": {Variants: []saccade.Variant{saccade.VariantDark}},
		"aois[0].selector": {AOIs: []saccade.AOI{{Name: "a", Selector: "#a"}}}, "aois[0].role": {AOIs: []saccade.AOI{{Name: "a", Role: "link"}}},
	} {
		r.Kind = saccade.KindImage
		_, err := a.Run(t.Context(), pipeline.Job{Path: drawing(t, 64, 48), Request: r, Dir: t.TempDir()}, nil)
		if e := saccade.AsError(err); e == nil || e.Code != saccade.CodeInvalidInput || e.Param != param {
			t.Errorf("%s: %v", param, err)
		}
	}
}
