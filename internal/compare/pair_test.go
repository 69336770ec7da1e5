package compare_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
)

var update = flag.Bool("update", false, "write the golden files anew")

// document returns a comparison with every state of a pair, and hostile names.
func document(t *testing.T) *saccade.Comparison {
	t.Helper()
	var checks []*compare.Check
	for _, c := range [][2]string{{"error", "cta.share < 0.9*base"}, {"warn", "focus < base-5"}, {"error", "moved > 90%"}, {"warn", "excitingness > 80"}} {
		check, err := compare.ParseCheck(saccade.Level(c[0]), c[1])
		if err != nil {
			t.Fatal(err)
		}
		checks = append(checks, check)
	}
	base, cand := side(50, 0.4), side(44, 0.3)
	cand.Width, cand.Model = 300, "other"
	var pairs []saccade.ComparedPair
	add := func(name string, a, b *compare.Side) {
		p, err := compare.Pair(name, a, b, checks)
		if err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, p)
	}
	add("home.png", base, cand)
	add("new.png", nil, cand)
	add("old.png", base, nil)
	add("same.png", base, base)
	pairs[3].Medium = saccade.MediumMobile
	pairs = append(pairs, compare.Failed("<b>|@all [x](http://evil)\n\x1b[2J.png", saccade.Errorf(saccade.CodeUnreadableImage, "Not an image: `rm` [x](http://evil) @all <b>.")))
	return compare.Document(pairs, []string{checks[0].Text + " is odd"})
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-update writes it anew):\n%s", name, diff)
	}
}

func TestTextsOfADocument(t *testing.T) {
	d := document(t)
	for name, write := range map[string]func(io.Writer, *saccade.Comparison) error{"all.txt": compare.WriteTable, "all.md": compare.WriteMarkdown} {
		var b bytes.Buffer
		if err := write(&b, d); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
		if strings.ContainsAny(b.String(), "\x1b\r") {
			t.Errorf("%s has control characters", name)
		}
	}
	var b bytes.Buffer
	if err := compare.WriteMarkdown(&b, d); err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile("`[^`]*`").ReplaceAllString(strings.ReplaceAll(b.String(), "\\`", ""), "code")
	if bad := regexp.MustCompile("<b>|@all|[^\\\\]\\]\\(|`").FindString(text); bad != "" {
		t.Errorf("the Markdown holds %q as markup", bad)
	}
}

// TestDocumentFollowsTheSchema checks the document against docs/compare.schema.json,
// and that the schema refuses what is none.
func TestDocumentFollowsTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/compare.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(document(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "all.json", append(b, '\n'))
	valid := func(b string) error {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(doc)
	}
	if err := valid(string(b)); err != nil {
		t.Error(err)
	}
	for _, change := range [][2]string{{`"schema"`, `"scheme"`}, {`"fail"`, `"bad"`}, {`"compared"`, `"done"`}, {`"noise": 3`, `"noise": -3`}, {`"unit"`, `"units"`}, {`"limit"`, `"most"`}} {
		if valid(strings.Replace(string(b), change[0], change[1], 1)) == nil {
			t.Errorf("the schema accepts %s in place of %s", change[1], change[0])
		}
	}
}

func quantities(p saccade.ComparedPair) map[string]saccade.Quantity {
	m := map[string]saccade.Quantity{}
	for _, q := range p.Quantities {
		m[q.Name] = q
	}
	return m
}

