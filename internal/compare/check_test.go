package compare_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
)

// side returns a design whose attention lies on one quarter of a 4 x 4 grid, with
// an area cta over that quarter and an area rest over the right half.
func side(focus int, share float32) *compare.Side {
	d := saccade.Density{W: 4, H: 4, V: make([]float32, 16)}
	for i := range d.V {
		d.V[i] = (1 - share) / 12
		if i%4 < 2 && i/4 < 2 {
			d.V[i] = share / 4
		}
	}
	clarity, first, rest := 60, 0.9, float64(2*(1-share)/3)
	return &compare.Side{
		ComparedSide: saccade.ComparedSide{Name: "a.png", Kind: saccade.KindImage, Model: "test", Width: 400, Height: 400},
		Density:      d, Focus: &focus, Clarity: &clarity,
		AOIs: []saccade.AOIResult{
			{AOI: saccade.AOI{Name: "cta"}, Share: float64(share), PeakShare: float64(share), Rank: 1, FirstSeen: &first},
			{AOI: saccade.AOI{Name: "the rest"}, Share: rest, PeakShare: rest, Rank: 2},
		},
	}
}

// outcome evaluates a check with base focus 50 and share 0.4, candidate focus 44
// and share 0.3.
func outcome(t *testing.T, text string) saccade.CheckResult {
	t.Helper()
	c, err := compare.ParseCheck("", text)
	if err != nil {
		t.Fatal(err)
	}
	p, err := compare.Pair("p", side(50, 0.4), side(44, 0.3), []*compare.Check{c})
	if err != nil {
		t.Fatal(err)
	}
	return p.Checks[0]
}

func TestChecksAreTrueOrFalse(t *testing.T) {
	for text, want := range map[string]saccade.CheckOutcome{
		"focus < base-5":                     saccade.CheckTrue,
		"focus < base - 6":                   saccade.CheckFalse,
		"focus <= base-6":                    saccade.CheckTrue,
		"focus == 44":                        saccade.CheckTrue,
		"focus != 44":                        saccade.CheckFalse,
		"focus >= 0.88*base":                 saccade.CheckTrue,
		"focus > base*88%":                   saccade.CheckFalse,
		"cta.share < 0.9*base":               saccade.CheckTrue,
		"cta.share < 30%":                    saccade.CheckFalse,
		"cta.share < 30.1%":                  saccade.CheckTrue,
		"cta.share<base-10%+.001":            saccade.CheckTrue,
		"cta.share < 'the rest'.share":       saccade.CheckTrue,
		`"the rest".share > 1.5*"cta".share`: saccade.CheckTrue,
		"cta.rank > 1":                       saccade.CheckFalse,
		"cta.first > 2":                      saccade.CheckFalse,
		`"the rest".first > 2`:               saccade.CheckTrue, // never
		`"the rest".first > base`:            saccade.CheckFalse,
		`"the rest".first == base`:           saccade.CheckTrue,
		"moved > 9.9%":                       saccade.CheckTrue,
		"moved > 0.11":                       saccade.CheckFalse,
		"focus < 2*(base-20)-(10+1)":         saccade.CheckTrue,
		"focus < -(-44.5)":                   saccade.CheckTrue,
		"focus < 100-base/2-30+24":           saccade.CheckTrue,
		"excitingness > 1":                   saccade.CheckNoValue, // not measured
		"focus < excitingness":               saccade.CheckNoValue,
		"focus < base/(1-1)":                 saccade.CheckNoValue,
		`cta.first < 0*"the rest".first`:     saccade.CheckNoValue, // 0 times never
		"nobody.share < 1":                   saccade.CheckNoValue,
	} {
		if got := outcome(t, text); got.Outcome != want {
			t.Errorf("%s: %s (%s)", text, got.Outcome, got.Message)
		}
	}
}

