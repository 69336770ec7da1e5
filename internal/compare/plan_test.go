package compare_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
)

const plan = `pages:
  - shots/*.png
  - {name: home, base: "https://a.example/", candidate: "https://b.example/"}
medium: desktopWeb,mobileWeb
aois:
  cta: 0.35,0.55,0.30,0.12
  "Buy now": css:#buy > a
checks:
  - [error, "cta.share < 0.9*base"]
  - [warn, "focus < base-5"]
`

func TestReadPlan(t *testing.T) {
	p, err := compare.ReadPlan(strings.NewReader(plan))
	if err != nil {
		t.Fatal(err)
	}
	pages := []compare.PlanPage{{Candidate: "shots/*.png"}, {Name: "home", Base: "https://a.example/", Candidate: "https://b.example/"}}
	if diff := cmp.Diff(pages, p.Pages); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]saccade.Medium{"desktopWeb", "mobileWeb"}, p.Media); diff != "" {
		t.Error(diff)
	}
	areas := []compare.Area{{Name: "cta", Box: &saccade.Box{X: 0.35, Y: 0.55, Width: 0.3, Height: 0.12}}, {Name: "Buy now", Selector: "#buy > a"}}
	if diff := cmp.Diff(areas, p.Areas); diff != "" {
		t.Error(diff)
	}
	if len(p.Checks) != 2 || p.Checks[0].Level != saccade.LevelError || p.Checks[1].Level != saccade.LevelWarn || p.Checks[1].Text != "focus < base-5" {
		t.Errorf("%+v", p.Checks)
	}
}

// TestPlansThatAreNone: the line and what was probably meant.
func TestPlansThatAreNone(t *testing.T) {
	for text, says := range map[string]string{
		"":                                  "empty",
		"# nothing\n":                       "empty",
		"pages: []\nchekcs: []":             `line 2: there is no key "chekcs"; did you mean "checks"?`,
		"zebra: 1":                          "known keys: aois, checks, medium, pages",
		"- pages":                           "a mapping belongs here",
		"pages: x":                          "a list belongs here",
		"pages: [{bas: a, candidate: b}]":   `did you mean "base"?`,
		"pages: [{base: a}]":                "no candidate",
		"pages: [[a]]":                      "line 1: a mapping",
		"pages: [~]":                        "a text belongs here",
		"medium: phone":                     `there is no medium "phone"`,
		"aois: {a: 1}":                      "1 numbers, not 4",
		"aois: {a: '1,2,3,4'}":              "fractions of the image",
		"aois: {a: '0,0,x,1'}":              `"x" is no number`,
		"aois: {a: 'css: '}":                "the selector is empty",
		"aois: {a: [1]}":                    "a text belongs here",
		"aois:\n  a: 0,0,1,1\n  a: 0,0,1,1": "line 3: the key \"a\" stands there twice",
		"checks: [focus]":                   "a check is a level and a condition",
		"checks: [[error]]":                 "a check is a level and a condition",
		"checks: [[fatal, focus < 3]]":      `there is no level "fatal"`,
		"checks: [[error, fokus < 3]]":      "did you mean focus?",
		"pages: [a\n":                       "line",
		"pages: []\n---\npages: []":         "more than one document",
		"a: &a [x]\npages: *a":              `there is no key "a"`,
		"pages: &a [x, *a]":                 "line 1",
		"pages: {<<: 3}":                    "a list belongs here",
		strings.Repeat("# long\n", 160_000): "larger than",
		"checks: [" + strings.Repeat("[],", 300) + "]": "more than 200",
		"\x00": "control characters",
	} {
		_, err := compare.ReadPlan(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

func TestParseArea(t *testing.T) {
	for text, says := range map[string]string{
		"cta=0.35,0.55,0.30,0.12": "", "a b = 0, 0, 1, 1": "", "x=css:a[href='=']": "",
		"cta": `no "="`, "=0,0,1,1": "name", "cta=": "not 4", "cta=0,0,0,1": "above 0", "cta=NaN,0,1,1": "fractions", "cta=0.5,0,0.6,1": "fractions",
	} {
		_, err := compare.ParseArea(text)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzReadPlan: a plan is read or refused, and what is read is within its limits.
func FuzzReadPlan(f *testing.F) {
	f.Add(plan)
	f.Add("checks: [[error, 'moved > 3%']]")
	f.Add("pages: &a [x, *a]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := compare.ReadPlan(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, page := range p.Pages {
			if page.Candidate == "" && !strings.Contains(text, `''`) && !strings.Contains(text, `""`) {
				t.Fatalf("a page without candidate: %q", text)
			}
		}
		var boxes []saccade.AOI
		for _, a := range p.Areas {
			if (a.Box == nil) == (a.Selector == "") {
				t.Fatalf("%q: %+v", text, a)
			}
			if a.Box != nil {
				boxes = append(boxes, a.AOI())
			}
		}
		if err := saccade.ValidateAOIs(boxes); err != nil {
			t.Fatal(err)
		}
	})
}