// TestQuantitiesAreMarked: what is noise, what is news, what is missing.
func TestQuantitiesAreMarked(t *testing.T) {
	base, cand := side(50, 0.4), side(47, 0.39)
	cand.AOIs[0].Rank, cand.AOIs[1].Rank = 2, 1
	cand.AOIs[1].Share = base.AOIs[1].Share // or its relative difference would be news
	cand.AOIs = append(cand.AOIs, saccade.AOIResult{AOI: saccade.AOI{Name: "added"}, Share: 0.1})
	p, err := compare.Pair("p", base, cand, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]saccade.Change{}
	for name, q := range quantities(p) {
		got[name] = q.Change
	}
	want := map[string]saccade.Change{
		"focus": saccade.ChangeNoise, "clarity": saccade.ChangeNone, "moved": saccade.ChangeNoise,
		"cta.share": saccade.ChangeNoise, "cta.rank": saccade.ChangeNoise, "cta.first": saccade.ChangeNone,
		`"the rest".share`: saccade.ChangeNone, `"the rest".rank`: saccade.ChangeNoise, `"the rest".first`: saccade.ChangeNone,
		"added.share": saccade.ChangeNew, "added.rank": saccade.ChangeNew, "added.first": saccade.ChangeNew,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if m := quantities(p)["moved"]; m.Base != nil || math.Abs(*m.Difference-0.01) > 1e-6 {
		t.Errorf("moved: %+v", m)
	}
	gone, err := compare.Pair("p", cand, base, nil)
	if err != nil {
		t.Fatal(err)
	}
	if q := quantities(gone)["added.share"]; q.Change != saccade.ChangeLower || q.Candidate != nil || q.Difference != nil {
		t.Errorf("an area that is not in the candidate: %+v", q)
	}
}

func TestKindsThatDoNotCompare(t *testing.T) {
	a, b := side(50, 0.4), side(50, 0.4)
	b.Kind = saccade.KindVideo
	if _, err := compare.Pair("p", a, b, nil); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Error(err)
	}
	b.Kind = saccade.KindPage
	if p, err := compare.Pair("p", a, b, nil); err != nil || len(p.Notes) != 1 {
		t.Error(p.Notes, err)
	}
}

func TestOutsideOfTraining(t *testing.T) {
	a, b := side(50, 0.4), side(50, 0.4)
	a.Outside, b.Outside = true, true
	p, err := compare.Pair("p", a, b, nil)
	if want := []string{"Of the base: " + saccade.OutsideCaution, "Of the candidate: " + saccade.OutsideCaution}; err != nil || !slices.Equal(p.Notes, want) {
		t.Error(p.Notes, err)
	}
	if p, err = compare.Pair("p", nil, b, nil); err != nil || len(p.Notes) != 1 {
		t.Error(p.Notes, err)
	}
}

func TestVerdicts(t *testing.T) {
	result := func(l saccade.Level, o saccade.CheckOutcome) saccade.ComparedPair {
		return saccade.ComparedPair{Status: saccade.PairCompared, Checks: []saccade.CheckResult{{Level: l, Outcome: o}}}
	}
	ok, warn := result(saccade.LevelError, saccade.CheckFalse), result(saccade.LevelWarn, saccade.CheckTrue)
	for _, c := range []struct {
		pairs []saccade.ComparedPair
		want  saccade.Verdict
	}{
		{nil, saccade.VerdictPass},
		{[]saccade.ComparedPair{ok, result(saccade.LevelError, saccade.CheckSkipped)}, saccade.VerdictPass},
		{[]saccade.ComparedPair{ok, warn, ok}, saccade.VerdictWarn},
		{[]saccade.ComparedPair{result(saccade.LevelError, saccade.CheckTrue), warn}, saccade.VerdictFail},
		{[]saccade.ComparedPair{result(saccade.LevelError, saccade.CheckNoValue)}, saccade.VerdictFail},
		{[]saccade.ComparedPair{compare.Failed("x", io.EOF), ok}, saccade.VerdictFail},
	} {
		if got := compare.Document(c.pairs, nil).Verdict; got != c.want {
			t.Errorf("%+v: %s", c.pairs, got)
		}
	}
}

func TestMoved(t *testing.T) {
	left := saccade.Density{W: 2, H: 1, V: []float32{1, 0}}
	right := saccade.Density{W: 2, H: 1, V: []float32{0, 1}}
	fine := saccade.Density{W: 4, H: 2, V: []float32{.25, .25, 0, 0, .25, .25, 0, 0}}
	third := saccade.Density{W: 3, H: 1, V: []float32{0, 1, 0}}
	for _, c := range []struct {
		a, b saccade.Density
		want float64
	}{{left, left, 0}, {left, right, 1}, {left, fine, 0}, {right, fine, 1}, {left, saccade.NewDensity(2, 1), 0.5}, {third, left, 2. / 3}, {saccade.NewDensity(5, 3), saccade.NewDensity(7, 4), 0}} {
		if got := compare.Moved(c.a, c.b); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%v %v: %g, want %g", c.a, c.b, got, c.want)
		}
		if got := compare.Moved(c.b, c.a); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%v %v the other way round: %g", c.a, c.b, got)
		}
	}
	got := compare.Regrid(saccade.Density{W: 3, H: 1, V: []float32{.5, .3, .2}}, 2, 2)
	if diff := cmp.Diff([]float32{.325, .175, .325, .175}, got.V, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
		t.Error(diff)
	}
}
