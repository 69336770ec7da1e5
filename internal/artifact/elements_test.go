package artifact

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
)

func TestElementsRoundTrip(t *testing.T) {
	seen := 0.4
	want := Elements{Schema: ElementsSchema, Model: "baseline", Width: 1440, Height: 900, Truncated: true, Rest: 0.75, Elements: []saccade.ElementResult{{
		Element: saccade.Element{Selector: "#buy", Role: saccade.RoleButton, Name: `Buy "now" <b>`, Box: saccade.Box{X: 0.1, Y: 0.2, Width: 0.3, Height: 0.4}, AboveFold: true},
		Share:   0.25, TotalShare: 0.25, Rank: 1, FirstSeen: &seen, AreaShare: 0.12, Density: 2.08,
	}}}
	var b bytes.Buffer
	if err := WriteElements(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadElements(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestElementsRefused(t *testing.T) {
	const good = `{"schema":"saccade.elements/1","rest":0.5,"elements":[{"selector":"a","share":0.5}]}`
	if _, err := ReadElements(strings.NewReader(good)); err != nil {
		t.Fatalf("the plain one: %v", err)
	}
	for in, want := range map[string]string{
		"": "unexpected EOF", "{": "unexpected EOF", "[]": "cannot unmarshal", good[:40]: "unexpected EOF",
		strings.Replace(good, "/1", "/2", 1):                  `schema "saccade.elements/2"`,
		strings.Replace(good, "0.5}", "1.5}", 1):              "not in 0..1",
		strings.Replace(good, `"share":0.5`, `"share":-1`, 1): "not in 0..1",
		strings.Replace(good, `"rest":0.5`, `"rest":0.6`, 1):  "do not sum to 1",
	} {
		if _, err := ReadElements(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", in, err, want)
		}
	}
}

func FuzzReadElements(f *testing.F) {
	f.Add([]byte(`{"schema":"saccade.elements/1","rest":1,"elements":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ReadElements(bytes.NewReader(b))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := WriteElements(&out, e); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadElements(&out); err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
	})
}