func TestChecksSayWhatTheyFound(t *testing.T) {
	for text, want := range map[string]string{
		"cta.share < 0.9*base": "cta.share is 30 %, which is < 36 %. In the base it is 40 %.",
		"focus < base-3":       "focus is 44, which is < 47. In the base it is 50.",
		"focus > base":         "focus is 44; the check would be true if it were > 50. In the base it is 50.",
		`"the rest".first > 2`: `"the rest".first is never, which is > 2 s.`,
		"clarity <= base":      "clarity is 60, which is <= 60. In the base it is 60.",
		"focus < base/0":       "The right side has no value: it divides by 0.",
		"focus < excitingness": "The right side has no value: there is no excitingness.",
	} {
		if got := outcome(t, text).Message; got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// TestChecksThatAreNone: what cannot be read is named with its place and a mend.
func TestChecksThatAreNone(t *testing.T) {
	for _, c := range []struct {
		text string
		at   int
		says string
	}{
		{"", 1, "cta.share < 0.9*base"},
		{"  ", 1, "empty"},
		{"focus", 6, "focus < base"},
		{"focus 3", 7, "left"},
		{"focus <", 8, "too early"},
		{"focus < base base", 14, "--fail-if"},
		{"focus < base < 3", 14, "two comparisons"},
		{"focus = base", 7, "write =="},
		{"focus =< base", 7, "write <="},
		{"focus <> base", 7, "write !="},
		{"focus ≤ base", 7, "write <="},
		{"focus < 1 && clarity < 2", 11, "--fail-if"},
		{"focus < 1 and clarity < 2", 11, "--fail-if"},
		{"0.9*base > focus", 1, "on the left"},
		{"base < focus", 1, "on the left"},
		{"focus+1 < base", 6, "on the left"},
		{"focuss < 3", 1, "did you mean focus?"},
		{"cta < 3", 1, "cta.share"},
		{"cta.shar < 3", 5, "did you mean cta.share?"},
		{"cta.size < 3", 5, ".share .rank .first .peak"},
		{"cta. < 3", 6, ".share"},
		{"buy now.share < 3", 1, "double quotes"},
		{`"buy now.share < 3`, 1, "end the name"},
		{"focus < 0,9*base", 10, "point"},
		{"focus < 1.2.3", 9, "no number"},
		{"focus < (base-3", 9, "close it"},
		{"focus < base-3)", 15, "--fail-if"},
		{"focus < *3", 9, "stands where a value belongs"},
		{"focus < base-5%", 1, "90%*base"},
		{"focus < 50%", 1, "write 50"},
		{"cta.rank > 50%", 1, "no share"},
		{"moved > base", 1, "moved > 15%"},
		{"moved > $(rm)", 9, "no meaning"},
		{"größe.share < \x00", 15, "no meaning"},
		{"focus < " + strings.Repeat("(", 60) + "1", 49, "too deeply"},
		{"focus < " + strings.Repeat("-", 60) + "1", 49, "too deeply"},
		{"focus < 1" + strings.Repeat("+1", 300), 1, "too long"},
		{"\xff < 3", 1, "no meaning"},
	} {
		_, err := compare.ParseCheck(saccade.LevelError, c.text)
		var syntax *compare.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if syntax.At != c.at || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: character %d, want %d: %v", c.text, syntax.At, c.at, err)
		}
	}
	if _, err := compare.ParseCheck("fatal", "focus < 3"); err == nil || !strings.Contains(err.Error(), "error or warn") {
		t.Errorf("a level that does not exist: %v", err)
	}
}

func TestChecksInsideTheNoise(t *testing.T) {
	for text, warns := range map[string]bool{
		"focus < base":               true,
		"focus < base-1":             true,
		"focus < 0.99*base":          true,
		"focus > base+2.5":           true,
		"focus < base-5":             false,
		"focus < 0.9*base":           false,
		"focus < 40":                 false, // no base: an absolute demand
		"clarity < base-5":           true,
		"clarity < base-10":          false,
		"cta.share < 0.97*base":      true,
		"cta.share < 0.9*base":       false,
		"cta.share < 8%":             false,
		"cta.share < base-0.01%":     true,
		"cta.rank > base":            false,
		"cta.first > 1.02*base":      true,
		"cta.first > base+1":         false,
		"moved > 1%":                 true,
		"moved > 15%":                false,
		"cta.share < base-nav.share": false, // depends on numbers
	} {
		c, err := compare.ParseCheck("", text)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Warning(); (got != "") != warns {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestChecksNeedTheirAreas(t *testing.T) {
	c, err := compare.ParseCheck("", `cta.share < "Buy now".share + cta.peak`)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Bind([]string{"Buy now", "cta", "nav"}, compare.MendFlag); err != nil {
		t.Error(err)
	}
	for says, names := range map[string][]string{
		`character 1: there is no area "cta"; did you mean ctb?`:        {"ctb"},
		`character 1: there is no area "cta"; name it with --aoi cta=X`: nil,
		`character 13: there is no area "Buy now"; did you mean "buy-now"?`: {
			"cta", "buy-now"},
		`name it with --aoi 'Buy now'=X,Y,WIDTH,HEIGHT`: {"cta"},
	} {
		if err := c.Bind(names, compare.MendFlag); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v", names, err)
		}
	}
}

// FuzzParseCheck: whatever is written, a check is read or refused with a place
// inside of it, and one that is read can be evaluated.
func FuzzParseCheck(f *testing.F) {
	for _, s := range []string{"cta.share < 0.9*base", `"Buy ""now""".first >= (2+.5)/-base`, "moved > 15%", "focus == 1.", "größe.rank != base", "'a'.peak<1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := compare.ParseCheck(saccade.LevelWarn, text)
		var syntax *compare.SyntaxError
		if err != nil {
			if !errors.As(err, &syntax) || syntax.At < 1 || syntax.At > len(text)+1 || syntax.Mend == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		_ = c.Warning()
		p, err := compare.Pair("p", side(50, 0.4), side(44, 0.3), []*compare.Check{c})
		if err != nil || len(p.Checks) != 1 || p.Checks[0].Message == "" {
			t.Fatalf("%q: %+v %v", text, p.Checks, err)
		}
	})
}
